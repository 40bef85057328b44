import { pino } from 'pino';
import t from 'tap';
import { createStream } from '../../dev/stream.ts';
import { openDatabase } from '../../src/db/client.ts';
import { SsoLinkError } from '../../src/errors.ts';
import { DEAD_LETTER_TOPIC } from '../../src/events/topics.ts';
import type { RecordSender } from '../../src/kafka/records.ts';
import { append } from '../../src/outbox/append.ts';
import { laneOf } from '../../src/outbox/lanes.ts';
import { startRelayLoop } from '../../src/outbox/relay.ts';
import { relayRound } from '../../src/outbox/round.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { until } from '../support/until.ts';

const TOPIC = 'user.sso_authenticated';
const silent = pino({ level: 'silent' });

function event(key: string, n: number, topic = TOPIC) {
  return { topic, key: Buffer.from(key), headers: { ce_id: `${key}-${n}` }, payload: Buffer.from(`${n}`) };
}

async function fill(database: TestDatabase, keys: number, each: number) {
  for (let n = 0; n < each; n += 1) {
    const events = Array.from({ length: keys }, (_, k) => event(`key-${k}`, n));
    await database.transaction((tx) => append(tx, events));
  }
}

const left = async (database: TestDatabase) =>
  Number((await database.sql`SELECT count(*) AS n FROM outbox`)[0]?.n);

async function relayAll(database: TestDatabase, sender: Pick<RecordSender, 'send'>, relays = 1) {
  const loops = Array.from({ length: relays }, () => startRelayLoop({ database, sender, log: silent }));
  await until(async () => (await left(database)) === 0);
  for (const loop of loops) await loop.stop();
}

t.test('every row reaches its lane’s partition, each key in order, with its sequence', async (t) => {
  const database = await testDatabase(t);
  const stream = createStream();
  await fill(database, 50, 20);
  await relayAll(database, await stream.sender());
  const records = stream.records(TOPIC);
  t.equal(records.length, 1000);
  for (const record of records) t.equal(record.partition, laneOf(record.key));
  for (let k = 0; k < 50; k += 1) {
    const ofKey = records.filter((r) => r.key?.toString() === `key-${k}`);
    t.same(
      ofKey.map((r) => Number(r.value)),
      Array.from({ length: 20 }, (_, n) => n),
    );
    const sequence = ofKey.map((r) => Number(r.headers.ce_sequence));
    t.same(
      sequence,
      [...sequence].sort((a, b) => a - b),
    );
    const texts = ofKey.map((r) => r.headers.ce_sequence);
    t.same(texts, texts.toSorted(), 'as text too');
  }
});

t.test('a dead letter keeps its sequence, and gets none if it had none', async (t) => {
  const database = await testDatabase(t);
  const stream = createStream();
  await database.transaction((tx) =>
    append(
      tx,
      [{ ce_sequence: '7' }, { other: 'x' }].map((headers) => ({
        topic: DEAD_LETTER_TOPIC,
        key: Buffer.from('k'),
        headers: headers as Record<string, string>,
        payload: null,
      })),
    ),
  );
  await relayAll(database, await stream.sender());
  const headers = stream.records(DEAD_LETTER_TOPIC).map((record) => record.headers.ce_sequence);
  t.same(headers, ['7', undefined]);
});

t.test('two relays share the lanes: nothing twice, nothing out of order', async (t) => {
  const database = await testDatabase(t, { max: 12 });
  const stream = createStream();
  await fill(database, 48, 30);
  await relayAll(database, await stream.sender(), 2);
  const ids = stream.records(TOPIC).map((r) => r.headers.ce_id);
  t.equal(ids.length, 48 * 30);
  t.equal(new Set(ids).size, ids.length);
});

