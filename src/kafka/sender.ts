import { CompressionTypes, type Kafka, Partitioners, type RecordMetadata } from 'kafkajs';
import { SsoLinkError } from '../errors.ts';
import { unavailable } from './client.ts';
import type { RecordSender } from './records.ts';

/** Below the relay's idle-in-transaction timeout: a send that hangs must not cost it its lane's lock unseen. */
const SEND_DEADLINE_MS = 8_000;
const ACK_TIMEOUT_MS = 5_000;

/** What a broker says of records that it will never take. */
const NEVER = new Set([
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'INVALID_RECORD',
  'INVALID_TIMESTAMP',
  'CORRUPT_MESSAGE',
]);

/**
 * Sends to one partition at a time. Over several partitions a send can resolve although one of them was never
 * written (kafkajs #1303), and the idempotent producer loses and reorders (#1005, #598, #1790): so acks by all
 * replicas, one send in flight a partition, and consumers that know an event's id.
 */
export async function createSender(kafka: Kafka, prefix: string): Promise<RecordSender> {
  const producer = kafka.producer({
    createPartitioner: Partitioners.DefaultPartitioner,
    allowAutoTopicCreation: false,
    idempotent: false,
  });
  await producer.connect().catch((error) => {
    throw unavailable(error);
  });

  return {
    async send(topic, partition, records) {
      const sending = producer.send({
        topic: prefix + topic,
        acks: -1,
        timeout: ACK_TIMEOUT_MS,
        compression: CompressionTypes.None,
        messages: records.map(({ key, value, headers }) => ({ key, value, headers, partition })),
      });
      const receipts = await within(SEND_DEADLINE_MS, sending).catch((error) => {
        throw isNever(error) ? unsendable(error) : unavailable(error);
      });
      if (!names(receipts, prefix + topic, partition)) {
        throw new SsoLinkError('kafka_unavailable', `no receipt for ${prefix + topic}/${partition}`);
      }
    },
    close: () => producer.disconnect(),
  };
}

function names(receipts: RecordMetadata[], topic: string, partition: number): boolean {
  return receipts.some((r) => r.topicName === topic && r.partition === partition && r.errorCode === 0);
}

function isNever(error: unknown): boolean {
  const { type, cause } = error as { type?: string; cause?: unknown };
  return (type !== undefined && NEVER.has(type)) || (cause instanceof Error && isNever(cause));
}

function unsendable(error: unknown): SsoLinkError {
  return new SsoLinkError('record_unsendable', `Kafka: ${(error as Error).message}`);
}

async function within<T>(milliseconds: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${milliseconds} ms`)), milliseconds);
  });
  try {
    return await Promise.race([promise, deadline]);
  } finally {
    clearTimeout(timer);
    promise.catch(() => {});
  }
}
