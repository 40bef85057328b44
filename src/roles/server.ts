import { buildApp } from '../app.ts';
import type { ServerConfig } from '../app-deps.ts';
import { domainResolver } from '../companies/domain-record.ts';
import { withEitherSecret } from '../companies/either-secret.ts';
import { createNotifier, listen } from '../db/notify.ts';
import { directSource } from '../db/source.ts';
import { directoryAtLogin } from '../directory/login-binding.ts';
import { createLinkResultWaits } from '../login/link-result-waits.ts';
import { createLoginMetrics } from '../login/metrics.ts';
import { warnUnlistedIssuers } from '../login/unlisted.ts';
import type { Logger } from '../observability/log.ts';
import { createRegistry, startMetricsServer } from '../observability/metrics.ts';
import type { Tracing } from '../observability/trace.ts';
import { checkOutbox } from '../outbox/health.ts';
import { loadPages } from '../pages/brand.ts';
import { createProviderHealth } from '../provider/health.ts';
import { createProviderMetrics } from '../provider/metrics.ts';
import { createProvider } from '../provider/provider.ts';
import { createSealer } from '../seal.ts';
import { createIssueToken } from '../sessions/token.ts';
import { checkAnswers, openRole } from './open-role.ts';
import type { RunningRole } from './run-role.ts';

export { SERVER_CONFIG } from '../app-deps.ts';

/** The server role: the browser's login. It never uses Kafka, so a login survives Kafka's outage. */
export async function startServer(options: {
  config: ServerConfig;
  log: Logger;
  /** Replaces the configured tracing, for the demo and tests. */
  tracing?: Tracing;
}): Promise<RunningRole & { address: string }> {
  const { log } = options;
  const config = withDefaults(options.config);
  const issuers = config.JUMPCLOUD_ISSUERS;
  const providerHealth = createProviderHealth(issuers);
  return openRole(
    {
      ...options,
      name: 'server',
      checks: (database) => ({
        required: { database: () => checkAnswers(database) },
        optional: { outbox: () => checkOutbox(database), provider: providerHealth.check },
      }),
    },
    async ({ database, tracing, health, closeLater, close }) => {
      const registry = createRegistry('server', health);
      const sealer = createSealer(config.SECRET_KEYS);
      const provider = withEitherSecret(
        createProvider({
          issuers,
          callbackUrl: `${config.PUBLIC_URL}/login/callback`,
          tracing,
          timeRequest: createProviderMetrics(registry, issuers),
          health: providerHealth,
        }),
        { database, sealer, log },
      );
      closeLater(provider.close);
      const scraped = await startMetricsServer({ host: config.HOST, port: config.METRICS_PORT, registry });
      closeLater(scraped.stop);
      const metrics = createLoginMetrics(registry);
      const linkResults = createLinkResultWaits(database, {
        patience: config.LOGIN_WAIT,
        onHeld: metrics.onHeld,
        onWait: metrics.onWait,
      });
      if (config.LOGIN_WAIT > 0) {
        const listener = { name: 'server', channel: 'sso_link_results', heard: linkResults.look } as const;
        closeLater(listen(directSource(config), listener));
      }
      const app = await buildApp({
        config,
        database,
        sealer,
        log,
        metrics,
        tracing,
        health,
        provider,
        resolver: domainResolver(...config.DNS_SERVERS),
        issueToken: createIssueToken(database, sealer, config.PUBLIC_URL),
        notifyRelay: createNotifier(database, ['sso_link_outbox']),
        directory: directoryAtLogin,
        linkResults,
        pages: await loadPages(config),
      });
      closeLater(() => app.close());
      const address = await app.listen({ host: config.HOST, port: config.PORT });
      // Not awaited: a server starts while its database is down, and /readyz says so.
      warnUnlistedIssuers(database, issuers, log).catch(() => {});
      return { address, stop: close };
    },
  );
}

/** What is empty follows from APP_URL. */
function withDefaults(config: ServerConfig): ServerConfig {
  const origins = config.RETURN_ORIGINS;
  return {
    ...config,
    RETURN_ORIGINS: origins.length > 0 ? origins : [new URL(config.APP_URL).origin],
  };
}