t.test('a row that commits late is not lost', async (t) => {
  const database = await testDatabase(t);
  const stream = createStream();
  const sender = await stream.sender();
  let commit: (() => void) | undefined;
  const late = database.transaction(async (tx) => {
    await append(tx, [event('late', 1)]);
    await new Promise<void>((resolve) => {
      commit = resolve;
    });
  });
  await until(() => commit !== undefined);
  await database.transaction((tx) => append(tx, [event('early', 1)]));
  await relayAll(database, sender);
  t.same(
    stream.records(TOPIC).map((r) => r.headers.ce_id),
    ['early-1'],
  );
  commit?.();
  await late;
  await relayAll(database, sender);
  t.equal(stream.records(TOPIC).length, 2);
});

t.test('a crash between Kafka’s answer and the delete sends again, and loses nothing', async (t) => {
  const database = await testDatabase(t);
  const stream = createStream();
  const sender = await stream.sender();
  await fill(database, 1, 3);
  const crashing: Pick<RecordSender, 'send'> = {
    async send(...args) {
      await sender.send(...args);
      throw new Error('the process died here');
    },
  };
  const round = await relayRound(database, crashing, { from: 0 });
  t.equal(round?.sent, 0);
  t.equal(await left(database), 3);
  await relayAll(database, sender);
  t.same(
    stream.records(TOPIC).map((r) => Number(r.value)),
    [0, 1, 2, 0, 1, 2],
  );
});

t.test('a row that Kafka refuses goes to outbox_dead and blocks its lane no longer', async (t) => {
  const database = await testDatabase(t);
  const stream = createStream();
  const sender = await stream.sender();
  await fill(database, 1, 10);
  const picky: Pick<RecordSender, 'send'> = {
    async send(topic, partition, records) {
      if (records.some((r) => r.value?.toString() === '4')) {
        throw new SsoLinkError('record_unsendable', 'too large');
      }
      await sender.send(topic, partition, records);
    },
  };
  await relayAll(database, picky);
  t.same(
    stream.records(TOPIC).map((r) => Number(r.value)),
    [0, 1, 2, 3, 5, 6, 7, 8, 9],
  );
  const [dead] = await database.sql`SELECT * FROM outbox_dead`;
  t.match(dead, { error: 'too large', attempts: 3, topic: TOPIC });
});

t.test('while Kafka is away the rows wait, and go when it is back', async (t) => {
  const database = await testDatabase(t);
  const stream = createStream();
  stream.pause();
  const loop = startRelayLoop({ database, sender: await stream.sender(), log: silent });
  t.teardown(() => loop.stop());
  await fill(database, 10, 1);
  t.equal(await left(database), 10);
  stream.resume();
  await until(async () => (await left(database)) === 0);
  t.equal(stream.records(TOPIC).length, 10);
});

