/** Tells when a topic holds, or a group has committed, so many records: without a consumer of its own. */
import { setTimeout as delay } from 'node:timers/promises';
import { Kafka, logLevel } from 'kafkajs';
import { createSocketFactory } from '../../src/kafka/kafkajs-patches.ts';

const EVERY_MS = 20;
const PATIENCE_MS = 300_000;

export async function openTopicClock(brokers: string[], topic: string) {
  const kafka = new Kafka({
    clientId: 'bench',
    brokers,
    socketFactory: createSocketFactory(() => undefined),
    logLevel: logLevel.NOTHING,
  });
  const admin = kafka.admin();
  await admin.connect();
  const sum = (offsets: { offset: string }[] = []) =>
    offsets.reduce((total, { offset }) => total + Math.max(0, Number(offset)), 0);
  const held = async () => sum(await admin.fetchTopicOffsets(topic));
  const committed = async (groupId: string) =>
    sum((await admin.fetchOffsets({ groupId, topics: [topic] }))[0]?.partitions);

  async function until(done: () => Promise<boolean>, what: string): Promise<void> {
    for (const deadline = Date.now() + PATIENCE_MS; !(await done()); await delay(EVERY_MS)) {
      if (Date.now() > deadline) throw new Error(`${what}: not within ${PATIENCE_MS / 1000} s`);
    }
  }
  return {
    held,
    untilHeld: (count: number) => until(async () => (await held()) >= count, `${topic} holds ${count}`),
    untilCommitted: (group: string, count: number) =>
      until(async () => (await committed(group)) >= count, `${group} has committed ${count} of ${topic}`),
    close: () => admin.disconnect(),
  };
}
