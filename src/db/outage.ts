import { codeOf } from '../errors.ts';

/**
 * The driver's, the system's and PostgreSQL's codes for a database that is down, restarts or is overloaded
 * (PostgreSQL, Appendix A: 08 connection exception, 53 insufficient resources, 57P0 shutdown, 55P03 and 57014
 * locks and time-outs, 25P03 idle in transaction).
 */
const OUTAGE =
  /^(CONNECTION_|CONNECT_|DATABASE_|ECONN|EHOST|ENET|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EPIPE|57P0|53|55P03|57014|25P03|08)/;

/** Whether the same work may succeed when the database is available again. */
export function isDatabaseOutage(error: unknown): boolean {
  // drizzle's errors have the database's as their cause.
  const code = codeOf(error) ?? codeOf((error as { cause?: unknown } | null)?.cause);
  return code !== undefined && OUTAGE.test(code);
}
