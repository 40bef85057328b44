import type { RoleName } from '../config.ts';
import { type Database, openDatabase } from '../db/client.ts';
import { advise } from '../db/outage-log.ts';
import type { DatabaseConfig } from '../db/source.ts';
import { codeOf } from '../errors.ts';
import { createHealth, type Health, type ReadinessChecks } from '../observability/health.ts';
import type { Logger } from '../observability/log.ts';
import { openTracing } from '../observability/open-tracing.ts';
import type { Tracing, TracingConfig } from '../observability/trace.ts';
import { stopAll } from './run-role.ts';

/** What every role holds open. */
export interface OpenRole {
  database: Database;
  tracing: Tracing;
  health: Health;
  /** What was opened later is closed earlier. */
  closeLater(close: () => Promise<unknown>): void;
  /** Closes everything in reverse order, each part whether or not another one failed. */
  close(): Promise<void>;
}

/**
 * Opens what every role needs and hands it to `wire`, which opens the rest. When `wire` fails, a port taken for
 * example, everything that was opened is closed again.
 */
export async function openRole<T>(
  options: {
    name: RoleName;
    config: DatabaseConfig & TracingConfig & { DATABASE_POOL: number };
    log: Logger;
    /** Replaces the configured tracing, for the demo and tests. */
    tracing?: Tracing;
    checks(database: Database): { required: ReadinessChecks; optional?: ReadinessChecks };
  },
  wire: (role: OpenRole) => Promise<T>,
): Promise<T> {
  const { name, config, log } = options;
  const closes: (() => Promise<unknown>)[] = [];
  const close = () => stopAll(...closes);
  const tracing = options.tracing ?? (await openTracing(name, config, log));
  closes.unshift(tracing.stop);
  try {
    const database = openDatabase(config, { name, max: config.DATABASE_POOL, log });
    closes.unshift(database.close);
    // Connected while the rest opens: the first readiness check finds it there.
    checkAnswers(database).catch(() => {});
    const health = createHealth(options.checks(database));
    return await wire({ database, tracing, health, closeLater: (one) => closes.unshift(one), close });
  } catch (error) {
    await close().catch(() => {});
    throw error;
  }
}

/** Readiness of the database. @throws Error with the code and what to do, as a local caller of /readyz reads it */
export async function checkAnswers({ sql }: Pick<Database, 'sql'>): Promise<void> {
  try {
    await sql`SELECT 1`;
  } catch (error) {
    throw new Error([codeOf(error), advise(error)].filter(Boolean).join(': '));
  }
}
