import { type LogEntry, logLevel } from 'kafkajs';
import type { Logger } from '../observability/log.ts';

/** A message that was not repeated for so long has ended. */
const QUIET_MS = 30_000;

interface Repeated {
  times: number;
  timer: NodeJS.Timeout;
}

/** By log, because each client has a kafkajs log of its own. */
const repeatedBy = new WeakMap<Logger, Map<string, Repeated>>();

/**
 * kafkajs's log in ours: one line when a message appears, and one with its count when it has ended. Its fields can
 * hold whole requests and records, so only the message and the names of things are logged. What kafkajs calls an
 * error is a warning here, because a role's own loop says what it means.
 */
export function kafkajsLog(log: Logger): (entry: LogEntry) => void {
  const repeated = repeatedBy.get(log) ?? new Map<string, Repeated>();
  repeatedBy.set(log, repeated);
  return ({ level, log: { message, groupId, topic, partition, broker, error } }) => {
    const known = repeated.get(message);
    if (known) {
      known.times += 1;
      known.timer.refresh();
      return;
    }
    const timer = setTimeout(() => {
      const { times } = repeated.get(message) as Repeated;
      repeated.delete(message);
      if (times > 1) log.debug({ times }, `kafkajs, ended: ${message}`);
    }, QUIET_MS).unref();
    repeated.set(message, { times: 1, timer });
    const line = { groupId, topic, partition, broker, error: error instanceof Error ? error.message : error };
    if (level === logLevel.ERROR) log.warn(line, `kafkajs: ${message}`);
    else log.debug(line, `kafkajs: ${message}`);
  };
}
