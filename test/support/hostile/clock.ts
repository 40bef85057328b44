import { mock } from 'node:test';

/** Longer than metadata and keys of an issuer are kept. */
export const UNTIL_FORGOTTEN_MS = 11 * 60_000;

/**
 * Moves this process's clock forward, and so that of the server and of the provider; the database's own stays.
 * Timers run on as they are.
 */
export function advance(milliseconds: number): void {
  const now = Date.now() + milliseconds;
  mock.timers.reset();
  mock.timers.enable({ apis: ['Date'], now });
}

/** Back to the real time. */
export function realTime(): void {
  mock.timers.reset();
}
