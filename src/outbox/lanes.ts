import { PARTITIONS } from '../events/partitions.ts';

/**
 * A lane is a Kafka partition. The relay sends a lane's rows with `partition: lane`, so what a lane holds
 * for a topic goes out as one send, in order.
 */
export const LANES = PARTITIONS;

/** The lane of a key: what Kafka's default partitioner would choose. A record without a key takes lane 0. */
export function laneOf(key: Buffer | null): number {
  return key === null ? 0 : (murmur2(key) & 0x7fffffff) % LANES;
}

const M = 0x5bd1e995;
const SEED = 0x9747b28c;

/** Kafka's murmur2 (org.apache.kafka.common.utils.Utils), in 32-bit arithmetic. */
export function murmur2(data: Buffer): number {
  const { length } = data;
  let hash = SEED ^ length;
  const whole = length & ~3;
  for (let i = 0; i < whole; i += 4) {
    let k = Math.imul(data.readInt32LE(i), M);
    k ^= k >>> 24;
    hash = Math.imul(hash, M) ^ Math.imul(k, M);
  }
  for (let i = length - 1; i >= whole; i -= 1) {
    hash ^= data.readUInt8(i) << (8 * (i - whole));
    if (i === whole) hash = Math.imul(hash, M);
  }
  hash ^= hash >>> 13;
  hash = Math.imul(hash, M);
  return hash ^ (hash >>> 15);
}
