import type { Config } from './config.ts';
import { openDatabase } from './db/client.ts';
import { ssoAuthenticated } from './events/sso-authenticated.ts';
import { KAFKA_CONFIG } from './kafka/client.ts';
import { connected } from './kafka/connected.ts';
import { consumerLag } from './kafka/lag.ts';
import type { Stream } from './kafka/records.ts';
import { createKafkaStream } from './kafka/stream.ts';
import { checkTopics } from './kafka/topics.ts';
import { LINKING_GROUP, type Linking, startLinking } from './linking/worker.ts';
import { createHealth, startHealthServer } from './observability/health.ts';
import type { Logger } from './observability/log.ts';
import { startMetricsServer } from './observability/metrics.ts';
import { openTracing } from './observability/open-tracing.ts';
import { TRACING_CONFIG, type Tracing } from './observability/trace.ts';
import { createWorkerMetrics } from './observability/worker-metrics.ts';
import { createHint } from './outbox/hint.ts';
import { type Running, stopAll } from './shutdown.ts';

/** The variables that the worker reads. */
export const WORKER_CONFIG = [
  'DATABASE_URL',
  'DATABASE_POOL',
  ...KAFKA_CONFIG,
  'HOST',
  'PORT',
  'METRICS_PORT',
  'LOG_LEVEL',
  ...TRACING_CONFIG,
] as const;

const LAG_EVERY_MS = 10_000;

/** The worker role: Kafka → links. It is ready while it is a member of its consumer group. */
export async function startWorker(options: {
  config: Config<(typeof WORKER_CONFIG)[number]>;
  log: Logger;
  /** Another stream than Kafka, for the demo and tests. */
  stream?: Stream;
  /** Other traces than the configuration's, for the demo and tests. */
  tracing?: Tracing;
}): Promise<Running> {
  const { config, log } = options;
  const tracing = options.tracing ?? (await openTracing('worker', config, log));
  const database = openDatabase(config.DATABASE_URL, { name: 'worker', max: config.DATABASE_POOL });
  let linking: Linking | undefined;
  const health = createHealth({
    needs: {
      database: async () => void (await database.sql`SELECT 1`),
      kafka: async () => {
        if (!linking?.isRunning()) throw new Error('not a member of the consumer group');
      },
    },
    uses: {
      chunks: async () => {
        const overdue = linking?.overdueChunks() ?? 0;
        if (overdue > 0) throw new Error(`${overdue} chunks do not end`);
      },
    },
  });
  const answering = await startHealthServer({ host: config.HOST, port: config.PORT, health });
  const metrics = createWorkerMetrics(health, () => linking?.overdueChunks() ?? 0);
  const { registry } = metrics;
  const scraped = await startMetricsServer({ host: config.HOST, port: config.METRICS_PORT, registry });
  const connecting = connected(log, async () => {
    if (options.stream === undefined) await checkTopics(config, log);
    linking = await startLinking({
      stream: options.stream ?? createKafkaStream(config, log),
      database,
      log,
      tracing,
      hint: createHint(database),
      onChunk: metrics.onChunk,
      onFailure: metrics.onFailure,
    });
    return linking;
  });
  let asking = false;
  const lagging = setInterval(async () => {
    if (options.stream !== undefined || linking === undefined || asking) return;
    asking = true;
    // While the brokers are away there is none to tell.
    const lag = await consumerLag(config, log, LINKING_GROUP, ssoAuthenticated.topic).catch(() => []);
    metrics.setLag(lag);
    asking = false;
  }, LAG_EVERY_MS);
  const linkingFailed = connecting.started.then((started) => started?.failed ?? new Promise<never>(() => {}));

  return {
    failed: Promise.race([connecting.failed, linkingFailed]),
    stop: () =>
      stopAll(
        async () => health.stopping(),
        async () => clearInterval(lagging),
        async () => (await connecting.stop())?.stop(),
        scraped.stop,
        answering.stop,
        database.close,
        tracing.stop,
      ),
  };
}
