/**
 * The relay's limit: a bare kafkajs producer that sends the outbox's very records, from memory. The same
 * guarantees: acks of all replicas, no compression, one send in flight a partition, one partition a send
 * (kafkajs #1303). No database, no receipts checked, nothing deleted.
 */
import { Kafka, logLevel } from 'kafkajs';
import postgres from 'postgres';
import { socketFactory } from '../support/kafkajs-patches.mjs';

const { DATABASE_URL, KAFKA_BROKERS, KAFKA_TOPIC_PREFIX, BATCH = '500', AT_ONCE = '4' } = process.env;

const sql = postgres(DATABASE_URL, { max: 1 });
const lanes = new Map();
await sql`SELECT id, lane, topic, key, headers, payload FROM bench_rows ORDER BY id`.cursor(5000, (rows) => {
  for (const { id, lane, key, headers, payload } of rows) {
    const messages = lanes.get(lane) ?? [];
    messages.push({ key, value: payload, partition: lane, headers: { ...headers, ce_sequence: id } });
    lanes.set(lane, messages);
  }
});
const [{ topic }] = await sql`SELECT topic FROM bench_rows LIMIT 1`;
await sql.end();

const brokers = KAFKA_BROKERS.split(',');
const kafka = new Kafka({ clientId: 'limit', brokers, socketFactory, logLevel: logLevel.ERROR });
const producer = kafka.producer({
  createPartitioner:
    () =>
    ({ message }) =>
      message.partition,
  allowAutoTopicCreation: false,
  idempotent: false,
});
await producer.connect();

async function runner(waiting) {
  for (let messages = waiting.shift(); messages !== undefined; messages = waiting.shift()) {
    for (let from = 0; from < messages.length; from += Number(BATCH)) {
      const batch = messages.slice(from, from + Number(BATCH));
      await producer.send({ topic: KAFKA_TOPIC_PREFIX + topic, acks: -1, messages: batch });
    }
  }
}

process.once('message', async () => {
  const waiting = [...lanes.values()];
  const started = performance.now();
  await Promise.all(Array.from({ length: Number(AT_ONCE) }, () => runner(waiting)));
  process.send({ seconds: (performance.now() - started) / 1000 });
  await producer.disconnect();
  process.disconnect();
});
process.send('ready');
