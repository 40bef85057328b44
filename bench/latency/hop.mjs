/** The middle of bench/latency/limit.mjs: reads a record, sends it on. */
import { randomBytes } from 'node:crypto';
import { Kafka, logLevel } from 'kafkajs';
import { socketFactory } from '../support/kafkajs-patches.mjs';

const { KAFKA_BROKERS, FROM, TO } = process.env;
const brokers = KAFKA_BROKERS.split(',');
const kafka = new Kafka({ clientId: 'hop', brokers, socketFactory, logLevel: logLevel.ERROR });
const producer = kafka.producer({ allowAutoTopicCreation: false });
await producer.connect();
const consumer = kafka.consumer({ groupId: `hop-${randomBytes(4).toString('hex')}`, maxWaitTimeInMs: 100 });
await consumer.connect();
await consumer.subscribe({ topics: [FROM], fromBeginning: true });
const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve));
await consumer.run({
  eachBatch: async ({ batch }) => {
    const messages = batch.messages.map(({ key, value }) => ({ key, value }));
    await producer.send({ topic: TO, acks: -1, messages });
  },
});
await joined;
process.send('ready');
