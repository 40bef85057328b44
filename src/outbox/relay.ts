import type { Database } from '../db/client.ts';
import { codeOf } from '../errors.ts';
import type { RecordSender } from '../kafka/records.ts';
import type { Logger } from '../observability/log.ts';
import type { Tracing } from '../observability/trace.ts';
import { createFailingLanes } from './failing-lanes.ts';
import { LANES } from './lanes.ts';
import { type Round, relayRound } from './round.ts';

export interface RelayOptions {
  database: Pick<Database, 'transaction'>;
  sender: Pick<RecordSender, 'send'>;
  log: Logger;
  tracing?: Tracing;
  /** Lanes that are relayed at once; each takes a connection. 4 unless told. */
  concurrency?: number;
  /** After each round: what metrics count. */
  onRound?(round: Round): void;
  /** After a round that got nowhere, as without the database: why. */
  onFailure?(code: string): void;
}

export interface RelayLoop {
  /** Looks for rows now (hint.ts). */
  wake(): void;
  /** Begins no round, and resolves when those under way have ended. */
  stop(): Promise<void>;
  /** Since the start. */
  stats(): RelayStats;
}

export interface RelayStats {
  sent: number;
  dead: number;
  /** Rounds that ended early. */
  failures: number;
  /** The code of what keeps rows from going out now. */
  outage?: string;
}

const IDLE_MIN_MS = 20;
const IDLE_MAX_MS = 250;
const KAFKA_OUTAGE_MAX_MS = 3_000;
const DATABASE_OUTAGE_MAX_MS = 1_000;
/** A round that takes longer leaves the look-out to another runner. */
const RELIEF_MS = 50;

/**
 * Relays the outbox until it is stopped. Of `concurrency` runners one looks for work, at most every 250 ms and
 * whenever it is woken; whoever finds some, or takes long, wakes another. Neither Kafka's absence nor the
 * database's ends it.
 */
export function startRelayLoop(options: RelayOptions): RelayLoop {
  const { database, sender, log, tracing, concurrency = 4 } = options;
  const lanes = createFailingLanes();
  const totals = { sent: 0, dead: 0, failures: 0 };
  const parked: (() => void)[] = [];
  /** Ends the pause of the one that looks. */
  let lookNow: (() => void) | undefined;
  let hinted = false;
  let stopping = false;
  /** Until the next look; short while there is work. */
  let idle = IDLE_MIN_MS;
  let from = 0;
  /** Lanes a round: as many as fill one. */
  let most = LANES;
  let failuresInARow = 0;
  let outage: string | undefined;

  /** @returns whether to look for more at once */
  async function round(): Promise<boolean> {
    const retried = lanes.takeRested();
    const choice = retried === undefined ? { from, without: lanes.all(), most } : { from: retried, most: 1 };
    try {
      const done = await relayRound(database, sender, choice, tracing);
      // It has no rows any more, or another relay has it.
      if (retried !== undefined && !done?.lanes.includes(retried)) lanes.recovered(retried);
      if (done === undefined) {
        wellAgain();
        return false;
      }
      count(done);
      if (retried === undefined) next(done);
      // One lane's trouble is no reason to pause; that of several in a row is likely everybody's.
      return (done.full || done.lanes.length === choice.most) && failuresInARow <= concurrency;
    } catch (error) {
      options.onFailure?.(codeOf(error) ?? 'unknown');
      unwell(error);
      return failuresInARow <= concurrency;
    }
  }

  /** Few rows a lane: many lanes at once. Where each has many, a lane fills a round, and others can have the rest. */
  function next({ lanes: held, full }: Round): void {
    from = ((held.at(-1) ?? 0) + 1) % LANES;
    most = full ? Math.max(1, held.length >> 1) : Math.min(LANES, 2 * most);
    if (full) parked.pop()?.();
  }

  async function run(): Promise<void> {
    while (!stopping) {
      const relief = setTimeout(() => parked.pop()?.(), RELIEF_MS);
      hinted = false;
      const more = (await round()) || hinted;
      clearTimeout(relief);
      if (more) {
        idle = IDLE_MIN_MS;
      } else if (lookNow !== undefined && !stopping) {
        await new Promise<void>((wake) => parked.push(wake));
        idle = IDLE_MIN_MS;
      } else if (!stopping) {
        idle = (await look(failuresInARow > concurrency ? outagePause() : idle))
          ? IDLE_MIN_MS
          : Math.min(idle * 1.5, IDLE_MAX_MS);
      }
    }
  }

  /** Pauses. @returns whether somebody ended it before its time */
  function look(milliseconds: number): Promise<boolean> {
    return new Promise((resolve) => {
      const end = (early: boolean) => {
        clearTimeout(timer);
        lookNow = undefined;
        resolve(early);
      };
      const timer = setTimeout(end, milliseconds, false);
      lookNow = () => end(true);
    });
  }

  function outagePause(): number {
    const most = outage === 'kafka_unavailable' ? KAFKA_OUTAGE_MAX_MS : DATABASE_OUTAGE_MAX_MS;
    return Math.min(IDLE_MAX_MS * failuresInARow, most);
  }

  function count(done: Round): void {
    idle = IDLE_MIN_MS;
    totals.sent += done.sent;
    totals.dead += done.dead.length;
    options.onRound?.(done);
    for (const dead of done.dead) log.error(dead, 'given up: Kafka refuses this row for good');
    for (const lane of done.lanes) done.failures.has(lane) ? lanes.failed(lane) : lanes.recovered(lane);
    if (done.failures.size < done.lanes.length) failuresInARow = 0;
    const [failure] = done.failures.values();
    if (failure === undefined) wellAgain();
    else unwell(failure);
  }

  /** Told once an outage, not once a round. */
  function unwell(error: unknown): void {
    totals.failures += 1;
    failuresInARow += 1;
    const code = codeOf(error) ?? 'unknown';
    if (outage === undefined) log.error({ code, err: error }, 'the outbox waits: a round failed');
    outage = code;
  }

  function wellAgain(): void {
    if (lanes.all().length > 0) return;
    failuresInARow = 0;
    if (outage === undefined) return;
    log.info({ after: outage }, 'the outbox is relayed again');
    outage = undefined;
  }

  const running = Promise.all(Array.from({ length: concurrency }, run));
  return {
    stats: () => ({ ...totals, ...(outage !== undefined && { outage }) }),
    wake() {
      hinted = true;
      lookNow?.();
    },
    async stop() {
      stopping = true;
      lookNow?.();
      for (const wake of parked.splice(0)) wake();
      await running;
    },
  };
}
