import type { Database, Transaction } from './client.ts';
import { LOST_RACES, retryOnCodes } from './retry-on-codes.ts';

/** Milliseconds, doubled by each try: other chunks and other operators' work may be in the way. */
const RUN_AGAIN = { codes: LOST_RACES, tries: 8, pause: (tries: number) => 10 * 2 ** tries };

/**
 * Work that is too much for one transaction: runs chunks until one finds nothing to do, and sums up their counts.
 * A chunk is retried when it lost a race. What is committed stays when a later chunk fails.
 * @param chunk counts what it did, all zero where nothing was left; the same keys each time
 * @param onChunk called with the sums so far after each chunk that did something
 */
export async function inChunks<Counts extends { [key in keyof Counts]: number }>(
  database: Pick<Database, 'transaction'>,
  chunk: (tx: Transaction) => Promise<Counts>,
  onChunk: (sums: Counts) => void = () => {},
): Promise<Counts> {
  let sums: Counts | undefined;
  for (;;) {
    const counts = await retryOnCodes(() => database.transaction(chunk), RUN_AGAIN);
    const keys = Object.keys(counts) as (keyof Counts)[];
    const before = sums;
    sums = before
      ? (Object.fromEntries(keys.map((key) => [key, before[key] + counts[key]])) as Counts)
      : counts;
    if (keys.every((key) => counts[key] === 0)) return sums;
    onChunk(sums);
  }
}
