import { setTimeout as delay } from 'node:timers/promises';
import { readConfig } from '../../src/config.ts';
import { linkResult } from '../../src/events/link-result.ts';
import { ssoAuthenticated } from '../../src/events/sso-authenticated.ts';
import { createClient, KAFKA_CONFIG } from '../../src/kafka/client.ts';
import { createLogger } from '../../src/observability/log.ts';

type Data = Record<string, unknown>;

const DEADLINE_MS = 60_000;

/** Reads what comes on our topics from now on, whichever partition it comes to; the broker is the environment's. */
export async function watchTopics() {
  const config = readConfig(process.env, KAFKA_CONFIG);
  const prefix = config.KAFKA_TOPIC_PREFIX;
  const kafka = createClient(config, createLogger({ level: 'warn', role: 'test' }), { retries: 5 });
  const topics = [ssoAuthenticated.topic, linkResult.topic].map((topic) => prefix + topic);

  const admin = kafka.admin();
  await admin.connect();
  const ends = await Promise.all(topics.map((topic) => admin.fetchTopicOffsets(topic)));
  await admin.disconnect();

  const seen: { topic: string; data: Data }[] = [];
  const consumer = kafka.consumer({ groupId: `${prefix}sso-link-helm-test-${Date.now()}` });
  await consumer.connect();
  await consumer.subscribe({ topics });
  await consumer.run({
    autoCommit: false,
    eachMessage: async ({ topic, message }) => {
      seen.push({ topic: topic.slice(prefix.length), data: JSON.parse(String(message.value)) as Data });
    },
  });
  // From where the topics ended before: by itself a new group would find that end only once it had joined.
  for (const [i, topic] of topics.entries()) {
    for (const { partition, high } of ends[i] ?? []) consumer.seek({ topic, partition, offset: high });
  }

  return {
    /** The first event of the topic that fits, waited for. */
    async next(topic: string, fits: (data: Data) => boolean): Promise<Data> {
      for (const end = Date.now() + DEADLINE_MS; Date.now() < end; await delay(50)) {
        const event = seen.find((e) => e.topic === topic && fits(e.data));
        if (event) return event.data;
      }
      throw new Error(`no such event on ${prefix}${topic} within ${DEADLINE_MS / 1_000} s`);
    },
    close: () => consumer.disconnect(),
  };
}
