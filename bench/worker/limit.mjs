/**
 * The worker's limit: a bare kafkajs loop that consumes each record and produces one of a result's size, to the
 * same partition, batch by batch, and commits the offset after it. The same guarantees to Kafka (acks of all
 * replicas, an offset only after its work). No database, no decision, nothing is read of the record but its key.
 */
import { Kafka, logLevel } from 'kafkajs';
import { socketFactory } from '../support/kafkajs-patches.mjs';

const { KAFKA_BROKERS, KAFKA_TOPIC_PREFIX } = process.env;
const VALUE = Buffer.from(JSON.stringify({ result: 'x'.repeat(560) }));

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
const consumer = kafka.consumer({ groupId: `${KAFKA_TOPIC_PREFIX}limit`, maxBytesPerPartition: 384 * 1024 });
await producer.connect();
await consumer.connect();
await consumer.subscribe({ topics: [`${KAFKA_TOPIC_PREFIX}user.sso_authenticated`], fromBeginning: true });
consumer.on(consumer.events.GROUP_JOIN, () => process.send('ready'));
await consumer.run({
  autoCommit: false,
  eachBatchAutoResolve: false,
  partitionsConsumedConcurrently: 4,
  async eachBatch({ batch, resolveOffset, commitOffsetsIfNecessary, uncommittedOffsets }) {
    const { partition, messages } = batch;
    for (let from = 0; from < messages.length; from += 500) {
      const chunk = messages.slice(from, from + 500);
      const results = chunk.map(({ key, headers }) => ({ key, value: VALUE, headers, partition }));
      await producer.send({ topic: `${KAFKA_TOPIC_PREFIX}user.link_result`, acks: -1, messages: results });
      resolveOffset(chunk.at(-1).offset);
      await commitOffsetsIfNecessary(uncommittedOffsets());
    }
  },
});
process.once('SIGTERM', async () => {
  await consumer.disconnect();
  await producer.disconnect();
  process.exit();
});
