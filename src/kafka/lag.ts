import type { Logger } from '../observability/log.ts';
import { withAdmin } from './admin.ts';
import type { BrokerConfig } from './client.ts';

/**
 * Records of each partition that the group has not committed.
 * @param groupId and `topic` without the prefix
 * @throws SsoLinkError `kafka_unavailable`
 */
export async function consumerLag(
  config: BrokerConfig,
  log: Logger,
  groupId: string,
  topic: string,
): Promise<Map<number, number>> {
  const [group, name] = [config.KAFKA_TOPIC_PREFIX + groupId, config.KAFKA_TOPIC_PREFIX + topic];
  return withAdmin(config, log, async (admin) => {
    const [ends, [committed]] = await Promise.all([
      admin.fetchTopicOffsets(name),
      admin.fetchOffsets({ groupId: group, topics: [name] }),
    ]);
    const offsets = new Map(committed?.partitions.map((p) => [p.partition, Number(p.offset)]));
    return new Map(
      ends.map(({ partition, high, low }) => {
        const at = offsets.get(partition) ?? -1; // −1: nothing was committed yet.
        return [partition, Number(high) - (at < 0 ? Number(low) : at)];
      }),
    );
  });
}
