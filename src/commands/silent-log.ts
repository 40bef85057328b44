import { type Logger, pino } from 'pino';

/** For what wants a log and is used by a command: a command's output is its own. */
export function silentLog(): Logger {
  return pino({ level: 'silent' });
}
