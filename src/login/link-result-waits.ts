/**
 * People whose login is recorded and not yet decided are held until the link result is committed, so that most never
 * see the waiting page. All who are held share one statement: it runs when a worker says that it committed results
 * (db/notify.ts), and on a short poll, since a notification may be lost.
 */
import type { Database } from '../db/client.ts';
import { coalesce } from '../promises.ts';

/**
 * `decided`: there is a link result. `late`: none came in time. `busy`: not held, since too many are or the worker
 * lags. `off`: not held, LOGIN_WAIT is 0. `stopping`: the server stops. `left`: the browser gave up.
 */
export type WaitOutcome = 'decided' | 'late' | 'busy' | 'off' | 'stopping' | 'left';

export interface LinkResultWaits {
  /**
   * Waits for a login's link result, never longer than LOGIN_WAIT. Never throws.
   * @param options.isNew whether the login was just recorded: these show whether the worker lags
   * @param options.signal aborted when the browser gives up
   */
  wait(loginId: string, options: { isNew: boolean; signal: AbortSignal }): Promise<WaitOutcome>;
  /** Looks for the results of all who are held: a worker committed some. */
  look(): void;
  /** Releases everybody, and holds nobody from now on. */
  stop(): void;
  /** How many are held. */
  held(): number;
}

export interface LinkResultWaitsOptions {
  /** Milliseconds: LOGIN_WAIT. */
  patience: number;
  /** How many are held at most: each keeps a request and its connection. Default 1000. */
  most?: number;
  /** Milliseconds between two looks without a notification. Default 50. */
  pollEvery?: number;
  /** When somebody is held or released: how many are held now. */
  onHeld?(held: number): void;
  /** After each wait: milliseconds that it took. */
  onWait?(outcome: WaitOutcome, milliseconds: number): void;
}

const HELD_MAX = 1_000;
const POLL_MS = 50;
/** Workers that commit often cause one look per moment. */
const LOOK_MOMENT_MS = 5;

interface Hold {
  since: number;
  isNew: boolean;
  end(outcome: WaitOutcome): void;
}

export function createLinkResultWaits(
  { sql }: Pick<Database, 'sql'>,
  options: LinkResultWaitsOptions,
): LinkResultWaits {
  const { patience, most = HELD_MAX, pollEvery = POLL_MS } = options;
  /** By login: a reload, or a second tab, holds the same one again. */
  const byLogin = new Map<string, Set<Hold>>();
  const lag = createLagDetector();
  const look = coalesce(LOOK_MOMENT_MS, () => void lookNow());
  let held = 0;
  let poll: NodeJS.Timeout | undefined;
  let looking = false;
  let again = false;
  let stopped = false;

  async function lookNow(): Promise<void> {
    again = looking;
    if (looking || held === 0) return;
    looking = true;
    try {
      const decided = await sql<{ id: string }[]>`
        SELECT login_id AS id FROM link_results WHERE login_id = ANY(${[...byLogin.keys()]}::uuid[])`;
      for (const { id } of decided) for (const hold of byLogin.get(id) ?? []) hold.end('decided');
    } catch {
      // The database is unreachable: the next look, or the waiting page, finds out.
    } finally {
      looking = false;
      if (again) look();
    }
  }

  function add(loginId: string, hold: Hold): void {
    const holds = byLogin.get(loginId) ?? new Set();
    byLogin.set(loginId, holds.add(hold));
    held += 1;
    options.onHeld?.(held);
    lag.onHeld(hold);
    poll ??= setInterval(look, pollEvery);
  }

  function remove(loginId: string, hold: Hold): void {
    const holds = byLogin.get(loginId);
    holds?.delete(hold);
    if (holds?.size === 0) byLogin.delete(loginId);
    held -= 1;
    options.onHeld?.(held);
    if (held > 0) return;
    clearInterval(poll);
    poll = undefined;
  }

  function hold(loginId: string, isNew: boolean, signal: AbortSignal): Promise<WaitOutcome> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => hold.end('late'), patience);
      const leave = () => hold.end('left');
      const hold: Hold = {
        since: performance.now(),
        isNew,
        end(outcome) {
          clearTimeout(timer);
          signal.removeEventListener('abort', leave);
          remove(loginId, hold);
          lag.onEnd(hold, outcome);
          options.onWait?.(outcome, performance.now() - hold.since);
          resolve(outcome);
        },
      };
      signal.addEventListener('abort', leave);
      add(loginId, hold);
    });
  }

  return {
    async wait(loginId, { isNew, signal }) {
      if (patience === 0) return 'off';
      if (signal.aborted) return 'left';
      if (stopped) return 'stopping';
      if (held < most && lag.mayHold(isNew)) return hold(loginId, isNew, signal);
      options.onWait?.('busy', 0);
      return 'busy';
    },
    look,
    held: () => held,
    stop() {
      stopped = true;
      for (const holds of [...byLogin.values()]) for (const one of [...holds]) one.end('stopping');
    },
  };
}

/**
 * Whether the worker lags. It does when a new login was held for the whole of LOGIN_WAIT and none was decided
 * meanwhile; it no longer does when one is decided in time. While it lags one new login at a time is held, to find out.
 */
function createLagDetector() {
  let lagging = false;
  let heldNew = 0;
  let decidedAt = Number.NEGATIVE_INFINITY;
  return {
    mayHold: (isNew: boolean) => !lagging || (isNew && heldNew === 0),
    onHeld({ isNew }: Hold) {
      if (isNew) heldNew += 1;
    },
    onEnd({ isNew, since }: Hold, outcome: WaitOutcome) {
      if (isNew) heldNew -= 1;
      if (outcome === 'decided') {
        decidedAt = performance.now();
        lagging = false;
      } else if (outcome === 'late' && isNew && decidedAt < since) {
        lagging = true;
      }
    },
  };
}
