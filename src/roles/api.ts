import { API_CONFIG, type ApiConfig } from '../api/api-deps.ts';
import { buildApiApp } from '../api/app.ts';
import { createApiMetrics } from '../api/metrics.ts';
import { createNotifier } from '../db/notify.ts';
import type { Logger } from '../observability/log.ts';
import { createRegistry, startMetricsServer } from '../observability/metrics.ts';
import type { Tracing } from '../observability/trace.ts';
import { createSealer } from '../seal.ts';
import { checkAnswers, openRole } from './open-role.ts';
import type { RunningRole } from './run-role.ts';

export { API_CONFIG };

/** The api role: the administrative HTTP API, on its own listener. It never uses Kafka. */
export async function startApi(options: {
  config: ApiConfig;
  log: Logger;
  /** Replaces the configured tracing, for the demo and tests. */
  tracing?: Tracing;
}): Promise<RunningRole & { address: string }> {
  const { config, log } = options;
  const checks = (database: Parameters<typeof checkAnswers>[0]) => ({
    required: { database: () => checkAnswers(database) },
  });
  return openRole(
    { ...options, name: 'api', checks },
    async ({ database, tracing, health, closeLater, close }) => {
      const registry = createRegistry('api', health);
      const scraped = await startMetricsServer({ host: config.HOST, port: config.METRICS_PORT, registry });
      closeLater(scraped.stop);
      const notifyRelay = createNotifier(database, ['sso_link_outbox']);
      const sealer = createSealer(config.SECRET_KEYS);
      const app = await buildApiApp(
        { config, database, sealer, log, tracing, health, notifyRelay },
        async (app) => createApiMetrics(registry).observe(app),
      );
      closeLater(() => app.close());
      const address = await app.listen({ host: config.API_HOST, port: config.API_PORT });
      return { address, stop: close };
    },
  );
}
