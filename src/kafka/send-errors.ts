import { SsoLinkError } from '../errors.ts';
import { unavailable } from './client.ts';
import type { HeaderValue, OutgoingRecord } from './records.ts';

/**
 * What a broker says of records that it will never take. Not here: INVALID_TIMESTAMP, which a wrong clock of
 * ours brings to every record, and what a topic's or a client's settings cause.
 */
const NEVER = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE', 'INVALID_RECORD']);

interface KafkaError {
  name?: string;
  type?: string;
  message?: string;
  cause?: unknown;
}

/** What a send threw, as `record_unsendable` or `kafka_unavailable`. */
export function sendError(error: unknown): SsoLinkError {
  const { type, message, cause } = error as KafkaError;
  if (type !== undefined && NEVER.has(type))
    return new SsoLinkError('record_unsendable', `Kafka: ${message}`);
  return cause instanceof Error ? sendError(cause) : unavailable(error);
}

/** No answer in time, or kafkajs itself is broken: its TypeErrors repeat until it is created again. */
export function isStuck(error: unknown): boolean {
  const { name = '' } = ((error as KafkaError).cause ?? error) as KafkaError;
  return name === 'KafkaJSRequestTimeoutError' || !name.startsWith('KafkaJS');
}

/** A fault here would come out of kafkajs as a TypeError, like a fault of its own: it is detected before. */
export function refuseUnencodable(records: OutgoingRecord[]): void {
  for (const { headers } of records) {
    for (const name in headers) {
      if (![headers[name]].flat().every(isHeaderValue)) {
        throw new SsoLinkError('record_unsendable', `the header ${name} is not a text, bytes or null`);
      }
    }
  }
}

const isHeaderValue = (value: unknown): value is HeaderValue =>
  value === null || typeof value === 'string' || Buffer.isBuffer(value);
