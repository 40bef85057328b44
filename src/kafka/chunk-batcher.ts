import type { IncomingRecord } from './records.ts';

interface Share {
  records: IncomingRecord[];
  done(): void;
  failed(error: unknown): void;
}

export interface ChunkBatcher {
  /** Brings a partition's share of a chunk; resolves and rejects as its chunk does. */
  bring(records: IncomingRecord[]): Promise<void>;
  /** Begins no chunk from now on: what waits is rejected with this error. */
  stop(error: Error): void;
}

/**
 * Works on what several partitions bring as one chunk: where each brings little, a transaction for each would be
 * most of the cost. A partition brings its next share when its last one is done, so its order holds.
 * @param work all or nothing
 * @param options.atMost records of a chunk, unless one share is larger
 * @param options.atOnce chunks under way
 */
export function createChunkBatcher(
  work: (records: IncomingRecord[]) => Promise<void>,
  options: { atMost: number; atOnce: number },
): ChunkBatcher {
  const waiting: Share[] = [];
  let underWay = 0;
  let looking = false;

  /** Once all that one fetch brings is there. */
  function look(): void {
    if (looking) return;
    looking = true;
    setImmediate(() => {
      looking = false;
      while (waiting.length > 0 && underWay < options.atOnce) void run(take());
    });
  }

  function take(): Share[] {
    let size = 0;
    const fitting = waiting.findIndex(({ records }) => {
      size += records.length;
      return size > options.atMost;
    });
    return waiting.splice(0, fitting < 0 ? waiting.length : Math.max(1, fitting));
  }

  async function run(shares: Share[]): Promise<void> {
    underWay += 1;
    try {
      await work(shares.flatMap(({ records }) => records));
      for (const share of shares) share.done();
    } catch (error) {
      for (const share of shares) share.failed(error);
    } finally {
      underWay -= 1;
      look();
    }
  }

  return {
    bring: (records) =>
      new Promise((done, failed) => {
        waiting.push({ records, done, failed });
        look();
      }),
    stop(error) {
      for (const share of waiting.splice(0)) share.failed(error);
    },
  };
}
