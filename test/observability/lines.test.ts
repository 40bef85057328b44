/** What the log says of a login: one line per request, login and decision, and no email. */
import { pino } from 'pino';
import t from 'tap';
import { httpBrowser } from '../../dev/browser.ts';
import { createStream } from '../../dev/stream.ts';
import { readConfig } from '../../src/config.ts';
import { RELAY_CONFIG, startRelay } from '../../src/roles/relay.ts';
import { startWorker, WORKER_CONFIG } from '../../src/roles/worker.ts';
import { silent } from '../kafka/cluster.ts';
import { addCompany, addPerson, startService } from '../support/service.ts';
import { traceMemory } from '../support/traces.ts';
import { until } from '../support/until.ts';

type Line = Record<string, unknown>;

t.test('a login is one line at the server and one at the worker, and a request one', async (t) => {
  const [server, worker]: Line[][] = [[], []];
  const memory = traceMemory();
  const service = await startService(t, {
    env: { LOG_LEVEL: 'info' },
    logs: (line) => server?.push(JSON.parse(line)),
    tracing: memory.tracing('server'),
  });
  const env = { ...service.env, PORT: '0', KAFKA_BROKERS: 'in-process:0' };
  const stream = createStream();
  const relay = await startRelay({ config: readConfig(env, RELAY_CONFIG), log: silent, stream });
  t.teardown(relay.stop);
  const told = pino({ level: 'info' }, { write: (line: string) => worker?.push(JSON.parse(line)) });
  const linking = await startWorker({
    config: readConfig(env, WORKER_CONFIG),
    log: told,
    stream,
    tracing: memory.tracing('worker'),
  });
  t.teardown(linking.stop);

  const acme = await addCompany(service, 'acme', { refreshTokens: false });
  const ada = addPerson(service, acme);
  const browser = httpBrowser({ stopAt: [service.appUrl] });
  await browser.signIn({ startUrl: `${service.url}/login/start?company=acme`, email: ada.email });
  await browser.fetch(`${service.url}/login/callback?state=nobodys`);
  await until(() => worker?.some((line) => line.msg === 'decision') ?? false);

  const of = (lines: Line[] | undefined, msg: string) => lines?.filter((line) => line.msg === msg) ?? [];
  const requests = of(server, 'request');
  const ids = requests.map((line) => line.request_id);
  t.equal(new Set(ids).size, ids.length, 'one line a request');
  t.same(
    requests.filter((line) => line.route === '/login/callback').map(({ status, code }) => ({ status, code })),
    [
      { status: 303, code: undefined },
      { status: 400, code: 'attempt_missing' },
    ],
    'and why one was refused is in it',
  );
  t.ok(
    requests.every((line) => /^[0-9a-f]{32}$/.test(String(line.trace_id))),
    'each with its trace',
  );

  const [login, ...more] = of(server, 'login');
  const [decision, ...further] = of(worker, 'decision');
  t.same([more, further], [[], []], 'one line a login, one line a decision');
  t.match(login, {
    company: 'acme',
    email_hash: service.sealer.pseudonym(ada.email),
    first_login: true,
    signed_in: false,
    warnings: ['no_refresh_token'],
  });
  t.match(decision, { company: 'acme', outcome: 'user_created', rule: 14, user_id: String, ms: Number });
  for (const name of ['login_id', 'sso_identity_id', 'email_hash', 'trace_id']) {
    t.ok(login?.[name], name);
    t.equal(decision?.[name], login?.[name], `the person is followed by ${name}`);
  }
  t.ok(ids.includes(login?.request_id), 'the login’s line names its request');
  t.notOk(JSON.stringify([server, worker]).includes(ada.email));
});

t.test('at warn the worker writes no line for a decision', async (t) => {
  const lines: string[] = [];
  const service = await startService(t);
  const env = { ...service.env, PORT: '0', KAFKA_BROKERS: 'in-process:0' };
  const stream = createStream();
  const log = pino({ level: 'warn' }, { write: (line: string) => lines.push(line) });
  const relay = await startRelay({ config: readConfig(env, RELAY_CONFIG), log: silent, stream });
  const worker = await startWorker({ config: readConfig(env, WORKER_CONFIG), log, stream });
  const ada = addPerson(service, await addCompany(service, 'acme'));
  const browser = httpBrowser({ stopAt: [service.appUrl] });
  await browser.signIn({ startUrl: `${service.url}/login/start?company=acme`, email: ada.email });
  t.equal((await service.database.sql`SELECT FROM link_results`).length, 1);
  await worker.stop();
  await relay.stop();
  t.same(lines, []);
});
