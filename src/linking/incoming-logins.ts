import { codeOf } from '../errors.ts';
import { type SsoAuthenticated, ssoAuthenticated } from '../events/sso-authenticated.ts';
import type { IncomingRecord } from '../kafka/records.ts';
import type { DeadLetter } from '../outbox/dead-letters.ts';
import type { TraceHeaders } from '../trace-headers.ts';

export interface IncomingLogin {
  record: IncomingRecord;
  event: SsoAuthenticated;
  trace: TraceHeaders;
  /** The email's keyed hash, for the log: the worker has no key to make it. */
  emailHash: string | undefined;
}

/** Reads a chunk's records; those that are not our events become dead letters. Never throws. */
export function readRecords(records: IncomingRecord[]): {
  logins: IncomingLogin[];
  deadLetters: DeadLetter[];
} {
  const logins: IncomingLogin[] = [];
  const deadLetters: DeadLetter[] = [];
  for (const record of records) {
    const type = record.headers.ce_type ?? ssoAuthenticated.type;
    if (type !== ssoAuthenticated.type) {
      deadLetters.push({
        record,
        reason: 'unknown_type',
        error: 'ce_type names an event that is not understood here',
      });
      continue;
    }
    try {
      const event = ssoAuthenticated.parse(record.value);
      logins.push({ record, event, trace: traceOf(record.headers), emailHash: emailHashOf(record.headers) });
    } catch (error) {
      if (codeOf(error) !== 'event_invalid') throw error;
      deadLetters.push({ record, reason: 'event_invalid', error: (error as Error).message });
    }
  }
  return { logins, deadLetters };
}

/** A log line never quotes a record: others may have write access to the topic. */
function emailHashOf({ email_hash: hash }: Record<string, string>): string | undefined {
  return hash !== undefined && /^[\w-]{16}$/.test(hash) ? hash : undefined;
}

/** W3C Trace Context is ASCII; what isn't goes no further. */
function traceOf(headers: Record<string, string>): TraceHeaders {
  const trace = ['traceparent', 'tracestate'].flatMap((name) => {
    const value = headers[name];
    return value !== undefined && /^[\x20-\x7e]{1,512}$/.test(value) ? [[name, value]] : [];
  });
  return Object.fromEntries(trace);
}
