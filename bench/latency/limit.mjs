/**
 * The latency's limit: two hops over Kafka and nothing else, as login → event → link result is two. A bare
 * kafkajs producer sends a record of an event's size, a bare consumer in another process sends it on to the next
 * topic (bench/latency/hop.mjs), a bare consumer reads it there. Acks of all replicas, each record as it comes.
 * One order over IPC is one round: {records, rate} → latencies in milliseconds.
 */
import { randomBytes } from 'node:crypto';
import { Kafka, logLevel } from 'kafkajs';
import { socketFactory } from '../support/kafkajs-patches.mjs';

const { KAFKA_BROKERS, FROM, TO } = process.env;
const brokers = KAFKA_BROKERS.split(',');
const kafka = new Kafka({ clientId: 'limit', brokers, socketFactory, logLevel: logLevel.ERROR });
const producer = kafka.producer({ allowAutoTopicCreation: false });
await producer.connect();
const consumer = kafka.consumer({ groupId: `limit-${randomBytes(4).toString('hex')}`, maxWaitTimeInMs: 100 });
await consumer.connect();
await consumer.subscribe({ topics: [TO], fromBeginning: true });
const waiting = new Map();
const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve));
await consumer.run({
  eachMessage: async ({ message }) => waiting.get(message.key.toString())?.(),
});
await joined;

/** As large as an event of a login: what is measured is the way, not the bytes. */
const value = randomBytes(350).toString('base64');

async function one(due) {
  const key = randomBytes(8).toString('hex');
  const read = new Promise((resolve) => waiting.set(key, resolve));
  await producer.send({ topic: FROM, acks: -1, messages: [{ key, value }] });
  await read;
  waiting.delete(key);
  return performance.now() - due;
}

process.on('message', async ({ records, rate }) => {
  const began = performance.now();
  const all = [];
  for (let i = 0; i < records; i++) {
    const due = began + (i * 1000) / rate;
    const early = due - performance.now();
    if (early > 1) await new Promise((resolve) => setTimeout(resolve, early));
    all.push(one(due));
  }
  process.send(await Promise.all(all));
});
process.send('ready');
