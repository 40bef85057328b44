import { setTimeout as delay } from 'node:timers/promises';
import type { Admin, ITopicConfig, PartitionMetadata } from 'kafkajs';
import type { Config } from '../config.ts';
import { SsoLinkError } from '../errors.ts';
import { PARTITIONS } from '../events/partitions.ts';
import { LINKING_TOPICS, STATE_TOPICS, TOPICS } from '../events/topics.ts';
import type { Logger } from '../observability/log.ts';
import { withAdmin } from './admin.ts';
import { type BrokerConfig, KAFKA_CONFIG } from './client.ts';

/** What `sso-link topics` reads. */
export const TOPICS_CONFIG = [...KAFKA_CONFIG, 'KAFKA_TOPIC_REPLICATION', 'KAFKA_TOPIC_RETENTION'] as const;

const CREATION_MS = 15_000;

type TopicsConfig = Config<(typeof TOPICS_CONFIG)[number]>;

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
  return withAdmin(config, log, async (admin) => ({
    topics: await ourTopics(admin, config),
    brokers: await countBrokers(admin),
  }));
}

/**
 * Creates the topics that are missing, with one partition per lane. Idempotent.
 * @param options.minimal sends no settings of the topics: the cluster's policy or its defaults decide
 * @returns each topic, and whether it was created
 * @throws SsoLinkError `topic_partitions` where one exists with another number of partitions, `topic_refused`,
 *   `kafka_unavailable`
 */
export async function createTopics(
  config: TopicsConfig,
  log: Logger,
  options: { minimal?: boolean } = {},
): Promise<(TopicState & { created: boolean })[]> {
  return withAdmin(config, log, async (admin) => {
    const found = await ourTopics(admin, config);
    refuseWrongPartitions(found.filter((t) => t.partitions > 0));
    const missing = found.filter((t) => t.partitions === 0).map((t) => t.topic);
    if (missing.length === 0) return found.map((t) => ({ ...t, created: false }));
    const replicas = config.KAFKA_TOPIC_REPLICATION || Math.min(3, await countBrokers(admin));
    const topics = missing.map((topic) => definition(topic, replicas, options.minimal ? undefined : config));
    await admin.createTopics({ topics, timeout: CREATION_MS, waitForLeaders: false }).catch(refused);
    for (const topic of missing) await untilThere(admin, topic);
    return found.map((t) =>
      missing.includes(t.topic)
        ? { topic: t.topic, partitions: PARTITIONS, replicas, created: true }
        : { ...t, created: false },
    );
  });
}

/**
 * What relay and worker ask before they start: a lane must be a partition.
 * @param topics those that are needed. Default: those of the links; the mirror asks for its own
 * @throws SsoLinkError `topic_missing`, `topic_partitions` or `kafka_unavailable`
 */
export async function checkTopics(
  config: BrokerConfig,
  log: Logger,
  topics: readonly string[] = LINKING_TOPICS,
): Promise<void> {
  refuseUnfit(await withAdmin(config, log, (admin) => ourTopics(admin, config, topics)));
}

/** @throws SsoLinkError `topic_missing` or `topic_partitions` */
export function refuseUnfit(topics: TopicState[]): void {
  const missing = topics.filter((t) => t.partitions === 0).map((t) => t.topic);
  if (missing.length > 0) {
    throw new SsoLinkError('topic_missing', `no topic ${missing.join(', ')}: run \`sso-link topics\``);
  }
  refuseWrongPartitions(topics);
}

/** What a cluster's defaults could break is named: a topic that is compacted or not, a codec that is not known here. */
function definition(topic: string, replicas: number, config: TopicsConfig | undefined): ITopicConfig {
  const plain = { topic, numPartitions: PARTITIONS, replicationFactor: replicas };
  if (config === undefined) return plain;
  const retention = config.KAFKA_TOPIC_RETENTION;
  const isState = STATE_TOPICS.some((name) => config.KAFKA_TOPIC_PREFIX + name === topic);
  const entries = {
    ...(isState
      ? // How long a record without a value is kept for slow consumers, and what it deletes for others.
        { 'cleanup.policy': 'compact', 'delete.retention.ms': retention, 'max.compaction.lag.ms': retention }
      : { 'cleanup.policy': 'delete', 'retention.ms': retention }),
    // An acknowledged record is on two brokers, and one may be down.
    'min.insync.replicas': Math.max(1, replicas - 1),
    'compression.type': 'producer',
  };
  return {
    ...plain,
    configEntries: Object.entries(entries).map(([name, value]) => ({ name, value: String(value) })),
  };
}

