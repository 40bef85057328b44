import type { Config } from './config.ts';
import type { Database } from './db/client.ts';
import type { PreviewLogin } from './login/finish-test.tsx';
import type { Health } from './observability/health.ts';
import type { Logger } from './observability/log.ts';
import type { ServerMetrics } from './observability/server-metrics.ts';
import { TRACING_CONFIG, type Tracing } from './observability/trace.ts';
import type { Hint } from './outbox/hint.ts';
import type { Discovery } from './provider/discovery.ts';
import type { ProviderKeys } from './provider/keys.ts';
import type { OAuthClients } from './provider/oauth-clients.ts';
import type { Sealer } from './seal.ts';
import type { IssueToken } from './sessions/token.ts';

/** The variables that the server reads. */
export const SERVER_CONFIG = [
  'DATABASE_URL',
  'DATABASE_POOL',
  'PUBLIC_URL',
  'APP_URL',
  'SOCIAL_LOGIN_URL',
  'RETURN_ORIGINS',
  'SECRET_KEYS',
  'JUMPCLOUD_ISSUERS',
  'TRUST_PROXY',
  'HOST',
  'PORT',
  'METRICS_PORT',
  'LOG_LEVEL',
  'PRODUCT_NAME',
  'LOGIN_ATTEMPT_TTL',
  'SESSION_IDLE',
  'SESSION_ABSOLUTE',
  'SESSION_REVALIDATE_AFTER',
  'RATE_LIMIT_PER_ADDRESS',
  'RATE_LIMIT_PER_COMPANY',
  ...TRACING_CONFIG,
] as const;

export type ServerConfig = Config<(typeof SERVER_CONFIG)[number]>;

/** What the routes are given: each asks for the part that it uses. */
export interface AppDeps {
  config: ServerConfig;
  database: Database;
  sealer: Sealer;
  log: Logger;
  metrics: Pick<ServerMetrics, 'observe' | 'timeProvider'>;
  tracing: Tracing;
  health: Health;
  discovery: Discovery;
  providerKeys: ProviderKeys;
  oauth: OAuthClients;
  issueToken: IssueToken;
  /** What would be decided for a login that was only a test. */
  previewLogin: PreviewLogin;
  /** Says that a login's event waits. */
  hint: Hint;
}
