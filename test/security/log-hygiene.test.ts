/** Row 63: the logs of a whole suite of logins, good and bad, at the most verbose level, hold no secret. */
import type { ServerResponse } from 'node:http';
import { pino } from 'pino';
import t from 'tap';
import { createStream } from '../../dev/stream.ts';
import { readConfig } from '../../src/config.ts';
import { RELAY_CONFIG, startRelay } from '../../src/roles/relay.ts';
import { startWorker, WORKER_CONFIG } from '../../src/roles/worker.ts';
import { startHostileService, startUrl } from '../support/hostile/service.ts';
import type { Transport } from '../support/hostile/transport.ts';
import { SUBJECT } from '../support/hostile-provider.ts';
import { leaks } from '../support/secret-leaks.ts';
import { until } from '../support/until.ts';

t.test('row 63: no secret, code, token, cookie, verifier or email in any log, at trace', async (t) => {
  const service = await startHostileService(t, { env: { SESSION_REVALIDATE_AFTER: '1s' } });
  const { provider, acme, logs, url, env, database } = service;
  const stream = createStream();
  const log = pino({ level: 'trace' }, { write: (line: string) => logs.push(line) });
  const roles = { ...env, PORT: '0', METRICS_PORT: '0', KAFKA_BROKERS: 'in-process:0' };
  const relay = await startRelay({ config: readConfig(roles, RELAY_CONFIG), log, stream });
  t.teardown(() => relay.stop());
  const worker = await startWorker({ config: readConfig(roles, WORKER_CONFIG), log, stream });
  t.teardown(() => worker.stop());
  const issued = new Set<string>([acme.clientSecret, env.SECRET_KEYS ?? '']);

  const answers =
    (answer: (response: ServerResponse) => unknown): Transport =>
    async (response) => {
      answer(response);
    };
  const behaviours: Parameters<typeof provider.be>[0][] = [
    {},
    { transport: { token: answers((r) => r.destroy()) } },
    { transport: { token: answers((r) => r.writeHead(500).end('broken')) } },
    { transport: { token: answers((r) => r.writeHead(302, { location: '/x' }).end('{}')) } },
    { transport: { jwks: answers((r) => r.writeHead(200).end('{')) } },
    { transport: { discovery: answers((r) => r.writeHead(200).end('[]')) } },
  ];
  for (const behaviour of behaviours) {
    provider.be(behaviour);
    const { browser, authorize, callback } = await service.begin().catch(() => ({
      browser: service.browser(),
      authorize: undefined,
      callback: undefined,
    }));
    for (const name of ['state', 'nonce', 'code_challenge'])
      issued.add(authorize?.searchParams.get(name) ?? '');
    issued.add(callback?.searchParams.get('code') ?? '');
    const keep = async () => {
      for (const cookie of await browser.jar.getCookies(url)) {
        if (!cookie.key.endsWith('company')) issued.add(cookie.value);
      }
    };
    await keep();
    if (callback) await browser.get(callback.href);
    await keep();
    await browser.fetch(`${url}/session`);
    if (callback) await browser.get(callback.href);
    await browser.get(`${url}/login/wait`);
    await browser.fetch(
      `${url}/login/callback?state=nobodys-state-value&code=nobodys-code-value&error=server_error`,
    );
  }
  issued.add('nobodys-state-value').add('nobodys-code-value');
  provider.be();
  await until(async () => (await database.sql`SELECT 1 FROM outbox`).length === 0);

  // The database goes away in the middle of it: errors of the driver are logged, too.
  await database.sql`ALTER TABLE logins RENAME TO elsewhere`;
  t.match(await service.browser().get(startUrl(url, { company: 'acme' })), { status: 500 });
  await database.sql`ALTER TABLE elsewhere RENAME TO logins`;
  t.ok(
    logs.some((line) => line.includes('42P01')),
    'and one was',
  );

  const [person] = await database.sql<
    { email: string }[]
  >`SELECT email FROM sso_identities WHERE subject = ${SUBJECT}`;
  issued.add(person?.email ?? '');
  issued.delete('');
  t.ok(
    issued.size > 20,
    `${issued.size} values were issued, and ${provider.secrets.size} more by the provider`,
  );
  t.ok(logs.length > 50, `${logs.length} lines`);
  t.same(leaks(logs, [...issued, ...provider.secrets]), []);
});
