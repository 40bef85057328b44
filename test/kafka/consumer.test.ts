import { CompressionTypes, type Kafka, type Message } from 'kafkajs';
import t, { type Test } from 'tap';
import { startKafka } from '../../dev/kafka.ts';
import { ssoAuthenticated } from '../../src/events/sso-authenticated.ts';
import { createClient } from '../../src/kafka/client.ts';
import { type ConsumerOptions, createConsumer } from '../../src/kafka/consumer.ts';
import { consumerLag } from '../../src/kafka/lag.ts';
import type { IncomingRecord } from '../../src/kafka/records.ts';
import { until } from '../support/until.ts';
import { onBrokers, silent, skip, type TestKafka, testKafka } from './cluster.ts';

const TOPIC = ssoAuthenticated.topic;

const numbers = (count: number, from = 0) => Array.from({ length: count }, (_, i) => String(from + i));
const valuesOf = (records: IncomingRecord[], partition: number) =>
  records.filter((r) => r.partition === partition).map((r) => String(r.value));

async function produce(
  kafka: Kafka,
  topic: string,
  partition: number,
  values: (string | Partial<Message>)[],
  compression = CompressionTypes.None,
) {
  const producer = kafka.producer({ createPartitioner: () => () => partition });
  await producer.connect();
  const messages = values.map((value) => ({
    value: null,
    partition,
    ...(typeof value === 'string' ? { value } : value),
  }));
  await producer.send({ topic, messages, compression });
  await producer.disconnect();
}

function consume(
  { config, prefix }: TestKafka,
  options: Partial<ConsumerOptions> & Pick<ConsumerOptions, 'onChunk'>,
) {
  const kafka = createClient(config, silent, { retries: 5 });
  return createConsumer(kafka, prefix, { topic: TOPIC, groupId: 'group', ...options }, silent);
}

/** Topics of the test's own, and what its consumer was given. */
async function setUp(t: Test) {
  const kafka = await testKafka(t);
  const topic = kafka.prefix + TOPIC;
  const seen: IncomingRecord[] = [];
  const lag = async () => {
    // A group's coordinator, and a topic's leaders, take a moment to be there.
    const lags = await consumerLag(kafka.config, silent, 'group', TOPIC).catch(
      () => new Map([[0, Number.NaN]]),
    );
    return [...lags.values()].reduce((sum, n) => sum + n, 0);
  };
  const put = (partition: number, values: (string | Partial<Message>)[]) =>
    produce(kafka.bare, topic, partition, values);
  return { kafka, topic, seen, lag, put };
}

const real = { skip, timeout: 120_000 };

t.test('a consumer takes chunks in order, and begins where the one before it ended', real, async (t) => {
  const { kafka, seen, lag, put } = await setUp(t);
  await put(3, numbers(250));
  await put(4, numbers(10));
  await until(async () => (await lag()) === 260);
  const sizes: number[] = [];
  const first = await consume(kafka, {
    maxChunk: 100,
    async onChunk(records) {
      sizes.push(records.length);
      seen.push(...records);
    },
  });
  await until(() => seen.length >= 260);
  await until(async () => (await lag()) === 0);
  t.ok(first.isRunning());
  await first.stop();
  t.notOk(first.isRunning());
  t.same(valuesOf(seen, 3), numbers(250));
  t.same(valuesOf(seen, 4), numbers(10));
  t.ok(Math.max(...sizes) <= 100);
  t.equal(
    sizes.reduce((sum, n) => sum + n),
    260,
  );

  seen.length = 0;
  const second = await consume(kafka, { onChunk: async (records) => void seen.push(...records) });
  await until(() => second.isRunning());
  await put(3, ['after']);
  await until(() => seen.length > 0);
  await second.stop();
  t.same(
    seen.map((r) => String(r.value)),
    ['after'],
    'nothing was delivered again',
  );
});

t.test('a chunk that fails comes again, in order, while other partitions go on', real, async (t) => {
  const { kafka, seen, lag, put } = await setUp(t);
  await put(1, numbers(30));
  await put(2, numbers(30));
  let failures = 0;
  let healed = false;
  const consumer = await consume(kafka, {
    maxChunk: 10,
    async onChunk(records) {
      if (!healed && records[0]?.partition === 1 && records[0].offset === 10n) {
        failures += 1;
        // A TypeError that reached kafkajs would stop it for good.
        throw failures % 2 ? new TypeError('a fault') : new RangeError('another');
      }
      seen.push(...records);
    },
  });
  t.teardown(() => consumer.stop());
  await until(() => failures >= 4 && valuesOf(seen, 2).length === 30);
  t.same(valuesOf(seen, 1), numbers(10));
  healed = true;
  await until(async () => (await lag()) === 0);
  t.same(valuesOf(seen, 1), numbers(30), 'nothing is skipped');
  t.ok(consumer.isRunning());
});

t.test('what was not committed is delivered again to the next', real, async (t) => {
  const { kafka, seen, put } = await setUp(t);
  await put(1, numbers(20));
  let given = 0;
  const failing = await consume(kafka, {
    maxChunk: 10,
    async onChunk(records) {
      given += 1;
      if (records[0]?.offset !== 0n) throw new Error('the database is away');
    },
  });
  await until(() => given >= 3);
  await failing.stop();
  const next = await consume(kafka, { onChunk: async (records) => void seen.push(...records) });
  await until(() => seen.length >= 10);
  await next.stop();
  t.same(valuesOf(seen, 1), numbers(10, 10));
});

