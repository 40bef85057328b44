import { type LogEntry, logLevel } from 'kafkajs';
import type { Logger } from '../observability/log.ts';

/** The same line again within so long is left out: kafkajs tells of an outage at every attempt. */
const QUIET_MS = 30_000;
const REMEMBERED = 100;

/** By log, since each client that is made has a kafkajs log of its own. */
const toldBy = new WeakMap<Logger, Map<string, number>>();

/**
 * kafkajs's log in ours. Its fields can hold whole requests and records: the message and the names of things
 * alone are told. What it calls an error is a warning here, since a role's own loop says what it means.
 */
export function kafkajsLog(log: Logger): (entry: LogEntry) => void {
  const told = toldBy.get(log) ?? new Map<string, number>();
  toldBy.set(log, told);
  return ({ level, log: { message, groupId, topic, partition, broker, error } }) => {
    const now = Date.now();
    if (now - (told.get(message) ?? 0) < QUIET_MS) return;
    if (told.size >= REMEMBERED) told.clear();
    told.set(message, now);
    const line = { groupId, topic, partition, broker, error: error instanceof Error ? error.message : error };
    if (level === logLevel.ERROR) log.warn(line, `kafkajs: ${message}`);
    else log.debug(line, `kafkajs: ${message}`);
  };
}