/** A topic at a time: kafkajs fails the whole answer for one that is missing. */
async function ourTopics(
  admin: Admin,
  config: BrokerConfig,
  names: readonly string[] = TOPICS,
): Promise<TopicState[]> {
  const states: TopicState[] = [];
  for (const topic of names.map((name) => config.KAFKA_TOPIC_PREFIX + name)) {
    const partitions = await partitionsOf(admin, topic);
    states.push({ topic, partitions: partitions.length, replicas: partitions[0]?.replicas.length ?? 0 });
  }
  return states;
}

/** kafkajs's own wait gives up where the broker that it asks hasn't heard of the topic yet. */
async function untilThere(admin: Admin, topic: string): Promise<void> {
  for (const deadline = Date.now() + CREATION_MS; ; await delay(100)) {
    const partitions = await partitionsOf(admin, topic).catch((error: unknown) => {
      if (Date.now() > deadline) throw error;
      return [];
    });
    if (partitions.length > 0 && partitions.every(({ leader }) => leader >= 0)) return;
    if (Date.now() > deadline) throw new SsoLinkError('kafka_unavailable', `${topic} has no leaders yet`);
  }
}

async function partitionsOf(admin: Admin, topic: string): Promise<PartitionMetadata[]> {
  try {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    return topics.find((t) => t.name === topic)?.partitions ?? [];
  } catch (error) {
    if ((error as { type?: string }).type === 'UNKNOWN_TOPIC_OR_PARTITION') return [];
    throw error;
  }
}

/** kafkajs asks for all of the cluster's topics here, and fails for any of them that has no leader. */
async function countBrokers(admin: Admin): Promise<number> {
  try {
    return (await admin.describeCluster()).brokers.length;
  } catch (error) {
    throw new SsoLinkError(
      'kafka_unavailable',
      `Kafka: the cluster cannot be described, does each of its topics have a leader? ${(error as Error).message}`,
    );
  }
}

function refused(error: unknown): never {
  const { errors } = error as { errors?: { topic?: string; type?: string; message: string }[] };
  if (errors === undefined) throw error;
  const topicsBy = new Map<string, string[]>();
  for (const { topic = 'a topic', message } of errors) {
    topicsBy.set(message, [...(topicsBy.get(message) ?? []), topic]);
  }
  const why = [...topicsBy]
    .map(([message, topics]) => `${topics.join(', ')}: ${message.replace(/\.$/, '')}`)
    .join('; ');
  throw new SsoLinkError(
    'topic_refused',
    `Kafka refuses to create ${why}. ${nextStep(errors.map(({ type = '' }) => type))}`,
  );
}

/** The variable, option or right that changes the answer; where none does, another team creates the topics. */
function nextStep(types: string[]): string {
  const byHand = `create the topics with ${PARTITIONS} partitions each (chart: migrations.topics=false)`;
  if (types.includes('INVALID_REPLICATION_FACTOR')) {
    return 'Set KAFKA_TOPIC_REPLICATION to the number of brokers at most (chart: kafka.topics.replication)';
  }
  if (types.some((type) => type.endsWith('_AUTHORIZATION_FAILED'))) {
    return `Grant this user the right Create on the topics, or ${byHand}`;
  }
  if (types.includes('POLICY_VIOLATION') || types.includes('INVALID_CONFIG')) {
    return `Run \`sso-link topics --minimal\` if topic settings are refused (chart: migrations.topicsMinimal=true), or ${byHand}`;
  }
  return `${byHand[0]?.toUpperCase()}${byHand.slice(1)}`;
}

function refuseWrongPartitions(topics: TopicState[]): void {
  const wrong = topics.filter((t) => t.partitions !== PARTITIONS);
  if (wrong.length === 0) return;
  const found = wrong.map((t) => `${t.topic} has ${t.partitions}`).join(', ');
  throw new SsoLinkError(
    'topic_partitions',
    `a topic has ${PARTITIONS} partitions here, one per lane, but ${found}: delete it (its records are lost) and run \`sso-link topics\`, or set KAFKA_TOPIC_PREFIX`,
  );
}
