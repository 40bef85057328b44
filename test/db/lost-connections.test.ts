import { setTimeout as delay } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { type Database, openDatabase } from '../../src/db/client.ts';
import { testDatabase } from '../support/database.ts';
import { startFaultProxy } from '../support/parts/fault-proxy.ts';
import { until } from '../support/until.ts';

const MAX = 4;

/** A database behind a proxy, and the same one without it. */
async function proxied(t: Test, options: { statementTimeout?: number; transactionTimeout?: number } = {}) {
  const direct = await testDatabase(t);
  const url = new URL(direct.url);
  const proxy = await startFaultProxy({ host: url.hostname, port: Number(url.port) });
  url.port = String(proxy.port);
  const database = openDatabase(url.href, { name: 'proxied', max: MAX, ...options });
  t.teardown(async () => {
    await database.close();
    await proxy.stop();
  });
  return { direct, proxy, database };
}

/** Every connection of the pool can be used at once: none was lost for good. */
async function usable(database: Database): Promise<boolean> {
  let inside = 0;
  const all = Array.from({ length: MAX }, () =>
    database.transaction(async ({ sql }) => {
      await sql`SELECT 1`;
      inside += 1;
      await until(() => inside === MAX);
    }),
  );
  return (await Promise.allSettled(all)).every(({ status }) => status === 'fulfilled');
}

const moments: Record<string, (database: Database, cut: () => Promise<void>) => Promise<unknown>> = {
  'before BEGIN, on idle connections': async (database, cut) => {
    await usable(database);
    await cut();
    return database.transaction(({ sql }) => sql`INSERT INTO things VALUES (1)`);
  },
  'between two statements': (database, cut) =>
    database.transaction(async ({ sql }) => {
      await sql`INSERT INTO things VALUES (${1})`;
      await cut();
      await sql`INSERT INTO things VALUES (${2})`;
    }),
  'in the turn in which the second statement is sent': (database, cut) =>
    database.transaction(async ({ sql }) => {
      await sql`INSERT INTO things VALUES (${1})`;
      void cut();
      await sql`INSERT INTO things SELECT pg_sleep(0.2) IS NULL, 2`.catch(() => {});
      await sql`INSERT INTO things VALUES (${2})`;
    }),
  'in a pipelined write': (database, cut) =>
    database.transaction(async ({ sql }) => {
      const large = 'x'.repeat(100_000);
      const writes = Array.from({ length: 20 }, (_, n) => sql`INSERT INTO texts VALUES (${n}, ${large})`);
      void cut();
      await Promise.all(writes);
    }),
  'while the code waits for something else': (database, cut) =>
    database.transaction(async ({ sql }) => {
      await sql`INSERT INTO things VALUES (${1})`;
      await cut();
      await new Promise(() => {});
    }),
  'at COMMIT': (database, cut) =>
    database.transaction(async ({ sql }) => {
      await sql`INSERT INTO things VALUES (${1})`;
      setImmediate(() => void cut());
    }),
  'in a statement without a transaction': (database, cut) => {
    const sleeping = database.sql`SELECT pg_sleep(5)`;
    setTimeout(() => void cut(), 50);
    return sleeping;
  },
};

for (const [moment, work] of Object.entries(moments)) {
  t.test(`a reset ${moment}: the work ends, and the pool is whole`, async (t) => {
    const { direct, proxy, database } = await proxied(t);
    await direct.sql`CREATE TABLE things (id int)`;
    await direct.sql`CREATE TABLE texts (id int, text text)`;
    const cut = async () => {
      const before = proxy.resets();
      await until(() => proxy.open() > 0);
      proxy.resetAll();
      await until(() => proxy.resets() > before);
    };
    for (let round = 0; round < 10; round += 1) {
      const started = performance.now();
      await Promise.allSettled([work(database, cut)]);
      t.ok(performance.now() - started < 3_000, 'it settles at once');
    }
    t.ok(await usable(database));
    t.equal((await direct.sql`SELECT 1 FROM things WHERE id = 2`).length, 0, 'no half of a transaction');
  });
}

t.test('resets at any moment: every transaction settles, every connection comes back', async (t) => {
  const { direct, proxy, database } = await proxied(t);
  await direct.sql`CREATE TABLE pairs (id int, half int)`;
  let running = true;
  let [committed, failed, n] = [0, 0, 0];
  const work = async () => {
    while (running) {
      const id = n++;
      await database
        .transaction(async ({ sql }) => {
          await sql`INSERT INTO pairs VALUES (${id}, ${1})`;
          await Promise.all([sql`SELECT ${id}::int AS id`, sql`INSERT INTO pairs VALUES (${id}, ${2})`]).then(
            ([rows]) => t.equal(rows[0]?.id, id, 'an answer belongs to its statement'),
          );
        })
        .then(
          () => (committed += 1),
          () => (failed += 1),
        );
    }
  };
  const workers = Array.from({ length: 2 * MAX }, work);
  while (proxy.resets() < 400) {
    await delay(Math.random() * 20);
    proxy.resetOne(Math.random());
  }
  running = false;
  await Promise.all(workers);
  t.ok(committed > 10 && failed > 100, `${committed} committed, ${failed} failed`);
  t.same(await direct.sql`SELECT id FROM pairs GROUP BY id HAVING count(*) <> 2`, [], 'no half');
  t.ok(await usable(database));
  const [open] = await direct.sql`
    SELECT count(*)::int AS n FROM pg_stat_activity
    WHERE application_name = 'sso-link proxied' AND datname = current_database()`;
  t.ok(open?.n <= MAX, `${open?.n} connections`);
});

t.test(
  'a server that no longer answers: a statement ends by its deadline, and the pool goes on',
  async (t) => {
    const { proxy, database } = await proxied(t, { statementTimeout: 300 });
    t.ok(await usable(database));
    proxy.lose({ newConnections: false });
    await t.rejects(database.sql`SELECT 1`, { code: 'DATABASE_TIMEOUT' });
    const [row] = await database.sql`SELECT 1 AS one`;
    t.equal(row?.one, 1, 'the other idle connections are not believed either');
  },
);

t.test('a transaction that takes too long is rolled back', async (t) => {
  const { direct, database } = await proxied(t, { transactionTimeout: 200 });
  await direct.sql`CREATE TABLE things (id int)`;
  const late = database.transaction(async ({ sql }) => {
    await sql`INSERT INTO things VALUES (1)`;
    await new Promise(() => {});
  });
  await t.rejects(late, { code: 'DATABASE_TIMEOUT' });
  t.same(await direct.sql`SELECT 1 FROM things`, []);
  t.ok(await usable(database));
});

t.test('closing does not wait for a server that no longer answers', async (t) => {
  const { proxy, database } = await proxied(t);
  const hanging = database.sql`SELECT pg_sleep(60)`.catch((error: unknown) => error);
  await until(() => proxy.open() > 0);
  proxy.lose({ newConnections: false });
  const started = performance.now();
  await database.close();
  t.ok(performance.now() - started < 4_000);
  t.match(await hanging, { code: 'CONNECTION_CLOSED' });
  await t.rejects(database.sql`SELECT 1`, { code: 'CONNECTION_ENDED' });
});
