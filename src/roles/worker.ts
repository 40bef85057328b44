import { createNotifier } from '../db/notify.ts';
import { ssoAuthenticated } from '../events/sso-authenticated.ts';
import { LINKING_GROUP } from '../events/topics.ts';
import { connectWithRetry } from '../kafka/connect-with-retry.ts';
import { measureLag, type Position } from '../kafka/lag.ts';
import { createKafkaStream } from '../kafka/stream.ts';
import { checkTopics } from '../kafka/topics.ts';
import { createWorkerMetrics } from '../linking/metrics.ts';
import { type Linking, startLinking } from '../linking/worker.ts';
import { startHealthServer } from '../observability/health.ts';
import { startMetricsServer } from '../observability/metrics.ts';
import { checkAnswers, openRole } from './open-role.ts';
import type { RunningRole } from './run-role.ts';
import { STREAM_ROLE_CONFIG, type StreamRoleOptions } from './stream-role.ts';
import { startMirror } from './worker-mirror.ts';

/** The variables that the worker reads. */
export const WORKER_CONFIG = STREAM_ROLE_CONFIG;

/**
 * The worker role: Kafka → links, and the product's accounts → mirror. It is ready while it is a member of the linking
 * group.
 */
export async function startWorker(
  options: StreamRoleOptions<(typeof WORKER_CONFIG)[number]>,
): Promise<RunningRole> {
  const { config, log } = options;
  let linking: Linking | undefined;
  const overdueChunks = () => linking?.overdueChunks() ?? 0;
  return openRole(
    {
      ...options,
      name: 'worker',
      checks: (database) => ({
        required: {
          database: () => checkAnswers(database),
          kafka: async () => {
            if (!linking?.isRunning()) throw new Error('not a member of the consumer group');
          },
        },
        optional: {
          chunks: async () => {
            if (overdueChunks() > 0) throw new Error(`${overdueChunks()} chunks do not end`);
          },
        },
      }),
    },
    async ({ database, tracing, health, closeLater, close }) => {
      const answering = await startHealthServer({ host: config.HOST, port: config.PORT, health });
      closeLater(answering.stop);
      const { registry, setLag, onChunk, onFailure } = createWorkerMetrics(health, overdueChunks);
      const scraped = await startMetricsServer({ host: config.HOST, port: config.METRICS_PORT, registry });
      closeLater(scraped.stop);
      const connecting = connectWithRetry(log, async () => {
        if (options.stream === undefined) await checkTopics(config, log);
        const stream = options.stream ?? createKafkaStream(config, log);
        const notify = createNotifier(database, ['sso_link_results', 'sso_link_outbox']);
        linking = await startLinking({ stream, database, log, tracing, notify, onChunk, onFailure });
        return linking;
      });
      closeLater(async () => (await connecting.stop())?.stop());
      const notifyRelay = createNotifier(database, ['sso_link_outbox']);
      const { stream } = options;
      closeLater(startMirror({ config, log, registry, notify: notifyRelay, ...(stream && { stream }) }));
      if (options.stream === undefined) {
        const of = { groupId: LINKING_GROUP, topic: ssoAuthenticated.topic };
        const onPositions = (positions: [number, Position][]) =>
          setLag(positions.map(([partition, { committed, high }]) => [partition, high - committed]));
        closeLater(measureLag(config, log, of, () => linking !== undefined, onPositions));
      }
      closeLater(async () => health.stopping());
      return { failed: connecting.failed, stop: close };
    },
  );
}
