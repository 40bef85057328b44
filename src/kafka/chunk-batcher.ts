import type { IncomingRecord } from './records.ts';

interface Part {
  records: IncomingRecord[];
  done(): void;
  failed(error: unknown): void;
}

export interface ChunkBatcher {
  /** Submits a partition's part of a chunk; resolves and rejects as its chunk does. */
  submit(records: IncomingRecord[]): Promise<void>;
  /** Begins no chunk from now on: what waits is rejected with this error. */
  stop(error: Error): void;
}

/**
 * Works on what several partitions submit as one chunk: where each submits little, a transaction for each would be
 * most of the cost. A partition submits its next part when its last one is done, so its order holds.
 * @param work all or nothing
 * @param options.maxRecords records of a chunk, unless one part is larger
 * @param options.concurrency chunks under way
 */
export function createChunkBatcher(
  work: (records: IncomingRecord[]) => Promise<void>,
  options: { maxRecords: number; concurrency: number },
): ChunkBatcher {
  const waiting: Part[] = [];
  let underWay = 0;
  let scheduled = false;

  /** Once all that one fetch submits is there. */
  function schedule(): void {
    if (scheduled) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      while (waiting.length > 0 && underWay < options.concurrency) void run(take());
    });
  }

  function take(): Part[] {
    let size = 0;
    const fitting = waiting.findIndex(({ records }) => {
      size += records.length;
      return size > options.maxRecords;
    });
    return waiting.splice(0, fitting < 0 ? waiting.length : Math.max(1, fitting));
  }

  async function run(parts: Part[]): Promise<void> {
    underWay += 1;
    try {
      await work(parts.flatMap(({ records }) => records));
      for (const part of parts) part.done();
    } catch (error) {
      for (const part of parts) part.failed(error);
    } finally {
      underWay -= 1;
      schedule();
    }
  }

  return {
    submit: (records) =>
      new Promise((done, failed) => {
        waiting.push({ records, done, failed });
        schedule();
      }),
    stop(error) {
      for (const part of waiting.splice(0)) part.failed(error);
    },
  };
}
