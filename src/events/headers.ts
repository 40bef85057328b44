import { type Static, Type } from 'typebox';

/** What travels beside the data: CloudEvents 1.0 (Kafka protocol binding §3.2) and W3C Trace Context. */
export const EventHeaders = Type.Object(
  {
    ce_specversion: Type.String({ pattern: '^1\\.', description: 'CloudEvents version: `1.0`' }),
    ce_id: Type.String({ minLength: 1, description: "The event's id: seen before, it is a duplicate" }),
    ce_source: Type.String({ description: 'Which part of SSO Link says so: `urn:sso-link:server`, …' }),
    ce_type: Type.String({ minLength: 1, description: 'Which event it is; a topic may hold several' }),
    ce_time: Type.String({
      pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d',
      description: 'When it happened, RFC 3339',
    }),
    ce_subject: Type.String({ description: 'The id of what it is about, as in the key' }),
    ce_dataschema: Type.String({ description: "The `$id` of the data's JSON Schema" }),
    ce_sequence: Type.String({
      pattern: '^\\d+$',
      description:
        'A number that increases along the events of one SSO identity on a topic; a duplicate has its first number. Padded with zeros to 19 digits, as the CloudEvents Sequence extension requires; compare it as a number',
    }),
    'content-type': Type.String({ description: '`application/json`' }),
    traceparent: Type.Optional(Type.String({ description: 'W3C Trace Context of what caused the event' })),
    tracestate: Type.Optional(Type.String({ description: 'W3C Trace Context' })),
    email_hash: Type.Optional(
      Type.String({
        description:
          'Of a login: the email as a keyed hash, by which log lines name a person. Changes with the key',
      }),
    ),
  },
  { description: 'Headers of every event', additionalProperties: true },
);

/** What a dead letter carries beside the headers that it came with. */
export const DeadLetterHeaders = Type.Object(
  {
    dlq_topic: Type.String({ description: 'Where it came from' }),
    dlq_partition: Type.String({ pattern: '^\\d+$', description: 'Its partition there' }),
    dlq_offset: Type.String({ pattern: '^\\d+$', description: 'Its offset there' }),
    dlq_reason: Type.String({ description: 'Why: `event_invalid`, `unknown_type`, `unknown_login`, …' }),
    dlq_error: Type.String({ description: 'What is invalid, never the content' }),
    dlq_at: Type.String({ description: 'When it became a dead letter, RFC 3339' }),
    dlq_headers_left_out: Type.Optional(
      Type.String({ pattern: '^\\d+$', description: 'How many headers were too large to be kept' }),
    ),
  },
  { description: 'Headers that a dead letter has besides its own', additionalProperties: true },
);

export type EventHeaders = Static<typeof EventHeaders>;
