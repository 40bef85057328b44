import { LANES } from './lanes.ts';
import type { Choice, Round } from './round.ts';

const RETRY_MIN_MS = 250;
const RETRY_MAX_MS = 3_000;

/** A round's lanes; `retried` where it is one lane that failed before. */
export type LaneChoice = Choice & { retried?: number };

/**
 * Chooses the lanes of each round. A lane that failed waits with a growing delay and is then retried by itself, so
 * that a partition without a leader delays no other lane.
 */
export function createLaneChooser() {
  const failing = new Map<number, { failures: number; until: number }>();
  let from = 0;
  /** Lanes per round: as many as fill one. */
  let maxLanes = LANES;

  function fail(lane: number): void {
    const failures = (failing.get(lane)?.failures ?? 0) + 1;
    const delay = Math.min(RETRY_MIN_MS * 2 ** (failures - 1), RETRY_MAX_MS);
    failing.set(lane, { failures, until: Date.now() + delay });
  }

  /** A failed lane whose delay is over. No other runner gets it meanwhile. */
  function takeDue(): number | undefined {
    const now = Date.now();
    for (const [lane, state] of failing) {
      if (state.until > now) continue;
      state.until = now + RETRY_MAX_MS;
      return lane;
    }
    return undefined;
  }

  return {
    choose(): LaneChoice {
      const retried = takeDue();
      if (retried !== undefined) return { from: retried, most: 1, retried };
      return { from, without: [...failing.keys()], most: maxLanes };
    },

    /** @param round undefined where no lane of the choice had rows that were free */
    onRound({ retried }: LaneChoice, round: Round | undefined): void {
      // It has no rows any more, or another relay has it.
      if (retried !== undefined && !round?.lanes.includes(retried)) failing.delete(retried);
      if (round === undefined) return;
      for (const lane of round.lanes) {
        if (round.failures.has(lane)) fail(lane);
        else failing.delete(lane);
      }
      if (retried !== undefined) return;
      // Few rows per lane: many lanes at once. Where one lane fills a round, other runners take the rest.
      from = ((round.lanes.at(-1) ?? 0) + 1) % LANES;
      maxLanes = round.full ? Math.max(1, round.lanes.length >> 1) : Math.min(LANES, 2 * maxLanes);
    },

    hasFailing: (): boolean => failing.size > 0,
  };
}
