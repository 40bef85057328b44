import { setTimeout as delay } from 'node:timers/promises';
import type { Consumer, EachBatchPayload, Kafka, KafkaMessage } from 'kafkajs';
import { codeOf, SsoLinkError } from '../errors.ts';
import type { Logger } from '../observability/log.ts';
import { unavailable } from './client.ts';
import type { ConsumeOptions, IncomingRecord, RecordConsumer } from './records.ts';

const SESSION_TIMEOUT_MS = 30_000;
const HEARTBEAT_MS = 3_000;
const MAX_CHUNK = 500;
/** kafkajs caps no batch (#1757): the fetch does. */
const MAX_BYTES_PER_PARTITION = 512 * 1024;
const PARTITIONS_AT_ONCE = 4;
const BACKOFF_MIN_MS = 200;
const BACKOFF_MAX_MS = 5_000;
/** stop() itself waits without one (#1596, #1168). */
const STOP_DEADLINE_MS = 15_000;

/**
 * Consumes a topic in chunks. An offset is committed after its chunk's work is, never before. A chunk that
 * fails is tried again after a pause, with heartbeats, and its partition waits for it: nothing is skipped and
 * no order is lost. Whatever `onChunk` throws stays in here: a TypeError that reached kafkajs would stop its
 * consumer for good while the process lives on.
 */
export async function createConsumer(
  kafka: Kafka,
  prefix: string,
  options: ConsumeOptions,
  log: Logger,
): Promise<RecordConsumer> {
  const { topic, onChunk, maxChunk = MAX_CHUNK } = options;
  const consumer = kafka.consumer({
    groupId: prefix + options.groupId,
    sessionTimeout: SESSION_TIMEOUT_MS,
    heartbeatInterval: HEARTBEAT_MS,
    maxBytesPerPartition: MAX_BYTES_PER_PARTITION,
    maxWaitTimeInMs: 250,
    allowAutoTopicCreation: false,
    retry: { retries: 10 },
  });
  const membership = follow(consumer);
  let stopping = false;

  async function eachBatch(payload: EachBatchPayload): Promise<void> {
    const { batch, resolveOffset, commitOffsetsIfNecessary, uncommittedOffsets, heartbeat } = payload;
    const alive = () => payload.isRunning() && !payload.isStale() && !stopping;
    for (let from = 0; from < batch.messages.length && alive(); from += maxChunk) {
      const messages = batch.messages.slice(from, from + maxChunk);
      const records = messages.map((message) => toRecord(topic, batch.partition, message));
      const done = await untilDone(records, payload, alive);
      if (!done) return;
      resolveOffset(messages.at(-1)?.offset ?? '');
      await commitOffsetsIfNecessary(uncommittedOffsets());
      await heartbeat();
    }
  }

  async function untilDone(
    records: IncomingRecord[],
    { heartbeat, batch: { partition } }: EachBatchPayload,
    alive: () => boolean,
  ): Promise<boolean> {
    for (let pause = BACKOFF_MIN_MS; ; pause = Math.min(pause * 2, BACKOFF_MAX_MS)) {
      try {
        await onChunk(records);
        return true;
      } catch (error) {
        const offset = String(records[0]?.offset);
        log.error(
          { topic, partition, offset, code: codeOf(error), err: error },
          'a chunk failed: it is tried again',
        );
      }
      for (const until = Date.now() + pause; Date.now() < until; ) {
        if (!alive()) return false;
        await heartbeat();
        await delay(Math.min(100, pause));
      }
    }
  }

  try {
    await consumer.connect();
    await consumer.subscribe({ topics: [prefix + topic], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: PARTITIONS_AT_ONCE,
      eachBatch,
    });
  } catch (error) {
    await consumer.disconnect().catch(() => {});
    throw unavailable(error);
  }

  return {
    isRunning: membership.isMember,
    failed: membership.failed,
    async stop() {
      stopping = true;
      membership.leaving();
      const stopped = consumer.disconnect().then(
        () => true,
        () => true,
      );
      const deadline = delay(STOP_DEADLINE_MS, false, { ref: false });
      if (!(await Promise.race([stopped, deadline]))) {
        log.warn({ topic }, 'the consumer did not stop in time: its partitions move when its session ends');
      }
    },
  };
}

/** Whether the consumer is in its group, and whether it has stopped for good. */
function follow(consumer: Consumer) {
  let member = false;
  let leaving = false;
  let fail: (error: unknown) => void = () => {};
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  failed.catch(() => {});
  consumer.on(consumer.events.GROUP_JOIN, () => {
    member = true;
  });
  consumer.on(consumer.events.DISCONNECT, () => {
    member = false;
  });
  consumer.on(consumer.events.CRASH, ({ payload: { error, restart } }) => {
    member = false;
    if (restart || leaving) return;
    fail(new SsoLinkError('consumer_stopped', 'the consumer has stopped for good', { cause: error }));
  });
  return {
    isMember: () => member,
    failed,
    leaving: () => {
      leaving = true;
    },
  };
}

function toRecord(topic: string, partition: number, message: KafkaMessage): IncomingRecord {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(message.headers ?? {})) {
    const first = Array.isArray(value) ? value[0] : value;
    if (first !== undefined) headers[name] = first.toString();
  }
  return {
    topic,
    partition,
    offset: BigInt(message.offset),
    key: message.key,
    value: message.value,
    headers,
    timestamp: Number(message.timestamp),
  };
}
