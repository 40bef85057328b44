const POLL_MIN_MS = 20;
const POLL_MAX_MS = 250;
/** A runner whose round takes longer wakes another. */
const RELIEF_MS = 50;

/**
 * Runners that take rounds until they are stopped. In RELAYING state a runner is in a round. In POLLING state,
 * which one runner has at a time, it waits for the next look at the outbox, at most 250 ms, or until `wake`. In
 * IDLE state it waits until a runner that found work, or whose round takes long, wakes it.
 * @param round one round; resolves with whether to look for more at once
 * @param outagePause milliseconds until the next look while there is an outage
 */
export function createRunners(round: () => Promise<boolean>, outagePause: () => number | undefined) {
  const running: Promise<void>[] = [];
  const idleRunners: (() => void)[] = [];
  /** Ends the pause of the runner that polls. */
  let pollNow: (() => void) | undefined;
  let woken = false;
  let stopping = false;
  /** Until the next look; short while there is work. */
  let pollEvery = POLL_MIN_MS;

  async function run(): Promise<void> {
    while (!stopping) {
      const relief = setTimeout(wakeIdle, RELIEF_MS);
      woken = false;
      const more = (await round()) || woken;
      clearTimeout(relief);
      if (stopping) return;
      if (more) {
        pollEvery = POLL_MIN_MS;
      } else if (pollNow !== undefined) {
        await new Promise<void>((wake) => idleRunners.push(wake));
        pollEvery = POLL_MIN_MS;
      } else {
        const early = await poll(outagePause() ?? pollEvery);
        pollEvery = early ? POLL_MIN_MS : Math.min(pollEvery * 1.5, POLL_MAX_MS);
      }
    }
  }

  /** Pauses. @returns whether it was woken before its time */
  function poll(milliseconds: number): Promise<boolean> {
    return new Promise((resolve) => {
      const end = (early: boolean) => {
        clearTimeout(timer);
        pollNow = undefined;
        resolve(early);
      };
      const timer = setTimeout(end, milliseconds, false);
      pollNow = () => end(true);
    });
  }

  function wakeIdle(): void {
    idleRunners.pop()?.();
  }

  return {
    add: () => void running.push(run()),
    wakeIdle,
    foundWork() {
      pollEvery = POLL_MIN_MS;
    },
    wake() {
      woken = true;
      pollNow?.();
    },
    async stop() {
      stopping = true;
      pollNow?.();
      for (const wake of idleRunners.splice(0)) wake();
      await Promise.all(running);
    },
  };
}
