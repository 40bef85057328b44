import { pino } from 'pino';
import t from 'tap';
import { startPostgres } from '../../dev/postgres.ts';
import { openDatabase } from '../../src/db/client.ts';
import { startService } from '../support/service.ts';
import { until } from '../support/until.ts';

t.test('an outage is one error line with its code and advice, and one line at its end', async (t) => {
  const postgres = await startPostgres({ own: true, durable: false });
  t.teardown(postgres.stop);
  const lines: { level: number; code?: string; msg: string; failures?: number }[] = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => lines.push(JSON.parse(line)) });
  const database = openDatabase(postgres.url, { name: 'outage', log });
  t.teardown(database.close);
  await database.sql`SELECT 1`;
  t.same(lines, [], 'a first connection is no news');

  await postgres.kill();
  for (let n = 0; n < 20; n += 1) await t.rejects(database.sql`SELECT 1`);
  t.match(lines, [
    { level: 50, code: 'ECONNREFUSED', msg: /^no connection to the database: .*DATABASE_URL/ },
  ]);
  await postgres.restart();
  await database.sql`SELECT 1`;
  t.match(lines[1], { level: 30, msg: 'connected to the database again' });
  t.ok((lines[1]?.failures ?? 0) >= 18);
  t.equal(lines.length, 2);
});

t.test(
  'the server says the SQLSTATE and the advice, in its log and to local callers of /readyz',
  async (t) => {
    const lines: string[] = [];
    const service = await startService(t, { logs: (line) => lines.push(line) });
    const ready = async (headers = {}) => (await fetch(`${service.url}/readyz`, { headers })).json();
    await until(async () => (await ready()).status === 'ok');
    const name = new URL(service.database.url).pathname.slice(1);
    const admin = new URL(service.database.url);
    admin.pathname = '/postgres';
    const other = openDatabase(admin.href, { name: 'admin', max: 1 });
    t.teardown(other.close);
    await other.sql.unsafe(`ALTER DATABASE "${name}" ALLOW_CONNECTIONS false`);
    t.teardown(() => other.sql.unsafe(`ALTER DATABASE "${name}" ALLOW_CONNECTIONS true`));
    await other.sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ${name}`;
    await until(async () => (await ready()).status === 'not ready');
    t.match(await ready(), { database: /^55000: / });
    t.strictSame(await ready({ 'x-forwarded-for': '203.0.113.7' }), { status: 'not ready' });
    const errors = lines.filter((line) => line.includes('no connection to the database'));
    t.equal(errors.length, 1);
    t.match(JSON.parse(errors[0] ?? '{}'), { level: 50, code: '55000' });
  },
);

t.test('a refused password is told to the operator', async (t) => {
  const { url } = await startPostgres({ durable: false });
  const wrong = new URL(url);
  wrong.password = 'wrong';
  const lines: object[] = [];
  const log = pino({}, { write: (line: string) => lines.push(JSON.parse(line)) });
  const database = openDatabase(wrong.href, { name: 'refused', log });
  t.teardown(database.close);
  await t.rejects(database.sql`SELECT 1`, { code: '28P01' });
  t.match(lines, [{ code: '28P01', msg: /refuses user or password/ }]);
});
