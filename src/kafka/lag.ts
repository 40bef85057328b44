import type { Logger } from '../observability/log.ts';
import { withAdmin } from './admin.ts';
import type { BrokerConfig } from './client.ts';

/**
 * Records of the topic that the group hasn't committed, by partition. A group that never committed has all that
 * is kept before it, as it begins there.
 * @param groupId without the prefix, as is `topic`
 * @throws SsoLinkError `kafka_unavailable`
 */
export async function consumerLag(
  config: BrokerConfig,
  log: Logger,
  groupId: string,
  topic: string,
): Promise<Map<number, number>> {
  const prefix = config.KAFKA_TOPIC_PREFIX;
  return withAdmin(config, log, async (admin) => {
    const ends = await admin.fetchTopicOffsets(prefix + topic);
    const [group] = await admin.fetchOffsets({ groupId: prefix + groupId, topics: [prefix + topic] });
    const committed = new Map(group?.partitions.map((p) => [p.partition, Number(p.offset)]));
    return new Map(
      ends.map(({ partition, high, low }) => [
        partition,
        Number(high) - Math.max(committed.get(partition) ?? 0, Number(low)),
      ]),
    );
  });
}
