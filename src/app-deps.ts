import type { DomainResolver } from './companies/domain-record.ts';
import type { Config } from './config.ts';
import type { Database } from './db/client.ts';
import type { Notify } from './db/notify.ts';
import { DATABASE_CONFIG } from './db/source.ts';
import type { DirectoryAtLogin } from './directory/login-binding.ts';
import type { LinkResultWaits } from './login/link-result-waits.ts';
import type { LoginMetrics } from './login/metrics.ts';
import type { Health } from './observability/health.ts';
import type { Logger } from './observability/log.ts';
import { TRACING_CONFIG, type Tracing } from './observability/trace.ts';
import { PAGES_CONFIG, type Pages } from './pages/brand.ts';
import type { Provider } from './provider/provider.ts';
import type { Sealer } from './seal.ts';
import type { IssueToken } from './sessions/token.ts';

/** The variables that the server reads. */
export const SERVER_CONFIG = [
  ...DATABASE_CONFIG,
  'DATABASE_DIRECT_URL',
  'DATABASE_POOL',
  'PUBLIC_URL',
  ...PAGES_CONFIG,
  'RETURN_ORIGINS',
  'SECRET_KEYS',
  'JUMPCLOUD_ISSUERS',
  'DNS_SERVERS',
  'TRUST_PROXY',
  'HOST',
  'PORT',
  'METRICS_PORT',
  'LOG_LEVEL',
  'LOGIN_ATTEMPT_TTL',
  'LOGIN_WAIT',
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
  metrics: LoginMetrics;
  tracing: Tracing;
  health: Health;
  provider: Provider;
  /** Asked for the records by which companies prove their domains. */
  resolver: DomainResolver;
  pages: Pages;
  issueToken: IssueToken;
  /** Tells the relay that an event waits in the outbox. */
  notifyRelay: Notify;
  /** Asked by the logins of a company that has a directory. */
  directory: DirectoryAtLogin;
  /** Holds people until their login has its link result. */
  linkResults: LinkResultWaits;
}
