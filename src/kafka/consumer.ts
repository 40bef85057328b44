import type { Kafka } from 'kafkajs';
import { SsoLinkError } from '../errors.ts';
import { PARTITIONS } from '../events/partitions.ts';
import type { Logger } from '../observability/log.ts';
import { withTimeout } from '../promises.ts';
import { createBatches } from './batches.ts';
import { unavailable } from './client.ts';
import { followMembership } from './membership.ts';
import type { ConsumeOptions, RecordConsumer } from './records.ts';

const SESSION_TIMEOUT_MS = 45_000;
const REBALANCE_TIMEOUT_MS = 60_000;
const HEARTBEAT_MS = 3_000;
/** Also how soon a partition is fetched that was paused while a fetch was under way. */
const MAX_WAIT_MS = 500;
/** After a leader that hangs, kafkajs asks for the new one only when its metadata are so old. */
const METADATA_AGE_MS = 15_000;
/** kafkajs caps no batch (#1757): the fetch does. */
const MAX_BYTES_PER_PARTITION = 384 * 1024;
/** All, since what they bring is worked on together. A slow one holds up the others of its broker (#1732). */
const PARTITIONS_AT_ONCE = PARTITIONS;

export interface ConsumerOptions extends ConsumeOptions {
  /** kafkajs's own stop waits for ever (#1596, #1168). Milliseconds, 15 000 unless told. */
  stopDeadline?: number;
}

/**
 * Consumes a topic in chunks (batches.ts). It joins its group in the background: `isRunning` tells when.
 * @throws SsoLinkError `kafka_unavailable`
 */
export async function createConsumer(
  kafka: Kafka,
  prefix: string,
  options: ConsumerOptions,
  log: Logger,
): Promise<RecordConsumer> {
  const { topic, stopDeadline = 15_000 } = options;
  const consumer = kafka.consumer({
    groupId: prefix + options.groupId,
    sessionTimeout: SESSION_TIMEOUT_MS,
    rebalanceTimeout: REBALANCE_TIMEOUT_MS,
    heartbeatInterval: HEARTBEAT_MS,
    maxBytesPerPartition: MAX_BYTES_PER_PARTITION,
    maxWaitTimeInMs: MAX_WAIT_MS,
    metadataMaxAge: METADATA_AGE_MS,
    allowAutoTopicCreation: false,
    retry: { retries: 5 },
  });
  const membership = followMembership(consumer);
  const onChunk: ConsumeOptions['onChunk'] = (records) => membership.watch(() => options.onChunk(records));
  const batches = createBatches({ ...options, onChunk, beat: HEARTBEAT_MS }, log);
  let stopping = false;

  try {
    await consumer.connect();
    await consumer.subscribe({ topics: [prefix + topic], fromBeginning: true });
  } catch (error) {
    membership.leave();
    await consumer.disconnect().catch(() => {});
    throw unavailable(error);
  }
  // Not awaited: joining takes as long as the other members' chunks. What goes wrong is told by events.
  void consumer.run({
    autoCommit: false,
    eachBatchAutoResolve: false,
    partitionsConsumedConcurrently: PARTITIONS_AT_ONCE,
    eachBatch: batches.eachBatch,
  });

  return {
    isRunning: () => !stopping && membership.isMember(),
    failed: membership.failed,
    async stop() {
      stopping = true;
      membership.leave();
      batches.stop();
      const left = consumer.disconnect().catch(() => {});
      if ((await withTimeout(stopDeadline, left, () => 'late' as const)) !== 'late') return;
      throw new SsoLinkError(
        'consumer_stop_timeout',
        `the consumer of ${topic} did not stop within ${stopDeadline} ms: its partitions move when its session ends`,
      );
    },
  };
}
