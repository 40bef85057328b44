import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Kafka, logLevel } from 'kafkajs';

export interface TopicRecord {
  partition: number;
  offset: bigint;
  key: string | null;
  headers: Record<string, string>;
  value: Buffer | null;
}

const DEADLINE_MS = 60_000;

/** All records that a topic of a real Kafka holds now, in offset order within a partition; by a reader of its own. */
export async function readTopic(brokers: string[], topic: string): Promise<TopicRecord[]> {
  const kafka = new Kafka({ clientId: 'reader', brokers, logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  const ends = await admin.fetchTopicOffsets(topic).finally(() => admin.disconnect());
  const expected = ends.reduce((sum, { high, low }) => sum + Number(high) - Number(low), 0);

  const consumer = kafka.consumer({ groupId: `reader-${randomBytes(6).toString('hex')}` });
  const records: TopicRecord[] = [];
  await consumer.connect();
  try {
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await consumer.run({
      eachMessage: async ({ partition, message }) => {
        const headers = Object.entries(message.headers ?? {}).map(([name, value]) => [name, String(value)]);
        records.push({
          partition,
          offset: BigInt(message.offset),
          key: message.key?.toString() ?? null,
          headers: Object.fromEntries(headers),
          value: message.value,
        });
      },
    });
    for (const end = Date.now() + DEADLINE_MS; records.length < expected && Date.now() < end; )
      await delay(20);
  } finally {
    await consumer.disconnect();
  }
  return records;
}
