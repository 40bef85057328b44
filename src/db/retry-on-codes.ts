import { setTimeout as delay } from 'node:timers/promises';
import { codeOf } from '../errors.ts';

/** SQLSTATEs after which the same work may succeed: PostgreSQL rolled it back because of concurrent work. */
export const SQLSTATE = {
  /** unique_violation: another transaction inserted the same key first. */
  uniqueViolation: '23505',
  /** serialization_failure. */
  serializationFailure: '40001',
  /** deadlock_detected: PostgreSQL chose this transaction as the victim. */
  deadlock: '40P01',
  /** lock_not_available: another transaction holds the lock for longer than `lock_timeout`. */
  lockNotAvailable: '55P03',
} as const;

/** A concurrent transaction won, and this one did nothing. */
export const LOST_RACES = [SQLSTATE.serializationFailure, SQLSTATE.deadlock];

/**
 * Retries work while it fails with one of these codes.
 * @param options.codes SQLSTATEs, or codes of our own
 * @param options.tries attempts in all
 * @param options.pause milliseconds before the next attempt at most, by how many there were
 * @throws the last error
 */
export async function retryOnCodes<T>(
  work: () => Promise<T>,
  options: { codes: readonly string[]; tries: number; pause(tries: number): number },
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      // drizzle's errors have the database's as their cause.
      const code = codeOf(error) ?? codeOf((error as Error).cause) ?? '';
      if (tries === options.tries || !options.codes.includes(code)) throw error;
      // Jitter: two that collided must not collide again.
      await delay(Math.random() * options.pause(tries));
    }
  }
}
