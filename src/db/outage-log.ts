import { codeOf } from '../errors.ts';
import type { Logger } from '../observability/log.ts';
import { DATABASE_ADVICE } from './advice.ts';

/** The same cause is not logged again so soon: a server that has no connection left refuses some and takes others. */
const QUIET_MS = 60_000;

export interface OutageLog {
  /** No connection could be opened. */
  onFailure(error: unknown): void;
  onSuccess(): void;
}

/**
 * One error line per outage and cause: the code (an SQLSTATE, or the system's) and what to do. One line when
 * connections are opened again, with the number of failures in between.
 */
export function createOutageLog(log: Logger): OutageLog {
  const loggedAt = new Map<string, number>();
  let failures = 0;
  let announced = false;

  return {
    onFailure(error) {
      failures += 1;
      const code = codeOf(error) ?? 'unknown';
      if (Date.now() - (loggedAt.get(code) ?? Number.NEGATIVE_INFINITY) < QUIET_MS) return;
      loggedAt.set(code, Date.now());
      announced = true;
      log.error(
        { code, reason: (error as Error).message },
        `no connection to the database: ${advise(error)}`,
      );
    },
    onSuccess() {
      if (announced) log.info({ failures }, 'connected to the database again');
      failures = 0;
      announced = false;
    },
  };
}

/** For an operator: what an error of the database means and what to do. Without advice, its own message. */
export function advise(error: unknown): string {
  return DATABASE_ADVICE[codeOf(error) ?? ''] ?? (error instanceof Error ? error.message : 'unknown error');
}
