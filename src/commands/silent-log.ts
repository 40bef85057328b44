import { type Logger, pino } from 'pino';

/** For functions that need a logger and are called by a command: a command prints its own output only. */
export function silentLog(): Logger {
  return pino({ level: 'silent' });
}
