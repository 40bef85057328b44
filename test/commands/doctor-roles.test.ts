import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import t from 'tap';
import { freePort } from '../../dev/free-port.ts';
import { askRole } from '../../src/commands/doctor-roles.ts';
import { startService } from '../support/service.ts';
import { until } from '../support/until.ts';

t.test('a role that is ready, one that is not, and one that is elsewhere', async (t) => {
  const service = await startService(t);
  await until(async () => (await fetch(`${service.url}/readyz`)).ok);
  t.match(await askRole(service.env, 'server'), { status: 'ok', detail: `ok at ${service.url}` });

  const elsewhere = { ...service.env, PORT: String(await freePort()) };
  t.match(await askRole(elsewhere, 'relay'), {
    status: 'skipped',
    detail: /^nothing listens at http:\/\/localhost:\d+: .*`sso-link relay`$/,
  });

  const answer = { code: 503, body: '{"status":"not ready","kafka":"not connected yet","database":"ok"}' };
  const server = createServer((_, response) => response.writeHead(answer.code).end(answer.body));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => new Promise((resolve) => server.close(resolve)));
  const { port } = server.address() as AddressInfo;
  const env = { HOST: '0.0.0.0', PORT: String(port) };
  await t.rejects(askRole({ ...env, HOST: '127.0.0.1' }, 'worker'), {
    code: 'role_not_ready',
    message: /^not ready at .*, kafka: not connected yet$/,
  });
  Object.assign(answer, { code: 200, body: '<h1>a web server</h1>' });
  await t.rejects(askRole({ ...env, HOST: '127.0.0.1' }, 'worker'), {
    code: 'role_unknown_answer',
    message: /^another program answers at .*: set PORT for the worker$/,
  });
});
