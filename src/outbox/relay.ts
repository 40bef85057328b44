import { setTimeout as delay } from 'node:timers/promises';
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
}

export interface RelayLoop {
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
 * Relays the outbox until it is stopped. Of `concurrency` runners one looks for work, at most every 250 ms;
 * whoever finds some, or takes long, wakes another. Neither Kafka's absence nor the database's ends it.
 */
export function startRelayLoop(options: RelayOptions): RelayLoop {
  const { database, sender, log, tracing, concurrency = 4 } = options;
  const stopping = new AbortController();
  const lanes = createFailingLanes();
  const totals = { sent: 0, dead: 0, failures: 0 };
  const parked: (() => void)[] = [];
  let looking = false;
  let from = 0;
  let failuresInARow = 0;
  let outage: string | undefined;

  /** @returns whether to look for more at once */
  async function round(): Promise<boolean> {
    try {
      const done = await relayRound(database, sender, from, lanes.resting(), tracing);
      if (done !== undefined) {
        from = (done.lane + 1) % LANES;
        count(done);
        if (done.failure === undefined) lanes.recovered(done.lane);
        else lanes.failed(done.lane);
        if (done.failure !== undefined) throw done.failure;
      }
      if (done !== undefined || !lanes.any()) wellAgain();
      return done !== undefined;
    } catch (error) {
      unwell(error);
      // One lane's trouble is no reason to pause; that of several in a row is likely everybody's.
      return failuresInARow <= concurrency;
    }
  }

  async function run(): Promise<void> {
    let idle = IDLE_MIN_MS;
    while (!stopping.signal.aborted) {
      const relief = setTimeout(() => parked.pop()?.(), RELIEF_MS);
      const more = await round();
      clearTimeout(relief);
      if (more) {
        idle = IDLE_MIN_MS;
        parked.pop()?.();
      } else if (looking && !stopping.signal.aborted) {
        await new Promise<void>((wake) => parked.push(wake));
        idle = IDLE_MIN_MS;
      } else {
        looking = true;
        await pause(failuresInARow > concurrency ? outagePause() : idle);
        looking = false;
        idle = Math.min(idle * 1.5, IDLE_MAX_MS);
      }
    }
  }

  function outagePause(): number {
    const most = outage === 'kafka_unavailable' ? KAFKA_OUTAGE_MAX_MS : DATABASE_OUTAGE_MAX_MS;
    return Math.min(IDLE_MAX_MS * failuresInARow, most);
  }

  const pause = (milliseconds: number) =>
    delay(milliseconds, undefined, { signal: stopping.signal }).catch(() => {});

  function count(done: Round): void {
    totals.sent += done.sent;
    totals.dead += done.dead.length;
    options.onRound?.(done);
    for (const dead of done.dead) log.error(dead, 'given up: Kafka refuses this row for good');
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
    failuresInARow = 0;
    if (outage === undefined || lanes.any()) return;
    log.info({ after: outage }, 'the outbox is relayed again');
    outage = undefined;
  }

  const running = Promise.all(Array.from({ length: concurrency }, run));
  return {
    stats: () => ({ ...totals, ...(outage !== undefined && { outage }) }),
    async stop() {
      stopping.abort();
      for (const wake of parked.splice(0)) wake();
      await running;
    },
  };
}
