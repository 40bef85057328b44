import { companyReadings } from '../companies/company-readings.ts';
import { listen } from '../db/notify.ts';
import { directSource } from '../db/source.ts';
import { connectWithRetry } from '../kafka/connect-with-retry.ts';
import type { RecordSender } from '../kafka/records.ts';
import { createKafkaStream } from '../kafka/stream.ts';
import { checkTopics } from '../kafka/topics.ts';
import { startHealthServer } from '../observability/health.ts';
import { startMetricsServer } from '../observability/metrics.ts';
import { createRelayMetrics } from '../outbox/metrics.ts';
import { type RelayLoop, startRelayLoop } from '../outbox/relay.ts';
import { withTimeout } from '../promises.ts';
import { checkAnswers, openRole } from './open-role.ts';
import type { RunningRole } from './run-role.ts';
import { STREAM_ROLE_CONFIG, type StreamRoleOptions } from './stream-role.ts';

/** The variables that the relay reads. */
export const RELAY_CONFIG = [...STREAM_ROLE_CONFIG, 'DATABASE_DIRECT_URL'] as const;

/** One connection of the pool is left for the health check. */
const LANES_AT_ONCE = 4;
/** A round that is cut off loses nothing: its rows are sent again. */
const ROUNDS_END_MS = 5_000;
const SENDER_ENDS_MS = 1_000;

/** The relay role: outbox → Kafka. While the brokers are unreachable it is not ready, and retries. */
export async function startRelay(
  options: StreamRoleOptions<(typeof RELAY_CONFIG)[number]>,
): Promise<RunningRole> {
  const { config, log } = options;
  let sender: RecordSender | undefined;
  let loop: RelayLoop | undefined;
  const stuckRounds = () => loop?.stats().stuck ?? 0;
  return openRole(
    {
      ...options,
      name: 'relay',
      checks: (database) => ({
        required: {
          database: () => checkAnswers(database),
          kafka: async () => {
            if (loop === undefined) throw new Error('not connected yet');
            const { outage } = loop.stats();
            if (outage !== undefined) throw new Error(`rows wait: ${outage}`);
          },
        },
        optional: {
          runners: async () => {
            if (stuckRounds() > 0) throw new Error(`${stuckRounds()} rounds do not end`);
          },
        },
      }),
    },
    async ({ database, tracing, health, closeLater, close }) => {
      const heard = () => loop?.wake();
      closeLater(listen(directSource(config), { name: 'relay', channel: 'sso_link_outbox', heard }));
      const answering = await startHealthServer({ host: config.HOST, port: config.PORT, health });
      closeLater(answering.stop);
      const { registry, onRound, onFailure } = createRelayMetrics(
        ...([database, health, stuckRounds] as const),
        companyReadings,
      );
      const scraped = await startMetricsServer({ host: config.HOST, port: config.METRICS_PORT, registry });
      closeLater(scraped.stop);
      const connecting = connectWithRetry(log, async () => {
        if (options.stream === undefined) await checkTopics(config, log);
        sender = await (options.stream ?? createKafkaStream(config, log)).sender();
        const concurrency = Math.min(LANES_AT_ONCE, config.DATABASE_POOL - 1);
        loop = startRelayLoop({ database, sender, log, tracing, onRound, onFailure, concurrency });
        return loop;
      });
      const stopRounds = async () => (await connecting.stop())?.stop();
      closeLater(async () => withTimeout(SENDER_ENDS_MS, sender?.close() ?? Promise.resolve(), () => {}));
      closeLater(async () => withTimeout(ROUNDS_END_MS, stopRounds(), () => {}));
      closeLater(async () => health.stopping());
      return { failed: connecting.failed, stop: close };
    },
  );
}
