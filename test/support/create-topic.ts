import type { Admin } from 'kafkajs';
import { until } from './until.ts';

/** Creates a topic and waits until its leaders are known: kafkajs's own wait fails where a broker does not know it yet. */
export async function createTopic(
  admin: Admin,
  topic: string,
  { partitions = 1, replicas = 1 }: { partitions?: number; replicas?: number } = {},
): Promise<void> {
  const topics = [{ topic, numPartitions: partitions, replicationFactor: replicas }];
  await admin.createTopics({ topics, waitForLeaders: false });
  await until(async () => {
    const found = await admin.fetchTopicMetadata({ topics: [topic] }).catch(() => ({ topics: [] }));
    const known = found.topics[0]?.partitions ?? [];
    return known.length === partitions && known.every(({ leader }) => leader >= 0);
  });
}
