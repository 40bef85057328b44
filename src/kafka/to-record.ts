import type { KafkaMessage } from 'kafkajs';
import type { IncomingRecord } from './records.ts';

/** @param topic without the prefix */
export function toRecord(topic: string, partition: number, message: KafkaMessage): IncomingRecord {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(message.headers ?? {})) {
    // A header may come several times; the last one is its value.
    const last = Array.isArray(value) ? value.at(-1) : value;
    if (last != null) headers[name] = last.toString();
  }
  return {
    topic,
    partition,
    offset: BigInt(message.offset),
    key: message.key,
    value: message.value,
    headers,
    timestamp: Number(message.timestamp),
  };
}
