/**
 * The relay loop: `concurrency` runners take rounds (round.ts) until it is stopped. Neither Kafka's absence nor
 * the database's ends it.
 * A round that does not end is stuck: another runner takes its place.
 */
import type { Database } from '../db/client.ts';
import { codeOf, SsoLinkError } from '../errors.ts';
import type { RecordSender } from '../kafka/records.ts';
import type { Logger } from '../observability/log.ts';
import type { Tracing } from '../observability/trace.ts';
import { createWatchdog } from '../observability/watchdog.ts';
import { createLaneChooser } from './lane-chooser.ts';
import { createOutageTracker } from './outage.ts';
import { type Round, relayRound } from './round.ts';
import { createRunners } from './runners.ts';

export interface RelayOptions {
  database: Pick<Database, 'transaction'>;
  sender: Pick<RecordSender, 'send'>;
  log: Logger;
  tracing?: Tracing;
  /** Runners; each takes a connection. Default 4. */
  concurrency?: number;
  /** Milliseconds after which a round is stuck. Default 45 000: above the deadlines of all its parts. */
  stuckAfter?: number;
  /** After each round, for metrics. */
  onRound?(round: Round): void;
  /** After a round that failed as a whole, as without the database: its code. */
  onFailure?(code: string): void;
}

export interface RelayLoop {
  /** Looks for rows now (notify.ts). */
  wake(): void;
  /** Begins no round, and resolves when those under way have ended. */
  stop(): Promise<void>;
  /** Rejects when as many rounds are stuck as there are runners: the process must be restarted. */
  failed: Promise<never>;
  /** Since the start. */
  stats(): RelayStats;
}

export interface RelayStats {
  sent: number;
  dead: number;
  /** Rounds that ended early. */
  failures: number;
  /** Rounds that do not end. */
  stuck: number;
  /** The code of what keeps rows from being sent now. */
  outage?: string;
}

const STUCK_MS = 45_000;

/** Relays the outbox until it is stopped. */
export function startRelayLoop(options: RelayOptions): RelayLoop {
  const { database, sender, log, tracing, concurrency = 4, stuckAfter = STUCK_MS } = options;
  const lanes = createLaneChooser();
  const outage = createOutageTracker(log, concurrency);
  const runners = createRunners(round, () => (outage.isGeneral() ? outage.pause() : undefined));
  const totals = { sent: 0, dead: 0, failures: 0 };
  let fail: (error: Error) => void = () => {};
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  failed.catch(() => {});
  const watchdog = createWatchdog({
    deadline: stuckAfter,
    onOverdue() {
      log.error({ stuck: watchdog.overdue() }, 'relay round does not end, starting another runner');
      if (watchdog.overdue() < concurrency) runners.add();
      else fail(new SsoLinkError('relay_stuck', `${concurrency} relay rounds do not end`));
    },
  });

  /** @returns whether to look for more at once */
  async function round(): Promise<boolean> {
    const choice = lanes.choose();
    try {
      const done = await watchdog.watch(relayRound(database, sender, choice, tracing));
      lanes.onRound(choice, done);
      if (done !== undefined) count(done);
      const [failure] = done?.failures.values() ?? [];
      if (failure !== undefined) onOutage(failure);
      else if (!lanes.hasFailing()) outage.onRecovered();
      if (done === undefined) return false;
      if (done.full && choice.retried === undefined) runners.wakeIdle();
      // One lane's failure does not pause the others; several in a row likely concern every lane.
      return (done.full || done.lanes.length === choice.most) && !outage.isGeneral();
    } catch (error) {
      options.onFailure?.(codeOf(error) ?? 'unknown');
      onOutage(error);
      return !outage.isGeneral();
    }
  }

  function count(done: Round): void {
    runners.foundWork();
    totals.sent += done.sent;
    totals.dead += done.dead.length;
    options.onRound?.(done);
    for (const dead of done.dead) log.error(dead, 'Kafka rejects this row permanently, moved to outbox_dead');
    if (done.failures.size < done.lanes.length) outage.onProgress();
  }

  function onOutage(error: unknown): void {
    totals.failures += 1;
    outage.onOutage(error);
  }

  for (let n = 0; n < concurrency; n += 1) runners.add();
  return {
    failed,
    stats() {
      const code = outage.code();
      return { ...totals, stuck: watchdog.overdue(), ...(code !== undefined && { outage: code }) };
    },
    wake: runners.wake,
    async stop() {
      await runners.stop();
      watchdog.stop();
    },
  };
}
