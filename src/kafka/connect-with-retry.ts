import { setTimeout as delay } from 'node:timers/promises';
import { codeOf } from '../errors.ts';
import type { Logger } from '../observability/log.ts';
import { withTimeout } from '../promises.ts';

export interface Connecting<T> {
  /** What was connected; undefined where it was stopped before. */
  started: Promise<T | undefined>;
  /** Rejects when retrying makes no sense, and when what was connected has failed for good. */
  failed: Promise<never>;
  /** Tries no more; what was connected, if anything, for the caller to stop. */
  stop(): Promise<T | undefined>;
}

const RETRY_MIN_MS = 200;
const RETRY_MAX_MS = 5_000;
const STOP_PATIENCE_MS = 5_000;
/** Worth waiting for: the brokers come, and so do the topics while an installation starts. */
const WORTH_WAITING = new Set(['kafka_unavailable', 'topic_missing']);

/** Connects a role to the stream, however long it takes: a role that starts before Kafka isn't restarted. */
export function connectWithRetry<T extends { failed: Promise<never> }>(
  log: Logger,
  connect: () => Promise<T>,
): Connecting<T> {
  const stopping = new AbortController();
  let told: string | undefined;

  async function run(): Promise<T | undefined> {
    for (let pause = RETRY_MIN_MS; !stopping.signal.aborted; pause = Math.min(pause * 2, RETRY_MAX_MS)) {
      try {
        const result = await connect();
        log.info('connected to the stream');
        return result;
      } catch (error) {
        const code = codeOf(error);
        if (code === undefined || !WORTH_WAITING.has(code)) throw error;
        if (code !== told) log.error({ code }, (error as Error).message);
        told = code;
        await delay(pause, undefined, { signal: stopping.signal }).catch(() => {});
      }
    }
    return undefined;
  }

  const running = run();
  const failed = new Promise<never>((_, reject) => {
    running.then((connected) => connected?.failed.catch(reject), reject);
  });
  failed.catch(() => {});
  return {
    started: running,
    failed,
    async stop() {
      stopping.abort();
      // Brokers that don't answer at all keep an attempt for most of a minute: the process ends sooner.
      return withTimeout(
        STOP_PATIENCE_MS,
        running.catch(() => undefined),
        () => undefined,
      );
    },
  };
}
