import type { Span, Tracing } from '../observability/trace.ts';
import { type StoredHeaders, textHeaders } from './stored-headers.ts';

interface TracedRow {
  id: string;
  topic: string;
  headers: StoredHeaders;
}

const KAFKA = { 'messaging.system': 'kafka', 'messaging.operation.type': 'send' };

/** A round's one span, in a trace of its own: it belongs to the traces of all its rows. */
export function roundSpan(tracing: Tracing, lanes: readonly number[], rows: readonly TracedRow[]): Span {
  return tracing.start('relay round', {
    kind: 'producer',
    links: tracing.on ? rows.map((row) => textHeaders(row.headers)) : [],
    attributes: {
      ...KAFKA,
      'messaging.operation.name': 'relay',
      'sso_link.lanes': lanes.join(' '),
      'messaging.batch.message_count': rows.length,
    },
  });
}

/**
 * Sends rows in a span for each in its own trace, linked to the round. Rows that came without a trace get none.
 */
export async function inSendSpans<Row extends TracedRow>(
  tracing: Tracing,
  round: Span,
  rows: readonly Row[],
  send: () => Promise<void>,
): Promise<void> {
  if (!tracing.on) return send();
  const spans = rows
    .map((row) => ({ ...row, headers: textHeaders(row.headers) }))
    .filter(({ headers }) => headers.traceparent !== undefined)
    .map(({ id, topic, headers }) =>
      tracing.start(`send ${topic}`, {
        kind: 'producer',
        parent: headers,
        links: [round],
        attributes: {
          ...KAFKA,
          'messaging.operation.name': 'send',
          'messaging.destination.name': topic,
          'messaging.message.id': headers.ce_id,
          'sso_link.outbox_id': id,
        },
      }),
    );
  try {
    await send();
  } catch (error) {
    for (const span of spans) span.fail(error);
    throw error;
  } finally {
    for (const span of spans) span.end();
  }
}
