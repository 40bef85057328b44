import t from 'tap';
import { append } from '../../src/outbox/append.ts';
import { laneOf } from '../../src/outbox/lanes.ts';
import { testDatabase } from '../support/database.ts';

const TOPIC = 'user.sso_authenticated';

t.test('events are appended in the order given, each in its key’s lane, as they are', async (t) => {
  const database = await testDatabase(t);
  const events = Array.from({ length: 300 }, (_, i) => ({
    topic: i % 3 === 0 ? 'user.link_result' : TOPIC,
    key: i % 7 === 0 ? null : Buffer.from(`key-${i % 20}`),
    headers: { ce_id: `${i}`, odd: `"quoted" \\ {é,} ${i}` },
    payload: i % 11 === 0 ? null : Buffer.from([i % 256, 0, 255]),
  }));
  await database.transaction((tx) => append(tx, events));
  const rows =
    await database.sql`SELECT lane, topic, key, headers, payload, attempts FROM outbox ORDER BY id`;
  t.same(
    rows.map((row) => ({ ...row })),
    events.map((event) => ({ lane: laneOf(event.key), ...event, attempts: 0 })),
  );
});

t.test('what is rolled back was never there; nothing to append is nothing to do', async (t) => {
  const database = await testDatabase(t);
  const event = { topic: TOPIC, key: null, headers: {}, payload: null };
  const work = database.transaction(async (tx) => {
    await append(tx, [event]);
    throw new Error('no login after all');
  });
  await t.rejects(work, { message: 'no login after all' });
  await database.transaction((tx) => append(tx, []));
  t.same(await database.sql`SELECT id FROM outbox`, []);
});
