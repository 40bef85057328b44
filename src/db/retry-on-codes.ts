import { setTimeout as delay } from 'node:timers/promises';
import { codeOf } from '../errors.ts';

/**
 * Does it again while it fails by one of these codes: what the database refused for somebody else's sake, and
 * rolled back.
 * @param options.codes SQLSTATEs, or codes of our own
 * @param options.pause milliseconds before the next try, by how many there were
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
      // Two that met wait for different times, so that they don't meet again.
      await delay(Math.random() * options.pause(tries));
    }
  }
}
