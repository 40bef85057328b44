import { randomBytes } from 'node:crypto';
import t, { type Test } from 'tap';
import { newId } from '../../src/ids.ts';
import { laneOf } from '../../src/outbox/lanes.ts';
import { testDatabase } from '../support/database.ts';
import { operator } from './operator.ts';

async function world(t: Test) {
  const database = await testDatabase(t);
  const { sql } = database;
  const record = async (key: string | null, value: string) => {
    const id = newId();
    await sql`
      INSERT INTO dead_letters (id, topic, partition, "offset", record_hash, key, headers, value, reason, error)
      VALUES (${id}, 'user.sso_authenticated', 3, ${String(Math.floor(Math.random() * 1e9))}, ${randomBytes(8)},
        ${key === null ? null : Buffer.from(key)}, '{"ce_id":"e1"}', ${Buffer.from(value)}, 'event_invalid', 'not JSON')`;
    return id;
  };
  const dead = async (id: number, payload: string) => {
    await sql`
      INSERT INTO outbox_dead (id, lane, topic, key, headers, payload, attempts, error)
      VALUES (${id}, 5, 'user.link_result', 'k', '{"ce_id":"e2"}', ${Buffer.from(payload)}, 3, 'too large')`;
    return String(id);
  };
  return { ...database, record, dead, run: operator(database.url) };
}

t.test('dead letters of both kinds are listed and replayed by id', async (t) => {
  const { run, record, dead, sql } = await world(t);
  const id = await record('key', '{bad');
  const number = await dead(7, 'big');
  t.match((await run('dead-letters list --json')).json, [
    { kind: 'record', id, topic: 'user.sso_authenticated', partition: 3, reason: 'event_invalid' },
    { kind: 'outbox', id: number, topic: 'user.link_result', error: 'too large' },
  ]);
  t.match((await run('dead-letters list')).out, /^KIND +ID +TOPIC/);

  t.match(await run(`dead-letters replay ${id} ${newId()}`), { exitCode: 1, err: /nothing was replayed/ });
  t.equal((await sql`SELECT 1 FROM outbox`).length, 0, 'all or nothing');
  t.match(await run('dead-letters replay'), { exitCode: 1, err: /either ids or --all/ });
  t.match(await run(`dead-letters replay ${id} --all`), { exitCode: 1, err: /either ids or --all/ });
  t.match((await run(`dead-letters replay ${id} --json`)).json, [{ records: 1, outbox: 0 }]);

  const [row] = await sql`SELECT * FROM outbox`;
  t.match(row, {
    topic: 'user.sso_authenticated',
    headers: { ce_id: 'e1' },
    lane: laneOf(Buffer.from('key')),
  });
  t.equal(String(row?.payload), '{bad', 'as it came');
  t.match((await run('dead-letters list --json')).json, [{ id: number }], 'what was replayed is done with');
  t.match((await run('dead-letters list --replayed --json')).json, [
    { id, replayed_at: String },
    { id: number },
  ]);

  t.match((await run(`dead-letters replay ${number} --json`)).json, [{ records: 0, outbox: 1 }]);
  t.equal((await sql`SELECT 1 FROM outbox_dead`).length, 0);
  t.match((await sql`SELECT * FROM outbox ORDER BY id DESC`)[0], { topic: 'user.link_result', attempts: 0 });
  t.match(
    [...(await sql`SELECT actor, action, details FROM audit_log ORDER BY id`)],
    [
      { actor: 'operator:olga', action: 'dead-letters.replay', details: { ids: [id] } },
      { details: { ids: [number] } },
    ],
  );
});

t.test('--all takes each once, however many operators ask, in the order of their key', async (t) => {
  const { run, record, dead, sql } = await world(t);
  for (let i = 0; i < 12; i += 1) await dead(100 - i, String(100 - i));
  await record(null, 'no key');
  const all = await Promise.all([
    run('dead-letters replay --all --json'),
    run('dead-letters replay --all --json'),
  ]);
  t.equal(all[0].json[0].outbox + all[1].json[0].outbox, 12);
  t.equal(all[0].json[0].records + all[1].json[0].records, 1);
  const rows = await sql`SELECT payload FROM outbox WHERE topic = 'user.link_result' ORDER BY id`;
  const order = rows.map((row) => Number(String(row.payload)));
  t.same(
    order,
    order.toSorted((a, b) => a - b),
  );
  t.match((await run('dead-letters replay --all --json')).json, [{ records: 0, outbox: 0 }]);
  t.equal((await run('dead-letters list')).out, 'no dead letter\n');
});

t.test('what another operator is replaying is left to them', async (t) => {
  const { run, record, transaction } = await world(t);
  await record('k', 'one');
  await transaction(async ({ sql }) => {
    await sql`SELECT 1 FROM dead_letters FOR UPDATE`;
    t.match((await run('dead-letters replay --all --json')).json, [{ records: 0 }]);
  });
  t.match((await run('dead-letters replay --all --json')).json, [{ records: 1 }]);
});
