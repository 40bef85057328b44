import { buildApp } from './app.ts';
import type { ServerConfig } from './app-deps.ts';
import { openDatabase } from './db/client.ts';
import { previewLogin } from './linking/preview-login.ts';
import { tellUnlisted } from './login/unlisted.ts';
import { createHealth } from './observability/health.ts';
import type { Logger } from './observability/log.ts';
import { startMetricsServer } from './observability/metrics.ts';
import { openTracing } from './observability/open-tracing.ts';
import { checkOutbox } from './observability/outbox-health.ts';
import { createProviderHealth } from './observability/provider-health.ts';
import { createServerMetrics } from './observability/server-metrics.ts';
import type { Tracing } from './observability/trace.ts';
import { createHint } from './outbox/hint.ts';
import { boundedJson } from './provider/bounded-fetch.ts';
import { createDiscovery, fetchMetadata } from './provider/discovery.ts';
import { createProviderKeys } from './provider/keys.ts';
import { createOAuthClients } from './provider/oauth-clients.ts';
import { createSealer } from './seal.ts';
import { createIssueToken } from './sessions/token.ts';
import { type Running, stopAll } from './shutdown.ts';

export { SERVER_CONFIG } from './app-deps.ts';

/** The server role: the browser's login. It never touches Kafka, so a login survives Kafka's outage. */
export async function startServer(options: {
  config: ServerConfig;
  log: Logger;
  /** Other traces than the configuration's, for the demo and tests. */
  tracing?: Tracing;
}): Promise<Running & { address: string }> {
  const { log } = options;
  const config = withDefaults(options.config);
  const database = openDatabase(config.DATABASE_URL, { name: 'server', max: config.DATABASE_POOL });
  const sealer = createSealer(config.SECRET_KEYS);
  const providers = createProviderHealth(config.JUMPCLOUD_ISSUERS);
  const health = createHealth({
    needs: { database: async () => void (await database.sql`SELECT 1`) },
    uses: { outbox: () => checkOutbox(database), provider: providers.check },
  });
  const metrics = createServerMetrics(config.JUMPCLOUD_ISSUERS, health);
  const { registry, timeProvider } = metrics;
  const discovery = providers.watchDiscovery(
    createDiscovery(config.JUMPCLOUD_ISSUERS, (issuer) =>
      timeProvider({ endpoint: 'discovery', url: issuer }, () => fetchMetadata(issuer)),
    ),
  );
  const oauth = providers.watchTokens(createOAuthClients(`${config.PUBLIC_URL}/login/callback`));
  const issueToken = createIssueToken(database, sealer, config.PUBLIC_URL);
  const providerKeys = createProviderKeys((url) =>
    timeProvider({ endpoint: 'keys', url }, () => boundedJson(url)),
  );
  const tracing = options.tracing ?? (await openTracing('server', config, log));
  const app = await buildApp({
    config,
    database,
    sealer,
    log,
    metrics,
    tracing,
    health,
    discovery,
    oauth,
    providerKeys,
    issueToken,
    previewLogin: (login) => previewLogin(database, login),
    hint: createHint(database),
  });
  const opened = [() => app.close(), oauth.close, database.close, tracing.stop];
  try {
    const scraped = await startMetricsServer({ host: config.HOST, port: config.METRICS_PORT, registry });
    opened.splice(1, 0, scraped.stop);
    const address = await app.listen({ host: config.HOST, port: config.PORT });
    // Not waited for: a server starts while its database is away, and /readyz says so.
    tellUnlisted(database, config.JUMPCLOUD_ISSUERS, log).catch(() => {});
    return { address, stop: () => stopAll(...opened) };
  } catch (error) {
    await stopAll(...opened);
    throw error;
  }
}

/** What is empty follows from APP_URL. */
function withDefaults(config: ServerConfig): ServerConfig {
  const origins = config.RETURN_ORIGINS;
  return {
    ...config,
    SOCIAL_LOGIN_URL: config.SOCIAL_LOGIN_URL || config.APP_URL,
    RETURN_ORIGINS: origins.length > 0 ? origins : [new URL(config.APP_URL).origin],
  };
}
