/** Every client delivers headers in a form of its own: each reads what the relay's sender wrote to a real Kafka. */
import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { Kafka, logLevel } from 'kafkajs';
import t, { type Test } from 'tap';
import { RESULTS } from '../../scripts/contracts/examples.ts';
import { createEventConsumer, type KafkaRecord, memoryStore } from '../../src/events/index.ts';
import type { OutgoingRecord } from '../../src/kafka/records.ts';
import { createKafkaStream } from '../../src/kafka/stream.ts';
import { resultRecord } from '../events/records.ts';
import { onBrokers, silent } from '../kafka/cluster.ts';
import { createTopic } from '../support/create-topic.ts';

/** What is used of `@platformatic/kafka`, which `npm run client:check` installs. */
interface Platformatic {
  Consumer: new (options: {
    groupId: string;
    clientId: string;
    bootstrapBrokers: string[];
  }) => {
    consume(options: object): Promise<AsyncIterable<KafkaRecord> & { close(): Promise<void> }>;
    close(): Promise<void>;
  };
}

const brokers = process.env.KAFKA_BROKERS?.split(',') ?? [];
const installed = createRequire(import.meta.url);
const skip = brokers.length === 0 ? 'no Kafka: KAFKA_BROKERS is not set' : missing();
const results = Object.values(RESULTS);

/** Delivers the records of a topic to `take`, in order, until it answers true. */
type Client = (t: Test, topic: string, take: (record: KafkaRecord) => Promise<boolean>) => Promise<void>;

const group = () => `clients-${randomBytes(4).toString('hex')}`;

const kafkajs: Client = async (t, topic, take) => {
  const consumer = new Kafka({ brokers, logLevel: logLevel.NOTHING }).consumer({ groupId: group() });
  t.teardown(() => consumer.disconnect());
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await new Promise<void>((resolve) => {
    void consumer.run({ eachMessage: async ({ message }) => void ((await take(message)) && resolve()) });
  });
};

const platformatic: Client = async (t, topic, take) => {
  const { Consumer }: Platformatic = await import(installed.resolve('@platformatic/kafka'));
  const consumer = new Consumer({ groupId: group(), clientId: 'test', bootstrapBrokers: brokers });
  const stream = await consumer.consume({ topics: [topic], mode: 'earliest', autocommit: true });
  t.teardown(async () => {
    await stream.close();
    await consumer.close();
  });
  for await (const record of stream) if (await take(record)) return;
};

function missing(): string | false {
  try {
    installed.resolve('@platformatic/kafka');
    return false;
  } catch {
    return '@platformatic/kafka is not installed: npm ci --prefix test/client';
  }
}

t.test('each result and a poison record by each client', { skip, timeout: 120_000 }, async (t) => {
  const { config, prefix, bare } = await onBrokers(brokers, { topics: false });
  const topic = `${prefix}user.link_result`;
  const admin = bare.admin();
  await admin.connect();
  await createTopic(admin, topic);
  await admin.disconnect();

  const sender = await createKafkaStream(config, silent).sender();
  t.teardown(() => sender.close());
  const poison = { ...resultRecord(), value: Buffer.from('poison') };
  const records = [...results.map((data) => resultRecord(data)), poison];
  await sender.send('user.link_result', 0, records as OutgoingRecord[]);

  for (const [name, client] of Object.entries({ kafkajs, platformatic })) {
    await t.test(name, async (t) => {
      const seen: unknown[] = [];
      const answers: string[] = [];
      const consumer = createEventConsumer({
        store: memoryStore(),
        handlers: { 'user.link_result': ({ data }) => void seen.push(data) },
        onUnreadable: () => {},
      });
      await client(t, topic, async (record) => answers.push(await consumer.handle(record)) > results.length);
      t.same(seen, results);
      t.same(answers, [...results.map(() => 'handled'), 'unreadable']);
    });
  }
});
