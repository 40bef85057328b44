/**
 * The stream in this process, for the demo and for quick tests: topics of 24 partitions, consumer groups with
 * offsets, redelivery after a failure, and an outage on request. It proves nothing about Kafka.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { SsoLinkError } from '../src/errors.ts';
import type {
  ConsumeOptions,
  IncomingRecord,
  OutgoingRecord,
  RecordConsumer,
  Stream,
} from '../src/kafka/records.ts';
import { headerTexts } from '../src/kafka/to-record.ts';
import { LANES } from '../src/outbox/lanes.ts';

export interface LocalStream extends Stream {
  /** All records of a topic, partition by partition, each in offset order. */
  records(topic: string): IncomingRecord[];
  /** Sends fail as if the brokers were away, and nothing is delivered, until `resume`. */
  pause(): void;
  resume(): void;
  /** Records of the topic that the group has not committed. */
  lag(groupId: string, topic: string): number;
}

interface Group {
  members: Set<symbol>;
  /** The next offset of each partition. */
  offsets: number[];
  /** Partitions whose chunk is with a member. */
  busy: Set<number>;
}

const RETRY_MS = 50;
const IDLE_MS = 5;

export function createStream(): LocalStream {
  const topics = new Map<string, IncomingRecord[][]>();
  const groups = new Map<string, Group>();
  let paused = false;

  const partitionsOf = (topic: string) =>
    getOrMake(topics, topic, () => Array.from({ length: LANES }, (): IncomingRecord[] => []));
  const groupOf = (groupId: string, topic: string) =>
    getOrMake(groups, `${groupId} ${topic}`, () => ({
      members: new Set<symbol>(),
      offsets: Array<number>(LANES).fill(0),
      busy: new Set<number>(),
    }));

  function append(topic: string, partition: number, records: OutgoingRecord[]) {
    if (paused) throw new SsoLinkError('kafka_unavailable', 'the stream is paused');
    const log = partitionsOf(topic)[partition];
    if (log === undefined) throw new SsoLinkError('record_unsendable', `no partition ${partition}`);
    for (const record of records) {
      log.push({
        ...record,
        ...{ topic, partition, offset: BigInt(log.length), timestamp: Date.now() },
        headers: headerTexts(record.headers),
        rawHeaders: record.headers,
      });
    }
  }

  return {
    records: (topic) => partitionsOf(topic).flat(),
    pause: () => {
      paused = true;
    },
    resume: () => {
      paused = false;
    },
    lag(groupId, topic) {
      const { offsets } = groupOf(groupId, topic);
      return partitionsOf(topic).reduce((sum, log, i) => sum + log.length - (offsets[i] ?? 0), 0);
    },
    async sender() {
      return {
        send: async (topic, partition, records) => append(topic, partition, records),
        close: async () => {},
      };
    },
    async consume(options) {
      return startMember(
        options,
        groupOf(options.groupId, options.topic),
        partitionsOf(options.topic),
        () => paused,
      );
    },
  };
}

function startMember(
  { onChunk, maxChunk = 500 }: ConsumeOptions,
  group: Group,
  partitions: IncomingRecord[][],
  paused: () => boolean,
): RecordConsumer {
  const me = Symbol('member');
  let running = true;
  group.members.add(me);

  const mine = (partition: number) => {
    const members = [...group.members];
    return members[partition % members.length] === me;
  };

  async function takeChunk(partition: number): Promise<boolean> {
    const from = group.offsets[partition] ?? 0;
    const chunk = partitions[partition]?.slice(from, from + maxChunk) ?? [];
    if (chunk.length === 0 || paused() || !mine(partition) || group.busy.has(partition)) return false;
    group.busy.add(partition);
    try {
      await onChunk(chunk);
      group.offsets[partition] = from + chunk.length;
    } catch {
      await delay(RETRY_MS);
    } finally {
      group.busy.delete(partition);
    }
    return true;
  }

  const loop = (async () => {
    while (running) {
      let took = false;
      for (let partition = 0; partition < LANES && running; partition += 1) {
        took = (await takeChunk(partition)) || took;
      }
      if (!took) await delay(IDLE_MS);
    }
  })();

  return {
    isRunning: () => running,
    failed: new Promise<never>(() => {}),
    async stop() {
      running = false;
      group.members.delete(me);
      await loop;
    },
  };
}

function getOrMake<V>(map: Map<string, V>, key: string, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
