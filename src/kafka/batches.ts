import type { EachBatchPayload } from 'kafkajs';
import { codeOf, SsoLinkError } from '../errors.ts';
import type { Logger } from '../observability/log.ts';
import { createChunkBatcher } from './chunk-batcher.ts';
import { unavailable } from './client.ts';
import type { ConsumeOptions, IncomingRecord } from './records.ts';
import { toRecord } from './to-record.ts';

const MAX_CHUNK = 500;
/** One is with the database while the next is made ready. */
const CHUNKS_AT_ONCE = 3;
const BACKOFF_MIN_MS = 100;
const BACKOFF_MAX_MS = 5_000;

export interface Batches {
  /** What kafkajs's consumer runs, a batch of one partition at a time. */
  eachBatch(payload: EachBatchPayload): Promise<void>;
  /** Begins no chunk from now on. */
  stop(): void;
}

/**
 * Cuts batches into chunks and hands them over, each partition in order, small ones of several partitions
 * together. An offset is committed after its chunk's work is, never before. Whatever `onChunk` throws stays in
 * here: the chunk's partitions rest, and then each is delivered again, while the others continue.
 * @param options.beat how often a heartbeat goes out while a chunk is worked on, in milliseconds
 */
export function createBatches(
  options: Pick<ConsumeOptions, 'topic' | 'onChunk' | 'maxChunk'> & { beat: number },
  log: Logger,
): Batches {
  const { topic, onChunk, maxChunk = MAX_CHUNK } = options;
  const failures = new Map<number, number>();
  const batcher = createChunkBatcher(onChunk, { maxRecords: maxChunk, concurrency: CHUNKS_AT_ONCE });
  const commit = createCommit();
  const resuming = new Set<NodeJS.Timeout>();
  let stopping = false;

  async function eachBatch(payload: EachBatchPayload): Promise<void> {
    const { batch, heartbeat } = payload;
    for (let from = 0; from < batch.messages.length; from += maxChunk) {
      if (!payload.isRunning() || payload.isStale()) return;
      if (stopping) throw stopped;
      const messages = batch.messages.slice(from, from + maxChunk);
      const records = messages.map((message) => toRecord(topic, batch.partition, message));
      if (!(await handle(records, payload))) return;
      await commit(payload, messages.at(-1)?.offset ?? '');
      await heartbeat();
    }
  }

  /** @returns whether the chunk's work is done */
  async function handle(records: IncomingRecord[], payload: EachBatchPayload): Promise<boolean> {
    const { partition } = payload.batch;
    // A slow chunk must not lose the session; one that hangs ends the process (membership.ts).
    const beats = setInterval(() => payload.heartbeat().catch(() => {}), options.beat);
    try {
      await (failures.has(partition) ? onChunk(records) : batcher.submit(records));
      failures.delete(partition);
      return true;
    } catch (error) {
      if (error === stopped) return false;
      const times = (failures.get(partition) ?? 0) + 1;
      failures.set(partition, times);
      logFailure(error, records[0], times);
      pausePartition(payload, Math.min(BACKOFF_MIN_MS * 2 ** (times - 1), BACKOFF_MAX_MS));
      return false;
    } finally {
      clearInterval(beats);
    }
  }

  /** What was not resolved is fetched again once the partition is resumed. */
  function pausePartition(payload: EachBatchPayload, milliseconds: number): void {
    if (stopping) return;
    const resume = payload.pause();
    const timer = setTimeout(() => {
      resuming.delete(timer);
      resume();
    }, milliseconds);
    resuming.add(timer);
  }

  function logFailure(error: unknown, first: IncomingRecord | undefined, times: number): void {
    // The first, the second, the fourth, the eighth …: an outage must not fill the disk.
    if (!Number.isInteger(Math.log2(times))) return;
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    const where = { topic, partition: first?.partition, offset: String(first?.offset), times };
    const what = { code: codeOf(error), error: message, ...(error instanceof SsoLinkError ? {} : { stack }) };
    log.error({ ...where, ...what }, 'a chunk failed: it is delivered again');
  }

  return {
    eachBatch,
    stop() {
      stopping = true;
      batcher.stop(stopped);
      for (const timer of resuming) clearTimeout(timer);
    },
  };
}

/**
 * Commits offsets, those of partitions that were worked on together by one request.
 *
 * kafkajs's own errors (a rebalance, a coordinator that moved) lead it to join again. The rest would stop it:
 * a partition that moved away meanwhile makes `resolveOffset` throw a TypeError.
 */
function createCommit() {
  let next: Promise<void> | undefined;
  return async function commit(payload: EachBatchPayload, offset: string): Promise<void> {
    try {
      payload.resolveOffset(offset);
      next ??= new Promise((resolve) => setImmediate(resolve)).then(() => {
        next = undefined;
        // Of all partitions. Without an argument it does nothing unless an auto-commit threshold is set.
        return payload.commitOffsetsIfNecessary(payload.uncommittedOffsets());
      });
      await next;
    } catch (error) {
      throw (error as Error).name?.startsWith('KafkaJS') ? error : unavailable(error);
    }
  };
}

/** A consumer that is stopped while it joins continues (#1596): kafkajs ends it on such an error. */
const stopped = Object.assign(new SsoLinkError('consumer_stopped', 'stopped'), { retriable: false });