t.test('stop ends in time while a handler hangs', real, async (t) => {
  const { kafka, put } = await setUp(t);
  await put(1, ['one']);
  let release: () => void = () => {};
  const hanging = new Promise<void>((resolve) => {
    release = resolve;
  });
  let called = false;
  const consumer = await consume(kafka, {
    stopDeadline: 500,
    async onChunk() {
      called = true;
      await hanging;
    },
  });
  await until(() => called);
  const before = Date.now();
  // Nothing is lost by it: what was not committed is delivered again.
  await t.resolves(consumer.stop());
  t.ok(Date.now() - before < 5_000);
  // What hung may end after all, so that the test's process can.
  release();
});

t.test('stop waits for what is under way, and commits it', real, async (t) => {
  const { kafka, lag, put } = await setUp(t);
  await put(1, numbers(20));
  let release: () => void = () => {};
  const slow = new Promise<void>((resolve) => {
    release = resolve;
  });
  let chunks = 0;
  const consumer = await consume(kafka, {
    maxChunk: 10,
    async onChunk() {
      chunks += 1;
      await slow;
    },
  });
  await until(() => chunks === 1);
  const stopped = consumer.stop();
  release();
  await stopped;
  t.equal(chunks, 1, 'no chunk is begun');
  await until(async () => (await lag()) === 10);
});

t.test('two members share the partitions, and one takes over from the other', real, async (t) => {
  const { kafka, lag, put } = await setUp(t);
  const byMember: IncomingRecord[][] = [[], []];
  const start = (i: number) =>
    consume(kafka, { onChunk: async (records) => void byMember[i]?.push(...records) });
  const first = await start(0);
  const second = await start(1);
  await until(() => first.isRunning() && second.isRunning());
  // The first joins again when the second comes: only then are the partitions shared.
  let round = 0;
  await until(async () => {
    for (let partition = 0; partition < 24; partition += 1) await put(partition, [`${round}`]);
    round += 1;
    return byMember.every((records) => records.length > 0);
  }, 60_000);
  await second.stop();
  for (let partition = 0; partition < 24; partition += 1) await put(partition, ['last']);
  await until(async () => (await lag()) === 0);
  await first.stop();
  for (let partition = 0; partition < 24; partition += 1) {
    const values = valuesOf(byMember.flat(), partition);
    t.same([...new Set(values)].length, round + 1);
  }
});

t.test('headers, keys and compressed records arrive as they were sent', real, async (t) => {
  const { kafka, topic, seen } = await setUp(t);
  const message = {
    key: 'key',
    value: Buffer.from([0, 255]),
    headers: { ce_id: 'é', twice: ['first', 'second'] },
    timestamp: '1700000000000',
  };
  await produce(kafka.bare, topic, 5, [message, { key: null, value: null }], CompressionTypes.GZIP);
  const consumer = await consume(kafka, { onChunk: async (records) => void seen.push(...records) });
  await until(() => seen.length === 2);
  await consumer.stop();
  t.same(seen, [
    {
      topic: TOPIC,
      partition: 5,
      offset: 0n,
      key: Buffer.from('key'),
      value: message.value,
      headers: { ce_id: 'é', twice: 'second' },
      rawHeaders: { ce_id: Buffer.from('é'), twice: [Buffer.from('first'), Buffer.from('second')] },
      timestamp: 1_700_000_000_000,
    },
    {
      topic: TOPIC,
      partition: 5,
      offset: 1n,
      key: null,
      value: null,
      headers: {},
      rawHeaders: {},
      timestamp: seen[1]?.timestamp,
    },
  ]);
});

t.test('a batch that was made to burst memory ends the consumer, and says what to do', real, async (t) => {
  const { kafka, topic, seen } = await setUp(t);
  // Values of more than that are compressed by gzip to a few hundred kB.
  const zeros = Array.from({ length: 40 }, () => ({ value: Buffer.alloc(1024 * 1024) }));
  await produce(kafka.bare, topic, 5, zeros, CompressionTypes.GZIP);
  const consumer = await consume(kafka, { onChunk: async (records) => void seen.push(...records) });
  await t.rejects(consumer.failed, {
    code: 'consumer_stopped',
    message: /unpacks to more than 33554432 bytes/,
  });
  await consumer.stop();
  t.equal(seen.length, 0);
});

t.test('brokers that allow no short session end the consumer, and it says what to set', real, async (t) => {
  const properties = { 'group.min.session.timeout.ms': '10000' };
  const cluster = await startKafka({ own: true, properties });
  t.teardown(() => cluster.stop());
  const consumer = await consume(await onBrokers(cluster.brokers), { onChunk: async () => {} });
  await t.rejects(consumer.failed, {
    code: 'consumer_stopped',
    message: /set their group\.min\.session\.timeout\.ms to 6000 or less/,
  });
  await consumer.stop();
});

t.test('after records were deleted it goes on with the oldest that is left', real, async (t) => {
  const { kafka, topic, seen, lag, put } = await setUp(t);
  await put(1, numbers(10));
  const first = await consume(kafka, {
    maxChunk: 2,
    async onChunk(records) {
      if (records[0]?.offset === 2n) throw new Error('not yet');
    },
  });
  await until(async () => (await lag()) === 8);
  await first.stop();
  const admin = kafka.bare.admin();
  await admin.connect();
  // kafkajs deletes records of topics alone that it has read of.
  await admin.fetchTopicOffsets(topic);
  await admin.deleteTopicRecords({ topic, partitions: [{ partition: 1, offset: '6' }] });
  await admin.disconnect();
  const second = await consume(kafka, { onChunk: async (records) => void seen.push(...records) });
  await until(() => seen.length >= 4);
  await second.stop();
  t.same(valuesOf(seen, 1), numbers(4, 6));
});
