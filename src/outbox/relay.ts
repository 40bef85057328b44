import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '../db/client.ts';
import { codeOf } from '../errors.ts';
import type { RecordSender } from '../kafka/records.ts';
import type { Logger } from '../observability/log.ts';
import { LANES } from './lanes.ts';
import { type Round, relayRound } from './round.ts';

export interface RelayOptions {
  database: Pick<Database, 'transaction'>;
  sender: Pick<RecordSender, 'send'>;
  log: Logger;
  /** Lanes that are relayed at once; each takes a connection. 4 unless told. */
  concurrency?: number;
  /** After each round: what metrics count. */
  onRound?(round: Round): void;
}

const IDLE_MIN_MS = 20;
const IDLE_MAX_MS = 250;
const OUTAGE_MAX_MS = 3_000;

/**
 * Relays the outbox until it is stopped. One runner looks for work, at most every 250 ms; the others join in
 * while a look finds full lanes. Neither Kafka's absence nor the database's ends it.
 */
export function startRelayLoop(options: RelayOptions): { stop(): Promise<void> } {
  const { log, concurrency = 4 } = options;
  const stopping = new AbortController();
  let from = 0;
  let outage: string | undefined;

  async function round(): Promise<Round | undefined> {
    from = (from + 1) % LANES;
    const done = await relayRound(options.database, options.sender, from);
    if (done === undefined) return undefined;
    options.onRound?.(done);
    for (const dead of done.dead) log.error(dead, 'given up: Kafka refuses this row for good');
    if (done.failure !== undefined) throw done.failure;
    recovered();
    return done;
  }

  async function drain(): Promise<void> {
    while (!stopping.signal.aborted && (await round()));
  }

  async function run(): Promise<void> {
    let idle = IDLE_MIN_MS;
    while (!stopping.signal.aborted) {
      try {
        const found = await round();
        if (found !== undefined) {
          idle = IDLE_MIN_MS;
          const drained = await Promise.allSettled(Array.from({ length: concurrency }, drain));
          const failure = drained.find((d) => d.status === 'rejected');
          if (failure) throw failure.reason;
        }
      } catch (error) {
        failed(error);
        idle = Math.min(Math.max(idle * 2, IDLE_MAX_MS), OUTAGE_MAX_MS);
        await pause(idle);
        continue;
      }
      await pause(idle);
      idle = Math.min(idle * 1.5, IDLE_MAX_MS);
    }
  }

  const pause = (milliseconds: number) =>
    delay(milliseconds, undefined, { signal: stopping.signal }).catch(() => {});

  /** Told once an outage, not once a round. */
  function failed(error: unknown): void {
    const code = codeOf(error) ?? 'unknown';
    if (outage !== code) log.error({ code, err: error }, 'the outbox waits: a round failed');
    outage = code;
  }

  function recovered(): void {
    if (outage !== undefined) log.info({ after: outage }, 'the outbox is relayed again');
    outage = undefined;
  }

  const running = run();
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
