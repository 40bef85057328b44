import type { Kafka } from 'kafkajs';
import { PARTITIONS } from '../events/partitions.ts';
import type { Logger } from '../observability/log.ts';
import { withTimeout } from '../promises.ts';
import { createBatches } from './batches.ts';
import { unavailable } from './client.ts';
import { followMembership, isOutage } from './membership.ts';
import type { ConsumeOptions, RecordConsumer } from './records.ts';

/**
 * A worker that is killed leaves a member behind that keeps its partitions for so long, and a rebalance waits for
 * it. The least that brokers allow by default (`group.min.session.timeout.ms`).
 */
const SESSION_TIMEOUT_MS = 6_000;
const REBALANCE_TIMEOUT_MS = 60_000;
/** The answer tells a member of a rebalance, which waits for every member. They go out while a chunk is worked on, too (batches.ts). */
const HEARTBEAT_MS = 1_000;
const RESTART_MS = 1_000;
/** Also how soon a partition is fetched that was paused while a fetch was under way. */
const MAX_WAIT_MS = 500;
/** After a leader that hangs, kafkajs asks for the new one only when its metadata are so old. */
const METADATA_AGE_MS = 15_000;
/** kafkajs caps no batch (#1757): the fetch does. */
const MAX_BYTES_PER_PARTITION = 384 * 1024;
/** All, since what they bring is worked on together. A slow one holds up the others of its broker (#1732). */
const PARTITIONS_AT_ONCE = PARTITIONS;

export interface ConsumerOptions extends ConsumeOptions {
  /** kafkajs's own stop may never end (#1596, #1168). Milliseconds, default 5 000. */
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
  const { topic, stopDeadline = 5_000 } = options;
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
  const run = () =>
    consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: PARTITIONS_AT_ONCE,
      eachBatch: batches.eachBatch,
    });
  // Not awaited: joining takes as long as the other members' chunks. Failures are reported by events.
  void run();
  let restarting: NodeJS.Timeout | undefined;
  consumer.on(consumer.events.CRASH, ({ payload: { error, restart } }) => {
    if (restart || stopping || !isOutage(error)) return;
    // kafkajs restarts itself after some errors only, and not when no coordinator is found.
    restarting = setTimeout(() => void run().catch(() => {}), RESTART_MS);
  });

  return {
    isRunning: () => !stopping && membership.isMember(),
    failed: membership.failed,
    async stop() {
      stopping = true;
      membership.leave();
      batches.stop();
      clearTimeout(restarting);
      const left = consumer.disconnect().catch(() => {});
      if ((await withTimeout(stopDeadline, left, () => 'late' as const)) !== 'late') return;
      // Nothing is lost: what was not committed is delivered again.
      log.warn({ topic, ms: stopDeadline }, 'consumer did not leave its group in time');
    },
  };
}
