import type { Logger } from '../observability/log.ts';
import { withAdmin } from './admin.ts';
import type { BrokerConfig } from './client.ts';

export interface Position {
  /** The offset that the group reads next. */
  committed: number;
  /** The offset that the next record gets. */
  high: number;
}

/**
 * Where a group stands in each partition.
 * @param groupId and `topic` without the prefix
 * @throws SsoLinkError `kafka_unavailable`
 */
export async function groupPositions(
  config: BrokerConfig,
  log: Logger,
  groupId: string,
  topic: string,
): Promise<Map<number, Position>> {
  const [group, name] = [config.KAFKA_TOPIC_PREFIX + groupId, config.KAFKA_TOPIC_PREFIX + topic];
  return withAdmin(config, log, async (admin) => {
    // In turn: a call that outlives its admin's disconnect opens a connection that nobody closes.
    const ends = await admin.fetchTopicOffsets(name);
    const [committed] = await admin.fetchOffsets({ groupId: group, topics: [name] });
    const offsets = new Map(committed?.partitions.map((p) => [p.partition, Number(p.offset)]));
    return new Map(
      ends.map(({ partition, high, low }) => {
        // −1 where nothing was committed; below the oldest where the retention took records.
        const at = Math.max(offsets.get(partition) ?? -1, Number(low));
        return [partition, { committed: at, high: Number(high) }];
      }),
    );
  });
}

/** Records of each partition that the group has not committed. @throws SsoLinkError `kafka_unavailable` */
export async function consumerLag(...of: Parameters<typeof groupPositions>): Promise<Map<number, number>> {
  const positions = await groupPositions(...of);
  return new Map([...positions].map(([partition, { committed, high }]) => [partition, high - committed]));
}

const MEASURE_EVERY_MS = 10_000;

/**
 * Measures a group's positions again and again.
 * @param isStarted nothing is measured before
 * @param onPositions given the positions by partition; none while the brokers are unreachable
 * @returns what ends it
 */
export function measureLag(
  config: BrokerConfig,
  log: Logger,
  of: { groupId: string; topic: string },
  isStarted: () => boolean,
  onPositions: (positions: [number, Position][]) => void,
): () => Promise<void> {
  let measuring = false;
  const timer = setInterval(async () => {
    if (!isStarted() || measuring) return;
    measuring = true;
    onPositions([...(await groupPositions(config, log, of.groupId, of.topic).catch(() => []))]);
    measuring = false;
  }, MEASURE_EVERY_MS);
  return async () => clearInterval(timer);
}
