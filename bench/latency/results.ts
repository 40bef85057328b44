/** Reads link results as another service would, and tells when each was read. */
import { randomBytes } from 'node:crypto';
import { Kafka, logLevel } from 'kafkajs';
import { linkResult } from '../../src/events/link-result.ts';
import { createSocketFactory } from '../../src/kafka/kafkajs-patches.ts';

export interface Results {
  /** Resolves with the time when the identity's first result from now on is read; monotonic nanoseconds. */
  next(identityId: string): Promise<bigint>;
  close(): Promise<void>;
}

export async function readResults(brokers: string[], prefix: string): Promise<Results> {
  const kafka = new Kafka({
    clientId: 'bench',
    brokers,
    socketFactory: createSocketFactory(() => undefined),
    logLevel: logLevel.ERROR,
  });
  const consumer = kafka.consumer({
    groupId: `bench-${randomBytes(4).toString('hex')}`,
    maxWaitTimeInMs: 100,
  });
  const waiting = new Map<string, (at: bigint) => void>();
  await consumer.connect();
  // From the beginning: the end is looked up after joining, and what was sent meanwhile would never be read.
  await consumer.subscribe({ topics: [prefix + linkResult.topic], fromBeginning: true });
  const joined = new Promise<void>((resolve) => {
    consumer.on(consumer.events.GROUP_JOIN, () => resolve());
  });
  await consumer.run({
    eachMessage: async ({ message }) => {
      const key = message.key?.toString() ?? '';
      waiting.get(key)?.(process.hrtime.bigint());
      waiting.delete(key);
    },
  });
  await joined;
  return {
    next: (identityId) => new Promise((resolve) => waiting.set(identityId, resolve)),
    close: () => consumer.disconnect(),
  };
}
