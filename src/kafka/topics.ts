import type { Admin, Kafka } from 'kafkajs';
import type { Config } from '../config.ts';
import { SsoLinkError } from '../errors.ts';
import { TOPICS } from '../events/topics.ts';
import type { Logger } from '../observability/log.ts';
import { LANES } from '../outbox/lanes.ts';
import { type BrokerConfig, createClient, KAFKA_CONFIG, unavailable } from './client.ts';

/** What `sso-link topics` reads. */
export const TOPICS_CONFIG = [...KAFKA_CONFIG, 'KAFKA_TOPIC_REPLICATION', 'KAFKA_TOPIC_RETENTION'] as const;

export interface TopicState {
  /** With the prefix. */
  topic: string;
  /** 0 where it doesn't exist. */
  partitions: number;
  replicas: number;
}

export interface ClusterState {
  brokers: number;
  topics: TopicState[];
}

/** @throws SsoLinkError `kafka_unavailable` */
export async function describeTopics(config: BrokerConfig, log: Logger): Promise<ClusterState> {
  return withAdmin(createClient(config, log, { retries: 2 }), (admin) => describe(admin, config));
}

/**
 * Creates the topics that are missing, with a partition a lane. Safe to run again.
 * @returns each topic, and whether it was created
 * @throws SsoLinkError `topic_partitions` where one exists with another number of partitions
 */
export async function createTopics(
  config: Config<(typeof TOPICS_CONFIG)[number]>,
  log: Logger,
): Promise<(TopicState & { created: boolean })[]> {
  return withAdmin(createClient(config, log, { retries: 3 }), async (admin) => {
    const before = await describe(admin, config);
    refuseWrongPartitions(before.topics.filter((t) => t.partitions > 0));
    const replicas = config.KAFKA_TOPIC_REPLICATION || Math.min(3, before.brokers);
    const missing = before.topics.filter((t) => t.partitions === 0).map((t) => t.topic);
    await admin.createTopics({
      waitForLeaders: true,
      timeout: 10_000,
      topics: missing.map((topic) => ({
        topic,
        numPartitions: LANES,
        replicationFactor: replicas,
        configEntries: [
          { name: 'retention.ms', value: String(config.KAFKA_TOPIC_RETENTION) },
          { name: 'min.insync.replicas', value: String(Math.max(1, replicas - 1)) },
        ],
      })),
    });
    return before.topics.map((t) =>
      missing.includes(t.topic)
        ? { topic: t.topic, partitions: LANES, replicas, created: true }
        : { ...t, created: false },
    );
  });
}

/**
 * What relay and worker ask before they start: a lane must be a partition.
 * @throws SsoLinkError `topic_missing`, `topic_partitions` or `kafka_unavailable`
 */
export async function checkTopics(config: BrokerConfig, log: Logger): Promise<void> {
  const { topics } = await describeTopics(config, log);
  const missing = topics.filter((t) => t.partitions === 0).map((t) => t.topic);
  if (missing.length > 0) {
    throw new SsoLinkError('topic_missing', `no topic ${missing.join(', ')}: run \`sso-link topics\``);
  }
  refuseWrongPartitions(topics);
}

/** Records of the topic that the group hasn't committed, by partition. */
export async function consumerLag(
  kafka: Kafka,
  prefix: string,
  groupId: string,
  topic: string,
): Promise<Map<number, number>> {
  return withAdmin(kafka, async (admin) => {
    const [ends, [group]] = await Promise.all([
      admin.fetchTopicOffsets(prefix + topic),
      admin.fetchOffsets({ groupId: prefix + groupId, topics: [prefix + topic] }),
    ]);
    const committed = new Map(group?.partitions.map((p) => [p.partition, Number(p.offset)]));
    return new Map(
      ends.map(({ partition, high, low }) => {
        const at = committed.get(partition) ?? -1;
        return [partition, Number(high) - (at < 0 ? Number(low) : at)];
      }),
    );
  });
}

async function describe(admin: Admin, config: BrokerConfig): Promise<ClusterState> {
  const wanted = TOPICS.map((topic) => config.KAFKA_TOPIC_PREFIX + topic);
  const [{ brokers }, existing] = await Promise.all([admin.describeCluster(), admin.listTopics()]);
  const present = wanted.filter((topic) => existing.includes(topic));
  const { topics } =
    present.length > 0 ? await admin.fetchTopicMetadata({ topics: present }) : { topics: [] };
  const byName = new Map(topics.map((t) => [t.name, t.partitions]));
  return {
    brokers: brokers.length,
    topics: wanted.map((topic) => ({
      topic,
      partitions: byName.get(topic)?.length ?? 0,
      replicas: byName.get(topic)?.[0]?.replicas.length ?? 0,
    })),
  };
}

function refuseWrongPartitions(topics: TopicState[]): void {
  const wrong = topics.filter((t) => t.partitions !== LANES);
  if (wrong.length === 0) return;
  const found = wrong.map((t) => `${t.topic} has ${t.partitions}`).join(', ');
  throw new SsoLinkError(
    'topic_partitions',
    `a topic has ${LANES} partitions here, one a lane, but ${found}: delete it and run \`sso-link topics\`, or set KAFKA_TOPIC_PREFIX`,
  );
}

async function withAdmin<T>(kafka: Kafka, work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = kafka.admin();
  try {
    await admin.connect();
    return await work(admin);
  } catch (error) {
    throw error instanceof SsoLinkError ? error : unavailable(error);
  } finally {
    await admin.disconnect().catch(() => {});
  }
}
