/**
 * Watches work that must end in time. Every statement, transaction and send has its own deadline, so this finds
 * only what these miss: a promise that never settles.
 */
const CHECK_EVERY_MS = 1_000;

export interface Watchdog {
  /** Watches work. Resolves and rejects as it does. */
  watch<T>(work: Promise<T>): Promise<T>;
  /** How many pieces of work are overdue now. */
  overdue(): number;
  stop(): void;
}

/**
 * @param options.deadline milliseconds
 * @param options.onOverdue called once for each piece of work that does not end by its deadline
 */
export function createWatchdog(options: { deadline: number; onOverdue(): void }): Watchdog {
  const { deadline, onOverdue } = options;
  const underWay = new Set<{ since: number; overdue: boolean }>();
  const timer = setInterval(
    () => {
      for (const work of underWay) {
        if (work.overdue || performance.now() - work.since < deadline) continue;
        work.overdue = true;
        onOverdue();
      }
    },
    Math.min(CHECK_EVERY_MS, deadline),
  ).unref();

  return {
    async watch(work) {
      const entry = { since: performance.now(), overdue: false };
      underWay.add(entry);
      try {
        return await work;
      } finally {
        underWay.delete(entry);
      }
    },
    overdue: () => [...underWay].filter((work) => work.overdue).length,
    stop: () => clearInterval(timer),
  };
}
