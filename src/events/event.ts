/**
 * What every event shares: CloudEvents 1.0 in binary mode (Kafka protocol binding §3.2). The metadata
 * travels as headers, the value is the data alone, the key is an id (the SSO identity's, or the company's), never an email.
 */
import type { Static, TObject } from 'typebox';
import { Compile } from 'typebox/compile';
import type { TraceHeaders } from '../trace-headers.ts';
import { describe, invalid, type Reader, readData } from './invalid.ts';
import { type Open, openSchema } from './open.ts';
import { sequenceText } from './sequence.ts';

/** A record that waits to be sent: what the outbox stores and the relay hands to Kafka. */
export interface OutgoingEvent {
  /** Without `KAFKA_TOPIC_PREFIX`: the relay puts it in front. */
  topic: string;
  key: Buffer | null;
  headers: Record<string, string>;
  payload: Buffer | null;
}

export interface EventMetadata {
  /** The event's id: a consumer that saw it before ignores it. */
  id: string;
  /** Which part of this service says so: `urn:sso-link:server`, `urn:sso-link:worker`, … */
  source: string;
  /** When it happened. */
  time: Date;
  /** The id of what it is about: the record's key and `ce_subject`. */
  subject: string;
  trace?: TraceHeaders;
  /** The number that the relay sends as `ce_sequence`, where it is drawn before; else the outbox row's. */
  sequence?: string | bigint;
}

export interface EventType<
  Schema extends TObject,
  Name extends string = string,
  Deletable extends boolean = boolean,
> {
  type: Name;
  topic: string;
  /** Raised for additions alone; a breaking change is a new type. */
  schemaId: string;
  schema: Schema;
  /** A record without a value says that what it was about is gone: on compacted topics. */
  isDeletable: Deletable;
  /** @throws SsoLinkError `event_invalid` when the data breaks the closed schema: a fault of ours. */
  create(metadata: EventMetadata, data: Static<Schema>): OutgoingEvent;
  /** The record without a value. */
  tombstone(metadata: EventMetadata): OutgoingEvent;
  /** The open schema (open.ts), compiled. */
  reader: Reader;
  /** Reads with the open schema. @throws SsoLinkError `event_invalid`. */
  parse(value: Buffer | null): Open<Static<Schema>>;
}

/** Defines an event: its closed schema (`additionalProperties: false`) is the source of every document. */
export function defineEvent<
  Schema extends TObject,
  const Name extends string,
  const Deletable extends boolean = false,
>(definition: {
  type: Name;
  topic: string;
  version: number;
  schema: Schema;
  isDeletable?: Deletable;
}): EventType<Schema, Name, Deletable> {
  const { type, topic, schema } = definition;
  const schemaId = `urn:sso-link:schema:${type}:${definition.version}`;
  const closed = Compile(schema);
  const open = Compile(openSchema(schema));
  const record = (metadata: EventMetadata, payload: Buffer | null): OutgoingEvent => ({
    topic,
    key: Buffer.from(metadata.subject),
    headers: {
      ce_specversion: '1.0',
      ce_id: metadata.id,
      ce_source: metadata.source,
      ce_type: type,
      ce_time: metadata.time.toISOString(),
      ce_subject: metadata.subject,
      ce_dataschema: schemaId,
      ...(metadata.sequence !== undefined && { ce_sequence: sequenceText(metadata.sequence) }),
      'content-type': 'application/json',
      ...metadata.trace,
    },
    payload,
  });

  return {
    type,
    topic,
    schemaId,
    schema,
    isDeletable: (definition.isDeletable ?? false) as Deletable,
    create(metadata, data) {
      if (!closed.Check(data)) throw invalid(type, describe(closed.Errors(data)));
      return record(metadata, Buffer.from(JSON.stringify(data)));
    },
    tombstone: (metadata) => record(metadata, null),
    reader: open,
    parse: (value) => readData(type, open, value) as Open<Static<Schema>>,
  };
}
