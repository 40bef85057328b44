import { setTimeout as delay } from 'node:timers/promises';
import { startMirrorConsumer } from '../accounts/mirror-consumer.ts';
import { createMirrorMetrics } from '../accounts/mirror-metrics.ts';
import { openDatabase } from '../db/client.ts';
import type { Notify } from '../db/notify.ts';
import type { DatabaseConfig } from '../db/source.ts';
import { codeOf } from '../errors.ts';
import { ACCOUNT_CHANGED_TOPIC, MIRROR_GROUP } from '../events/topics.ts';
import type { BrokerConfig } from '../kafka/client.ts';
import { measureLag } from '../kafka/lag.ts';
import { createLagClock } from '../kafka/lag-seconds.ts';
import type { RecordConsumer, Stream } from '../kafka/records.ts';
import { createKafkaStream } from '../kafka/stream.ts';
import { checkTopics } from '../kafka/topics.ts';
import { mergeAutomatically } from '../linking/merge-automatically.ts';
import type { Logger } from '../observability/log.ts';
import type { createRegistry } from '../observability/metrics.ts';
import { withTimeout } from '../promises.ts';
import { stopAll } from './run-role.ts';

/** One chunk is with the database while the next is made ready. */
const CONNECTIONS = 2;
const RETRY_MIN_MS = 500;
const RETRY_MAX_MS = 15_000;
const STOP_PATIENCE_MS = 10_000;
/** How often late matches are looked for that the company wants to be merged. */
const MERGE_EVERY_MS = 2_000;

/**
 * The worker's second half: `user.account_changed` → mirror. It shares nothing with the linking consumer but the
 * process: connections to Kafka and to the database are its own, and where it fails it alone is started again.
 * @returns what ends it
 */
export function startMirror(options: {
  config: DatabaseConfig & BrokerConfig;
  log: Logger;
  registry: ReturnType<typeof createRegistry>;
  notify: Notify;
  /** Replaces Kafka, for the demo and tests. */
  stream?: Stream;
}): () => Promise<void> {
  const { config, log, registry, notify } = options;
  const database = openDatabase(config, { name: 'mirror', max: CONNECTIONS, log });
  const clock = createLagClock();
  const metrics = createMirrorMetrics(registry, () => clock.seconds());
  let consumer: RecordConsumer | undefined;
  const kept = keepRunning(log, async () => {
    if (options.stream === undefined) await checkTopics(config, log, [ACCOUNT_CHANGED_TOPIC]);
    const stream = options.stream ?? createKafkaStream(config, log);
    consumer = await startMirrorConsumer({ stream, database, log, notify, ...metrics });
    return consumer;
  });
  const of = { groupId: MIRROR_GROUP, topic: ACCOUNT_CHANGED_TOPIC };
  const started = () => consumer !== undefined;
  const stopMeasuring =
    options.stream === undefined
      ? measureLag(config, log, of, started, (positions) => clock.measured(positions))
      : async () => {};
  const stopMerging = repeat(MERGE_EVERY_MS, log, async () => {
    if ((await mergeAutomatically(database, log)) > 0) notify();
  });
  return () => stopAll(stopMeasuring, stopMerging, kept.stop, database.close);
}

/** Runs work again and again, one run at a time. @returns what ends it, and waits for the run under way */
function repeat(everyMs: number, log: Logger, work: () => Promise<void>): () => Promise<void> {
  let underWay: Promise<void> | undefined;
  const timer = setInterval(() => {
    underWay ??= work()
      .catch((error: unknown) => log.debug({ code: codeOf(error) }, 'late matches were not looked at'))
      .finally(() => {
        underWay = undefined;
      });
  }, everyMs);
  return async () => {
    clearInterval(timer);
    await underWay;
  };
}

/** Starts a consumer, and starts it again whenever it fails, until it is stopped. */
export function keepRunning(log: Logger, start: () => Promise<RecordConsumer>) {
  const stopping = new AbortController();
  const stopped = new Promise<void>((resolve) => {
    stopping.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  let told: string | undefined;

  async function run(): Promise<void> {
    for (let pause = RETRY_MIN_MS; !stopping.signal.aborted; pause = Math.min(pause * 2, RETRY_MAX_MS)) {
      let consumer: RecordConsumer | undefined;
      try {
        consumer = await start();
        log.info('the mirror is connected to the stream');
        told = undefined;
        await Promise.race([consumer.failed, stopped]);
      } catch (error) {
        const code = codeOf(error) ?? 'unknown';
        if (code !== told) log.error({ code }, `the mirror does not run: ${(error as Error).message}`);
        told = code;
      }
      await consumer?.stop().catch(() => {});
      await delay(pause, undefined, { signal: stopping.signal }).catch(() => {});
    }
  }

  const running = run();
  return {
    async stop() {
      stopping.abort();
      await withTimeout(STOP_PATIENCE_MS, running, () => {});
    },
  };
}
