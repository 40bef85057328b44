const REST_MIN_MS = 250;
const REST_MAX_MS = 3_000;

/**
 * Lanes whose last round failed. Each rests for a while and is then tried by itself, so that a partition without
 * a leader keeps the relay from no other.
 */
export function createFailingLanes() {
  const lanes = new Map<number, { failures: number; until: number }>();
  return {
    failed(lane: number) {
      const failures = (lanes.get(lane)?.failures ?? 0) + 1;
      const rest = Math.min(REST_MIN_MS * 2 ** (failures - 1), REST_MAX_MS);
      lanes.set(lane, { failures, until: Date.now() + rest });
    },
    recovered: (lane: number) => lanes.delete(lane),
    all: (): number[] => [...lanes.keys()],
    /** One that has rested, for the caller to try: it is given to nobody else meanwhile. */
    takeRested(): number | undefined {
      const now = Date.now();
      for (const [lane, state] of lanes) {
        if (state.until > now) continue;
        state.until = now + REST_MAX_MS;
        return lane;
      }
      return undefined;
    },
  };
}
