/**
 * Attempts whose callback has come, by state. A recorded login is known by its state's hash; one that failed
 * leaves no row, and a client that keeps its cookie could bring one code after another by it.
 */
export interface UsedAttempts {
  /** Marks an attempt as used. False where it was already. */
  use(attempt: { state: string; startedAt: number }): boolean;
  /** Forgets that it was used: an outage ended it, and the same callback may come again. */
  release(attempt: { state: string }): void;
}

/** Some megabytes at most. Only sealed attempts get in here, so a stranger can't choose what fills it. */
const MAX = 20_000;

/** @param ttl milliseconds that an attempt lives: so long it is remembered, in this process */
export function createUsedAttempts(ttl: number): UsedAttempts {
  const until = new Map<string, number>();

  function forget(now: number): void {
    for (const [state, end] of until) {
      if (end >= now && until.size < MAX) return;
      until.delete(state);
    }
  }

  return {
    use({ state, startedAt }) {
      if (until.has(state)) return false;
      forget(Date.now());
      until.set(state, startedAt + ttl);
      return true;
    },
    release: ({ state }) => void until.delete(state),
  };
}
