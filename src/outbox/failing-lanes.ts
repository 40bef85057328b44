const REST_MIN_MS = 250;
const REST_MAX_MS = 3_000;
/** After its rest a failing lane is tried at once; if it isn't, its rows are gone: another relay sent them. */
const FORGOTTEN_MS = 10_000;

/**
 * Lanes whose last round failed. Each rests for a while, so that a partition without a leader doesn't keep the
 * relay from the others.
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
    resting(): number[] {
      const now = Date.now();
      return [...lanes].filter(([, { until }]) => until > now).map(([lane]) => lane);
    },
    /** Whether any lane fails still. */
    any(): boolean {
      const now = Date.now();
      for (const [lane, { until }] of lanes) if (until + FORGOTTEN_MS < now) lanes.delete(lane);
      return lanes.size > 0;
    },
  };
}
