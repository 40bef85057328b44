import { linkResult } from '../events/link-result.ts';
import { ssoAuthenticated } from '../events/sso-authenticated.ts';
import type { IncomingRecord } from '../kafka/records.ts';
import { NO_SPAN, NO_TRACING, type Span, type SpanOptions, type Tracing } from '../observability/trace.ts';
import type { IncomingLogin } from './incoming-logins.ts';

/** Where a chunk's spans go, and the chunk's own. */
export interface ChunkTrace {
  tracing: Tracing;
  chunk: Span;
}

export const UNTRACED: ChunkTrace = { tracing: NO_TRACING, chunk: NO_SPAN };

const PROCESS = {
  'messaging.system': 'kafka',
  'messaging.operation.type': 'process',
  'messaging.destination.name': ssoAuthenticated.topic,
};
const CREATE = {
  'messaging.system': 'kafka',
  'messaging.operation.type': 'create',
  'messaging.operation.name': 'create',
  'messaging.destination.name': linkResult.topic,
};

/** A chunk's one span, its retries included, in a trace of its own: it belongs to the traces of all its records. */
export function chunkSpan(tracing: Tracing, group: string, records: IncomingRecord[]): SpanOptions {
  if (!tracing.on) return {};
  return {
    kind: 'consumer',
    links: records.map((record) => record.headers),
    attributes: {
      ...PROCESS,
      'messaging.operation.name': 'link',
      'messaging.consumer.group.name': group,
      'messaging.batch.message_count': records.length,
    },
  };
}

/** The decision of one login, in the login's own trace. */
export function decisionSpan({ tracing, chunk }: ChunkTrace, { record, event, trace }: IncomingLogin): Span {
  if (!tracing.on) return tracing.start('decide login', { parent: trace });
  return tracing.start('decide login', {
    kind: 'consumer',
    parent: trace,
    links: [chunk],
    attributes: {
      ...PROCESS,
      'messaging.operation.name': 'decide',
      'messaging.message.id': event.login_id,
      'messaging.destination.partition.id': String(record.partition),
      'messaging.kafka.offset': Number(record.offset),
      'sso_link.company': event.company,
    },
  });
}

/** Its result: the event's trace context, which the relay and other services continue. */
export function resultSpan({ tracing }: ChunkTrace, decision: Span): Span {
  return tracing.start(`create ${linkResult.topic}`, {
    kind: 'producer',
    parent: decision,
    attributes: CREATE,
  });
}
