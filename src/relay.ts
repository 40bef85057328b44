import type { Config } from './config.ts';
import { openDatabase } from './db/client.ts';
import { KAFKA_CONFIG } from './kafka/client.ts';
import { connected } from './kafka/connected.ts';
import type { RecordSender, Stream } from './kafka/records.ts';
import { createKafkaStream } from './kafka/stream.ts';
import { checkTopics } from './kafka/topics.ts';
import { createHealth, startHealthServer } from './observability/health.ts';
import type { Logger } from './observability/log.ts';
import { startMetricsServer } from './observability/metrics.ts';
import { openTracing } from './observability/open-tracing.ts';
import { createRelayMetrics } from './observability/relay-metrics.ts';
import { TRACING_CONFIG, type Tracing } from './observability/trace.ts';
import { hearHints } from './outbox/hint.ts';
import { type RelayLoop, startRelayLoop } from './outbox/relay.ts';
import { endedWithin, type Running, stopAll } from './shutdown.ts';

/** The variables that the relay reads. */
export const RELAY_CONFIG = [
  'DATABASE_URL',
  'DATABASE_POOL',
  ...KAFKA_CONFIG,
  'HOST',
  'PORT',
  'METRICS_PORT',
  'LOG_LEVEL',
  ...TRACING_CONFIG,
] as const;

/** Of the database's pool one connection is left for the health check. */
const LANES_AT_ONCE = 4;

/** A round that is cut off loses nothing: its rows are sent again. */
const ROUNDS_END_MS = 5_000;
const SENDER_ENDS_MS = 1_000;

/** The relay role: outbox → Kafka. While the brokers are away it is not ready, and tries on. */
export async function startRelay(options: {
  config: Config<(typeof RELAY_CONFIG)[number]>;
  log: Logger;
  /** Another stream than Kafka, for the demo and tests. */
  stream?: Stream;
  /** Other traces than the configuration's, for the demo and tests. */
  tracing?: Tracing;
}): Promise<Running> {
  const { config, log } = options;
  const tracing = options.tracing ?? (await openTracing('relay', config, log));
  const database = openDatabase(config.DATABASE_URL, { name: 'relay', max: config.DATABASE_POOL });
  let sender: RecordSender | undefined;
  let loop: RelayLoop | undefined;
  const deaf = hearHints(config.DATABASE_URL, () => loop?.wake());
  const health = createHealth({
    needs: {
      database: async () => void (await database.sql`SELECT 1`),
      kafka: async () => {
        if (loop === undefined) throw new Error('not connected yet');
        const { outage } = loop.stats();
        if (outage !== undefined) throw new Error(`rows wait: ${outage}`);
      },
    },
    uses: {
      runners: async () => {
        const stuck = loop?.stats().stuck ?? 0;
        if (stuck > 0) throw new Error(`${stuck} rounds do not end`);
      },
    },
  });
  const answering = await startHealthServer({ host: config.HOST, port: config.PORT, health });
  const { registry, onRound, onFailure } = createRelayMetrics(
    database,
    health,
    () => loop?.stats().stuck ?? 0,
  );
  const scraped = await startMetricsServer({ host: config.HOST, port: config.METRICS_PORT, registry });
  const connecting = connected(log, async () => {
    if (options.stream === undefined) await checkTopics(config, log);
    sender = await (options.stream ?? createKafkaStream(config, log)).sender();
    loop = startRelayLoop({
      database,
      sender,
      log,
      tracing,
      onRound,
      onFailure,
      concurrency: Math.min(LANES_AT_ONCE, config.DATABASE_POOL - 1),
    });
    return loop;
  });

  const loopFailed = connecting.started.then((started) => started?.failed ?? new Promise<never>(() => {}));

  return {
    failed: Promise.race([connecting.failed, loopFailed]),
    stop: () =>
      stopAll(
        async () => health.stopping(),
        async () => endedWithin(ROUNDS_END_MS, (await connecting.stop())?.stop()),
        async () => endedWithin(SENDER_ENDS_MS, sender?.close()),
        scraped.stop,
        answering.stop,
        deaf,
        database.close,
        tracing.stop,
      ),
  };
}
