import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { openDatabase } from '../../src/db/client.ts';
import { testDatabase } from '../support/database.ts';

t.test('a transaction commits or rolls back, and its error comes out as it is', async (t) => {
  const { sql, transaction } = await testDatabase(t);
  await sql`CREATE TABLE things (id int)`;
  t.equal(
    await transaction(async (tx) => (await tx.sql`INSERT INTO things VALUES (1) RETURNING id`)[0]?.id),
    1,
  );
  const error = new Error('no');
  const rolledBack = transaction(async (tx) => {
    await tx.sql`INSERT INTO things VALUES (2)`;
    throw error;
  });
  await t.rejects(rolledBack, error);
  await t.rejects(
    transaction((tx) => tx.sql`SELECT 1 / 0`),
    { code: '22012' },
  );
  t.same(
    (await sql`SELECT id FROM things`).map((row) => row.id),
    [1],
  );
});

t.test('SELECTs that are sent at once travel with BEGIN, and each gets its own result', async (t) => {
  const { sql, url, transaction } = await testDatabase(t);
  const both = await transaction(({ sql }) =>
    Promise.all([
      sql`SELECT set_config('sso_link.test', '7', true) AS said`,
      sql`SELECT current_setting('sso_link.test') AS heard`,
    ]),
  );
  t.same(both, [[{ said: '7' }], [{ heard: '7' }]], 'in their order, in one transaction');
  await t.rejects(
    transaction(({ sql }) => Promise.all([sql`SELECT 1 / 0`, sql`SELECT 1`])),
    { code: '22012' },
    'the error of the one that failed',
  );
  const victim = openDatabase(url, { name: 'idle pair', max: 1 });
  t.teardown(() => victim.close());
  await victim.sql`SELECT 1`;
  await killer(sql, 'idle pair')();
  const again = await victim.transaction(({ sql }) => Promise.all([sql`SELECT 1 AS n`, sql`SELECT 2 AS n`]));
  t.same(again.flat(), [{ n: 1 }, { n: 2 }], 'a connection that was lost while idle is replaced');
});

/** Ends the backends of a pool, whatever they do. */
const killer = (sql: Awaited<ReturnType<typeof testDatabase>>['sql'], name: string) => () =>
  sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = ${`sso-link ${name}`}`;

t.test(
  'a connection lost between two statements: the second never runs (postgres.js #1208, #1216)',
  async (t) => {
    const { sql, url } = await testDatabase(t);
    await sql`CREATE TABLE things (id int)`;
    const victim = openDatabase(url, { name: 'idle victim', max: 2 });
    t.teardown(() => victim.close());
    const kill = killer(sql, 'idle victim');
    let goOn: () => void = () => {};
    const later = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    let second: Promise<unknown> = Promise.resolve();
    const lost = victim.transaction(async (tx) => {
      await tx.sql`INSERT INTO things VALUES (1)`;
      await kill();
      second = later.then(() => tx.sql`INSERT INTO things VALUES (2)`);
      await second;
    });
    await t.rejects(lost, { code: /CONNECTION_CLOSED|57P01|ECONNRESET/ });
    // The pool has a connection again by now, perhaps the same: nothing of the dead transaction runs on it.
    await victim.sql`SELECT 1`.catch(() => {});
    goOn();
    await t.rejects(second, { code: 'CONNECTION_CLOSED' });
    await victim.transaction((tx) => tx.sql`INSERT INTO things VALUES (3)`);
    t.same(
      (await sql`SELECT id FROM things`).map((row) => row.id),
      [3],
    );
  },
);

t.test('connections lost at any time end no process and leave no half of a transaction', async (t) => {
  const { sql, url } = await testDatabase(t);
  await sql`CREATE TABLE pairs (id int, half int)`;
  const victim = openDatabase(url, { name: 'busy victim', max: 5 });
  t.teardown(() => victim.close());
  const kill = killer(sql, 'busy victim');
  await victim.sql`SELECT 1`;
  let running = true;
  let [committed, failed] = [0, 0];
  async function work(worker: number) {
    for (let n = 0; running; n += 1) {
      const id = worker * 100_000 + n;
      await victim
        .transaction(async (tx) => {
          await tx.sql`INSERT INTO pairs SELECT ${id}, half FROM unnest(${[1]}::int[]) AS half`;
          await tx.sql`INSERT INTO pairs VALUES (${id}, 2)`;
        })
        .then(
          () => (committed += 1),
          () => {
            failed += 1;
            return delay(2);
          },
        );
    }
  }
  const workers = [1, 2, 3, 4, 5].map(work);
  for (let n = 0; n < 60; n += 1) {
    await kill();
    await delay(n % 20);
  }
  running = false;
  await Promise.all(workers);
  t.ok(committed > 0 && failed > 0, `${committed} committed, ${failed} failed`);
  t.same(await sql`SELECT id FROM pairs GROUP BY id HAVING count(*) <> 2`, [], 'no half');
  const [whole] = await sql`SELECT count(DISTINCT id) AS n FROM pairs`;
  t.ok(Number(whole?.n) >= committed, 'what was told as committed is there');
});

t.test('a cursor that fails in a transaction: nothing is reported as committed', async (t) => {
  const { sql, transaction } = await testDatabase(t);
  await sql`CREATE TABLE things (id int)`;
  const aborted = transaction(async (tx) => {
    await tx.sql`INSERT INTO things VALUES (1)`;
    // The failure of a cursor is seen by its reader alone.
    const rows = tx.sql`SELECT 1 / (n - 1) FROM generate_series(1, 3) AS n`.cursor(1);
    await t.rejects(async () => {
      for await (const _ of rows);
    });
  });
  await t.rejects(aborted, { code: 'CONNECTION_CLOSED' });
  t.same([...(await sql`SELECT id FROM things`)], []);
});
