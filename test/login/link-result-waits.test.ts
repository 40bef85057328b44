import { once } from 'node:events';
import t, { type Test } from 'tap';
import { createNotifier, listen } from '../../src/db/notify.ts';
import { newId } from '../../src/ids.ts';
import { createLinkResultWaits, type LinkResultWaitsOptions } from '../../src/login/link-result-waits.ts';
import { testDatabase } from '../support/database.ts';
import { until } from '../support/until.ts';

const NEVER = 3_600_000;
const staying = () => new AbortController().signal;

/** Waits on a database whose only table is that of the link results. */
async function world(t: Test, options: Partial<LinkResultWaitsOptions> = {}) {
  const database = await testDatabase(t);
  await database.sql`DROP TABLE link_results CASCADE`;
  await database.sql`CREATE TABLE link_results (login_id uuid PRIMARY KEY)`;
  const waits = createLinkResultWaits(database, { patience: 10_000, pollEvery: NEVER, ...options });
  t.teardown(() => waits.stop());
  const wait = (id: string, isNew = true) => waits.wait(id, { isNew, signal: staying() });
  const decide = (...ids: string[]) =>
    database.sql`INSERT INTO link_results SELECT unnest(${ids}::uuid[])`.then(() => {});
  return { database, waits, wait, decide };
}

t.test('a notification releases those who are decided, by one look', async (t) => {
  const { database, waits, wait, decide } = await world(t);
  const heard = waits.look;
  t.teardown(listen(database.url, { name: 'server', channel: 'sso_link_results', heard }));
  const channel = "backend_type = 'client backend' AND query LIKE 'LISTEN%'";
  await until(async () => {
    const { sql } = database;
    const rows = await sql`
      SELECT FROM pg_stat_activity WHERE datname = current_database() AND ${sql.unsafe(channel)}`;
    return rows.length > 0;
  });
  const [ada, bob] = [newId(), newId()];
  const [ofAda, ofBob] = [wait(ada), wait(bob)];
  await decide(ada);
  createNotifier(database, ['sso_link_results', 'sso_link_outbox'])();
  t.equal(await ofAda, 'decided');
  t.equal(waits.held(), 1, 'the other one is held on');
  waits.stop();
  t.equal(await ofBob, 'stopping');
});

t.test('without a notification the poll finds it', async (t) => {
  const { wait, decide } = await world(t, { pollEvery: 20 });
  const login = newId();
  const waiting = wait(login);
  await decide(login);
  t.equal(await waiting, 'decided');
});

t.test('a look that fails ends no wait, and the next one finds the result', async (t) => {
  const login = newId();
  let looks = 0;
  const sql = async () => {
    looks += 1;
    if (looks === 1) throw new Error('the database is away');
    return [{ id: login }];
  };
  const waits = createLinkResultWaits({ sql } as never, { patience: 10_000, pollEvery: 20 });
  t.equal(await waits.wait(login, { isNew: true, signal: staying() }), 'decided');
  t.equal(looks, 2);
});

t.test('nobody is held for longer than LOGIN_WAIT, or when it is 0', async (t) => {
  const { waits, wait } = await world(t, { patience: 50 });
  const began = performance.now();
  t.equal(await wait(newId()), 'late');
  t.ok(performance.now() - began >= 49);
  t.equal(waits.held(), 0);
  t.equal(await (await world(t, { patience: 0 })).wait(newId()), 'off');
});

t.test('beyond the most that are held, people see the waiting page at once', async (t) => {
  const ended: string[] = [];
  const { waits, wait } = await world(t, { most: 2, onWait: (outcome) => ended.push(outcome) });
  const held = [wait(newId()), wait(newId())];
  t.equal(await wait(newId()), 'busy');
  waits.stop();
  t.same(await Promise.all(held), ['stopping', 'stopping']);
  t.same(ended, ['busy', 'stopping', 'stopping']);
  t.equal(await wait(newId()), 'stopping', 'nobody is held from now on');
});

t.test(
  'while the worker lags one new login at a time is held, to find out whether it still does',
  async (t) => {
    const { waits, wait, decide } = await world(t, { patience: 100 });
    t.equal(await wait(newId(), false), 'late');
    const known = wait(newId());
    t.equal(await known, 'late', 'an old login says nothing of the worker');
    // It lags from now on.
    const login = newId();
    const probe = wait(login);
    t.equal(await wait(newId()), 'busy');
    t.equal(await wait(newId(), false), 'busy');
    await decide(login);
    waits.look();
    t.equal(await probe, 'decided');
    const both = [wait(newId()), wait(newId())];
    t.equal(waits.held(), 2, 'it no longer lags');
    await Promise.all(both);
  },
);

t.test('a browser that gives up leaves nothing behind', async (t) => {
  const { waits } = await world(t);
  const browser = new AbortController();
  const login = newId();
  const leaving = waits.wait(login, { isNew: true, signal: browser.signal });
  const staying = waits.wait(login, { isNew: true, signal: new AbortController().signal });
  const aborted = once(browser.signal, 'abort');
  browser.abort();
  await aborted;
  t.equal(await leaving, 'left');
  t.equal(waits.held(), 1, 'the same login in another tab is held on');
  waits.stop();
  t.equal(await staying, 'stopping');
  t.equal(waits.held(), 0);
  t.equal(await waits.wait(login, { isNew: true, signal: browser.signal }), 'left');
});
