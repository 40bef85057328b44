import type { Config } from '../config.ts';
import type { Database } from '../db/client.ts';
import type { Notify } from '../db/notify.ts';
import { DATABASE_CONFIG } from '../db/source.ts';
import type { Health } from '../observability/health.ts';
import type { Logger } from '../observability/log.ts';
import { TRACING_CONFIG, type Tracing } from '../observability/trace.ts';
import type { Sealer } from '../seal.ts';

/** The variables that the administrative API reads. */
export const API_CONFIG = [
  ...DATABASE_CONFIG,
  'DATABASE_POOL',
  'PUBLIC_URL',
  'SECRET_KEYS',
  'JUMPCLOUD_ISSUERS',
  'DNS_SERVERS',
  'API_HOST',
  'API_PORT',
  'HOST',
  'METRICS_PORT',
  'LOG_LEVEL',
  'RATE_LIMIT_PER_KEY',
  ...TRACING_CONFIG,
] as const;

export type ApiConfig = Config<(typeof API_CONFIG)[number]>;

/** What the routes are given: each asks for the part that it uses. */
export interface ApiDeps {
  config: ApiConfig;
  database: Database;
  sealer: Sealer;
  log: Logger;
  tracing: Tracing;
  health: Health;
  /** Tells the relay that an event waits in the outbox. */
  notifyRelay: Notify;
}
