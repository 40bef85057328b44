import t from 'tap';
import { pageOfAudit } from '../../src/audit-pages.ts';
import type { Database } from '../../src/db/client.ts';
import { operator } from '../commands/operator.ts';
import { until } from '../support/until.ts';
import { testApi } from './api.ts';

/** Until no transaction holds an entry back: those of other tests do, in any database of the same PostgreSQL. */
const settled = ({ sql }: Pick<Database, 'sql'>) =>
  until(async () => {
    const held =
      await sql`SELECT FROM audit_log WHERE xid >= pg_snapshot_xmin(pg_current_snapshot()) LIMIT 1`;
    return held.length === 0;
  });

t.test('an entry that commits late is not skipped', async (t) => {
  const { database, company } = await testApi(t);
  await company('first');
  await settled(database);
  const insert = (sql: typeof database.sql, target: string) =>
    sql`INSERT INTO audit_log (actor, action, target, details) VALUES ('operator:x', 'test', ${target}, '{}'::jsonb)`;
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  let inserted = () => {};
  const isInserted = new Promise<void>((resolve) => {
    inserted = resolve;
  });
  const late = database.transaction(async ({ sql }) => {
    await insert(sql, 'late');
    inserted();
    await held;
  });
  await isInserted;
  await insert(database.sql, 'early');
  const before = await pageOfAudit(database, { companyId: null, after: null, count: 100 });
  t.notOk(
    before.some(({ target }) => target === 'early'),
    'it waits for the transaction before it',
  );
  release();
  await late;
  await settled(database);
  const cursor = before.at(-1)?.cursor ?? null;
  const next = await pageOfAudit(database, { companyId: null, after: cursor, count: 100 });
  t.same(
    next.map(({ target }) => target),
    ['late', 'early'],
  );
});

t.test('the log is read page by page, as JSON and as NDJSON, and of one company', async (t) => {
  const { ask, company, key, database } = await testApi(t);
  for (const slug of ['acme', 'beta']) await company(slug);
  await settled(database);
  const first = (await ask('GET /v1/audit?limit=2')).json();
  t.equal(first.items.length, 2);
  t.equal(first.next, first.items[1].cursor);
  const lines = await ask(`GET /v1/audit?after=${first.next}`, {
    headers: { accept: 'application/x-ndjson' },
  });
  t.match(lines.headers, { 'content-type': 'application/x-ndjson' });
  t.match(
    lines.body
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
    [{ target: 'beta' }],
  );
  const ofAcme = await key({ company: 'acme' });
  const own = (await ask('GET /v1/audit', { key: ofAcme })).json().items;
  t.same([...new Set(own.map((entry: { company: string }) => entry.company))], ['acme']);
  t.match((await ask('GET /v1/audit?after=99999999999999999999-1')).json(), {
    status: 422,
    code: 'cursor_invalid',
  });
});

t.test('audit export: NDJSON and CSV, resumed by cursor, without formulas', async (t) => {
  const { database } = await testApi(t);
  await database.sql`
    INSERT INTO audit_log (actor, action, target, details)
    SELECT 'operator:x', 'test', target, '{}'::jsonb FROM unnest(${['=1+1', '+2', '-3', '@4', 'a,"b"']}::text[]) AS target`;
  await settled(database);
  const run = operator(database.url);
  const entries = (await run('audit export')).out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  t.same(
    entries.slice(-5).map(({ target }) => target),
    ['=1+1', '+2', '-3', '@4', 'a,"b"'],
  );
  const csv = await run(`audit export --format csv --after ${entries.at(-6)?.cursor ?? '0-0'}`);
  const cells = csv.out
    .split('\r\n')
    .slice(1, -1)
    .map((line) => /,test,,(.*),\{\}$/.exec(line)?.[1]);
  t.same(cells, ["'=1+1", "'+2", "'-3", "'@4", '"a,""b"""']);
  t.equal((await run(`audit export --after ${entries.at(-1)?.cursor}`)).out, '');
});
