import type { KafkaMessage } from 'kafkajs';
import type { IncomingRecord, RecordHeaders } from './records.ts';

/** @param topic without the prefix */
export function toRecord(topic: string, partition: number, message: KafkaMessage): IncomingRecord {
  const rawHeaders = (message.headers ?? {}) as RecordHeaders;
  return {
    topic,
    partition,
    offset: BigInt(message.offset),
    key: message.key,
    value: message.value,
    headers: headerTexts(rawHeaders),
    rawHeaders,
    timestamp: Number(message.timestamp),
  };
}

/** Headers as texts. A header may come several times: the last one is its value. */
export function headerTexts(raw: RecordHeaders): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(raw)) {
    const last = Array.isArray(value) ? value.at(-1) : value;
    if (last != null) headers[name] = last.toString();
  }
  return headers;
}
