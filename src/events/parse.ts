/** A record of Kafka, read as the event that it is. */
import { SsoLinkError } from '../errors.ts';
import { DELETABLE, type EventData, HEADERS, READERS } from './catalog.ts';
import type { EventHeaders } from './headers.ts';
import { describe, invalid, type Reader, readData } from './invalid.ts';

type Text = Uint8Array | string;

type HeaderValue = Text | Text[] | null | undefined;

/**
 * Headers as clients of Kafka hand them over: an object (kafkajs, Confluent's client), a Map (@platformatic/kafka), or a
 * list of objects with one header each (node-rdkafka, Confluent's low-level client) or of key and value.
 */
export type KafkaHeaders =
  | Record<string, HeaderValue>
  | ReadonlyMap<Text, HeaderValue>
  | readonly (Record<string, HeaderValue> | { key: Text; value: HeaderValue })[];

/** What a client of Kafka hands over: its message fits as it is. */
export interface KafkaRecord {
  value: Text | null | undefined;
  headers?: KafkaHeaders | null | undefined;
}

type Received<Name extends keyof EventData> = {
  /** Tells the events apart: `switch (event.type)` narrows `data`. */
  type: Name;
  /** Seen before, the event is a duplicate. */
  id: string;
  source: string;
  time: Date;
  /** The id of what it is about, which is the record's key: an SSO identity's, of `sso.companies` a company's. */
  subject: string;
  /** Rises along the events of one SSO identity on a topic; a duplicate has its first number. */
  sequence: bigint;
  /** W3C Trace Context of the cause of the event, to continue the trace. */
  trace: { traceparent?: string; tracestate?: string };
  /** Null of an `identity.state` whose SSO identity is erased or deleted. */
  data: EventData[Name];
};

export type SsoLinkEvent = { [Name in keyof EventData]: Received<Name> }[keyof EventData];

/** An event by its name: `EventOf<'user.link_result'>`. */
export type EventOf<Name extends SsoLinkEvent['type']> = Extract<SsoLinkEvent, { type: Name }>;

/**
 * Reads a record. Fields, headers and words that a later version adds are let through.
 * @throws SsoLinkError `event_type_unknown`: an event that a later version added; pass it over.
 * @throws SsoLinkError `event_invalid`: headers are missing, no JSON, or not what the schema says. The message
 *   says where, never what stood there.
 */
export function parseEvent(record: KafkaRecord): SsoLinkEvent {
  const received = headersOf(record);
  if (!HEADERS.Check(received)) {
    throw invalid(received.ce_type ?? 'SSO Link', `headers${describe(HEADERS.Errors(received))}`);
  }
  const headers = received as EventHeaders;
  const type = headers.ce_type;
  const reader = READERS.get(type);
  if (reader === undefined) throw new SsoLinkError('event_type_unknown', `no event of this version: ${type}`);
  const time = new Date(headers.ce_time);
  if (Number.isNaN(time.getTime())) throw invalid(type, 'headers/ce_time is no time');
  const { traceparent, tracestate } = headers;
  return {
    type,
    id: headers.ce_id,
    source: headers.ce_source,
    time,
    subject: headers.ce_subject,
    sequence: BigInt(headers.ce_sequence),
    trace: { ...(traceparent && { traceparent }), ...(tracestate && { tracestate }) },
    data: readDataOf(type, reader, readValue(record, type)),
  } as SsoLinkEvent;
}

/** Null where a record of a compacted topic says that what it was about is gone. */
const readDataOf = (type: string, reader: Reader, value: Buffer | null): unknown =>
  value === null && DELETABLE.has(type) ? null : readData(type, reader, value);

/** A header may come several times; the last one is its value. */
function headersOf(record: KafkaRecord): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of entriesOf(record.headers ?? {})) {
    const last = Array.isArray(value) ? value.at(-1) : value;
    const [key, text] = [textOf(name), textOf(last)];
    if (key !== undefined && text !== undefined) headers[key] = text;
  }
  return headers;
}

function entriesOf(headers: KafkaHeaders): Iterable<readonly [unknown, unknown]> {
  if (headers instanceof Map) return headers;
  if (!Array.isArray(headers)) return Object.entries(headers);
  return headers.flatMap((one: Record<string, unknown> | null) => {
    if (typeof one !== 'object' || one === null) return [];
    const isPair = 'key' in one && 'value' in one && Object.keys(one).length === 2;
    return isPair ? [[one.key, one.value] as const] : Object.entries(one);
  });
}

function readValue({ value }: KafkaRecord, type: string): Buffer | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || value instanceof Uint8Array) return bytes(value);
  throw invalid(type, 'the value is neither bytes nor text');
}

/** What no client hands over as a header is none: a record is unreadable then, and never an exception. */
function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return value instanceof Uint8Array ? bytes(value).toString('utf8') : undefined;
}

function bytes(text: Text): Buffer {
  return typeof text === 'string'
    ? Buffer.from(text)
    : Buffer.from(text.buffer, text.byteOffset, text.byteLength);
}