t.test('a lane that fails keeps no other waiting, and goes on when it can', async (t) => {
  const database = await testDatabase(t, { max: 8 });
  const stream = createStream();
  const real = await stream.sender();
  await fill(database, 60, 5);
  const [lanes] = await database.sql`SELECT count(DISTINCT lane) AS n FROM outbox`;
  const bad = laneOf(Buffer.from('key-0'));
  let [tries, leaderless] = [0, true];
  const sender: Pick<RecordSender, 'send'> = {
    async send(topic, partition, records) {
      if (partition === bad && leaderless) {
        tries += 1;
        throw new SsoLinkError('kafka_unavailable', 'no leader');
      }
      await real.send(topic, partition, records);
    },
  };
  const lines: string[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
  const loop = startRelayLoop({ database, sender, log });
  t.teardown(() => loop.stop());
  const lanesLeft = async () =>
    Number((await database.sql`SELECT count(DISTINCT lane) AS n FROM outbox`)[0]?.n);
  await until(async () => (await lanesLeft()) === 1 && tries >= 3);
  t.ok(Number(lanes?.n) > 10);
  t.equal(loop.stats().outage, 'kafka_unavailable');
  t.equal(lines.length, 1, 'an outage is told once');
  leaderless = false;
  await until(async () => (await left(database)) === 0 && loop.stats().outage === undefined);
  t.equal(lines.length, 2, 'and so is its end');
  t.match(loop.stats(), { sent: 300, dead: 0, failures: tries });
});

t.test('a send that takes long keeps no other lane waiting', async (t) => {
  const database = await testDatabase(t, { max: 8 });
  const stream = createStream();
  const real = await stream.sender();
  let release: () => void = () => {};
  const slow = new Promise<void>((resolve) => {
    release = resolve;
  });
  let hanging = 0;
  const sender: Pick<RecordSender, 'send'> = {
    async send(topic, partition, records) {
      if (partition === laneOf(Buffer.from('slow'))) {
        hanging += 1;
        await slow;
      }
      await real.send(topic, partition, records);
    },
  };
  const loop = startRelayLoop({ database, sender, log: silent });
  await database.transaction((tx) => append(tx, [event('slow', 1)]));
  await until(() => hanging === 1);
  await database.transaction((tx) => append(tx, [event('key-1', 1)]));
  await until(() => stream.records(TOPIC).length === 1);
  t.equal(hanging, 1);
  release();
  await until(async () => (await left(database)) === 0);
  await loop.stop();
});

t.test('rows too many bytes for a send go in several, in order', async (t) => {
  const database = await testDatabase(t);
  const stream = createStream();
  const real = await stream.sender();
  const big = Buffer.alloc(200_000);
  const events = Array.from({ length: 40 }, (_, n) => ({ ...event('big', n), payload: big }));
  await database.transaction((tx) => append(tx, events));
  const sizes: number[] = [];
  const sender: Pick<RecordSender, 'send'> = {
    async send(topic, partition, records) {
      sizes.push(records.reduce((sum, r) => sum + (r.value?.length ?? 0), 0));
      await real.send(topic, partition, records);
    },
  };
  const round = await relayRound(database, sender, { from: 0 });
  t.ok((round?.sent ?? 0) < 40, 'a round is bounded, too');
  t.ok(round?.full, 'and says that there may be more');
  await relayAll(database, sender);
  t.ok(Math.max(...sizes) < 800_000);
  t.same(
    stream.records(TOPIC).map((r) => r.headers.ce_id),
    events.map((e) => e.headers.ce_id),
  );
});

t.test('the database restarts under the relay: nothing is lost', async (t) => {
  const database = await testDatabase(t);
  const relaying = openDatabase(database.url, { name: 'relay under test', max: 5 });
  const stream = createStream();
  const loop = startRelayLoop({ database: relaying, sender: await stream.sender(), log: silent });
  t.teardown(async () => {
    await loop.stop();
    await relaying.close();
  });
  for (let n = 0; n < 20; n += 1) {
    await database.transaction((tx) => append(tx, [event('a', n), event('b', n), event('c', n)]));
    await database.sql`
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE application_name = 'sso-link relay under test' AND datname = current_database()`;
  }
  await until(async () => (await left(database)) === 0);
  for (const key of ['a', 'b', 'c']) {
    const ids = stream.records(TOPIC).flatMap((r) => (r.key?.toString() === key ? [r.headers.ce_id] : []));
    t.same(
      [...new Set(ids)],
      Array.from({ length: 20 }, (_, n) => `${key}-${n}`),
      'repeated, perhaps; but each for the first time in order',
    );
  }
});

t.test('a round that never ends is counted and logged, and another runner takes over', async (t) => {
  const database = await testDatabase(t);
  const stream = createStream();
  let hanging = 0;
  /** The first round of each call to `hang` never ends. */
  const transaction: typeof database.transaction = (work) => {
    if (hanging === 0) return database.transaction(work);
    hanging -= 1;
    return new Promise(() => {});
  };
  const lines: string[] = [];
  const log = pino({ level: 'error' }, { write: (line: string) => lines.push(line) });
  hanging = 1;
  const loop = startRelayLoop({
    database: { transaction },
    sender: await stream.sender(),
    log,
    concurrency: 2,
    stuckAfter: 50,
  });
  await until(() => loop.stats().stuck === 1);
  t.match(lines[0], /relay round does not end/);
  await fill(database, 5, 2);
  await until(async () => (await left(database)) === 0);
  t.equal(stream.records(TOPIC).length, 10, 'the others go on');
  hanging = 2;
  await t.rejects(loop.failed, { code: 'relay_stuck' }, 'where none is left the process must be restarted');
});
