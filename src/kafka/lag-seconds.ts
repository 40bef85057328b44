import type { Position } from './lag.ts';

interface Sample {
  at: number;
  high: number;
}

/** Samples of a partition that are kept: an hour of them. A longer lag counts from the oldest of them. */
const MAX_SAMPLES = 360;

/**
 * How long the oldest record waits that a group has not committed, by the times at which the topic's ends were seen:
 * a group whose next offset was the end of a partition ten minutes ago is ten minutes behind. What waited before the
 * first measurement counts from there.
 */
export function createLagClock() {
  const partitions = new Map<number, { samples: Sample[]; committed: number; high: number }>();
  return {
    measured(positions: Iterable<readonly [number, Position]>, now = Date.now()): void {
      for (const [partition, { committed, high }] of positions) {
        const samples = [...(partitions.get(partition)?.samples ?? []), { at: now, high }];
        // The last one that the group has passed says since when it waits; those before it say nothing more.
        const passed = samples.findLastIndex((sample) => sample.high <= committed);
        const kept = samples.slice(Math.max(passed, 0));
        if (kept.length > MAX_SAMPLES) kept.splice(1, kept.length - MAX_SAMPLES);
        partitions.set(partition, { samples: kept, committed, high });
      }
    },
    /** Undefined before the first measurement. */
    seconds(now = Date.now()): number | undefined {
      if (partitions.size === 0) return undefined;
      let longest = 0;
      for (const { samples, committed, high } of partitions.values()) {
        const [since] = samples;
        if (committed < high && since !== undefined) longest = Math.max(longest, now - since.at);
      }
      return longest / 1_000;
    },
  };
}
