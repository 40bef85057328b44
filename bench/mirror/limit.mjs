/**
 * The mirror's limit: a bare kafkajs consumer that parses each record's JSON and commits the offset of each batch. No
 * database, no check, nothing is kept. It says its rate when it has seen all records.
 */
import { Kafka, logLevel } from 'kafkajs';
import { socketFactory } from '../support/kafkajs-patches.mjs';

const { KAFKA_BROKERS, KAFKA_TOPIC_PREFIX, GROUP, RECORDS } = process.env;
const kafka = new Kafka({
  clientId: 'limit',
  brokers: KAFKA_BROKERS.split(','),
  socketFactory,
  logLevel: logLevel.ERROR,
});
const consumer = kafka.consumer({ groupId: KAFKA_TOPIC_PREFIX + GROUP, maxBytesPerPartition: 384 * 1024 });
await consumer.connect();
await consumer.subscribe({ topics: [`${KAFKA_TOPIC_PREFIX}user.account_changed`], fromBeginning: true });
consumer.on(consumer.events.GROUP_JOIN, () => process.send('ready'));
let seen = 0;
let started;
await consumer.run({
  autoCommit: false,
  eachBatchAutoResolve: false,
  partitionsConsumedConcurrently: 24,
  async eachBatch({ batch, resolveOffset, commitOffsetsIfNecessary, uncommittedOffsets }) {
    started ??= performance.now();
    for (const { value } of batch.messages) if (JSON.parse(value.toString()).user_id) seen += 1;
    resolveOffset(batch.messages.at(-1).offset);
    await commitOffsetsIfNecessary(uncommittedOffsets());
    if (seen >= Number(RECORDS)) process.send(seen / ((performance.now() - started) / 1_000));
  },
});
process.once('SIGTERM', async () => {
  await consumer.disconnect();
  process.exit();
});
