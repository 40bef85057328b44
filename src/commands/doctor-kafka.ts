import { SsoLinkError } from '../errors.ts';
import type { BrokerConfig } from '../kafka/client.ts';
import { LANES } from '../outbox/lanes.ts';
import { silentLog } from './silent-log.ts';

/** Asks the brokers once: two checks look at the answer. */
export async function lookAtKafka(config: BrokerConfig) {
  const { describeTopics } = await import('../kafka/topics.ts');
  const state = await describeTopics(config, silentLog());
  return {
    brokers: `${state.brokers} ${state.brokers === 1 ? 'broker answers' : 'brokers answer'}`,
    /** @throws SsoLinkError naming the topics that aren't as they must be */
    checkTopics(): string {
      const missing = state.topics.filter((t) => t.partitions === 0).map((t) => t.topic);
      if (missing.length > 0) {
        throw new SsoLinkError('topic_missing', `no topic ${missing.join(', ')}: run \`sso-link topics\``);
      }
      const wrong = state.topics.filter((t) => t.partitions !== LANES);
      if (wrong.length > 0) {
        const found = wrong.map((t) => `${t.topic} has ${t.partitions}`).join(', ');
        throw new SsoLinkError(
          'topic_partitions',
          `a topic has ${LANES} partitions here, but ${found}: delete and create it again (its records are lost), or set KAFKA_TOPIC_PREFIX`,
        );
      }
      const replicas = Math.min(...state.topics.map((t) => t.replicas));
      return `${state.topics.length} topics of ${LANES} partitions, ${replicas} replicas at least`;
    },
  };
}
