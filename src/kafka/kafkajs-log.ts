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

  /** Waits for the message to end. */
  function later(kind: string, message: string, as: 'warn' | 'debug'): NodeJS.Timeout {
    const end = () => {
      const { times = 0 } = repeated.get(kind) ?? {};
      repeated.delete(kind);
      if (times > 1) log[as]({ times }, `kafkajs, ended: ${message}`);
    };
    return setTimeout(end, QUIET_MS).unref();
  }

  return ({ level, log: { message, groupId, topic, partition, broker, error } }) => {
    const as = level === logLevel.ERROR ? 'warn' : 'debug';
    // "Restarting the consumer in 166ms" is the same message with every number.
    const kind = message.replace(/\d+/g, '#');
    const known = repeated.get(kind);
    clearTimeout(known?.timer);
    repeated.set(kind, { times: (known?.times ?? 0) + 1, timer: later(kind, message, as) });
    if (known) return;
    const line = { groupId, topic, partition, broker, error: error instanceof Error ? error.message : error };
    log[as](line, `kafkajs: ${message}`);
  };
}
