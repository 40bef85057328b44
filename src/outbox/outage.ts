import { codeOf } from '../errors.ts';
import type { Logger } from '../observability/log.ts';

const PAUSE_STEP_MS = 250;
const KAFKA_PAUSE_MAX_MS = 3_000;
const DATABASE_PAUSE_MAX_MS = 1_000;

/**
 * Follows what keeps the relay from sending. An outage is logged once when it begins and once when it ends.
 * @param tolerated failures in a row that concern single lanes; more concern every lane
 */
export function createOutageTracker(log: Logger, tolerated: number) {
  let code: string | undefined;
  let failuresInARow = 0;

  return {
    /** The code of what keeps rows from being sent now. */
    code: () => code,
    isGeneral: (): boolean => failuresInARow > tolerated,
    /** Milliseconds before the next attempt in a general outage. */
    pause(): number {
      const most = code === 'kafka_unavailable' ? KAFKA_PAUSE_MAX_MS : DATABASE_PAUSE_MAX_MS;
      return Math.min(PAUSE_STEP_MS * failuresInARow, most);
    },
    onOutage(error: unknown): void {
      failuresInARow += 1;
      const found = codeOf(error) ?? 'unknown';
      if (code === undefined) log.error({ code: found, err: error }, 'outbox relay failed, retrying');
      code = found;
    },
    /** At least one lane succeeded. */
    onProgress(): void {
      failuresInARow = 0;
    },
    onRecovered(): void {
      failuresInARow = 0;
      if (code === undefined) return;
      log.info({ after: code }, 'outbox relay recovered');
      code = undefined;
    },
  };
}
