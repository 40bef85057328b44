import { setTimeout as delay } from 'node:timers/promises';
import { Kafka, logLevel } from 'kafkajs';
import type { IncomingRecord } from '../../src/kafka/records.ts';
import { startKafka } from '../kafka.ts';
import { command, type Env, rolesAsProcesses, rolesHere } from '../roles.ts';
import { createStream } from '../stream.ts';

export interface StreamedEvent {
  topic: string;
  key: string | null;
  headers: Record<string, string>;
  data: unknown;
}

/** A stream with the three roles on it. */
export interface DemoStream {
  /** The topics' records, once there are so many. */
  events(topics: string[], expected: number): Promise<StreamedEvent[]>;
  stop(): Promise<void>;
}

const DEADLINE_MS = 30_000;

/** The in-process stream, and the roles in this process. */
export async function localStream(env: Env): Promise<DemoStream> {
  const stream = createStream();
  const roles = await rolesHere(env, stream);
  return {
    stop: roles.stop,
    async events(topics, expected) {
      const all = () => topics.flatMap((topic) => stream.records(topic));
      for (const end = Date.now() + DEADLINE_MS; all().length < expected && Date.now() < end; )
        await delay(20);
      return all().map(read);
    },
  };
}

/** A real Apache Kafka, and the roles as three processes; the topics are read by a consumer of the demo's own. */
export async function brokerStream(env: Env): Promise<DemoStream> {
  const kafka = await startKafka();
  const withKafka = {
    ...env,
    KAFKA_BROKERS: kafka.brokers.join(','),
    KAFKA_TOPIC_PREFIX: `demo-${process.pid}.`,
  };
  try {
    await command(['topics'], withKafka);
    const roles = await rolesAsProcesses(withKafka);
    return {
      async stop() {
        await roles.stop();
        await kafka.stop();
      },
      events: (topics, expected) => readTopics(kafka.brokers, withKafka.KAFKA_TOPIC_PREFIX, topics, expected),
    };
  } catch (error) {
    await kafka.stop();
    throw error;
  }
}

async function readTopics(
  brokers: string[],
  prefix: string,
  topics: string[],
  expected: number,
): Promise<StreamedEvent[]> {
  const consumer = new Kafka({ clientId: 'demo', brokers, logLevel: logLevel.NOTHING }).consumer({
    groupId: `${prefix}demo-reader`,
  });
  const seen: StreamedEvent[] = [];
  await consumer.connect();
  await consumer.subscribe({ topics: topics.map((topic) => prefix + topic), fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ topic, message }) => {
      const headers = Object.entries(message.headers ?? {}).map(([name, value]) => [name, String(value)]);
      seen.push(
        read({
          topic: topic.slice(prefix.length),
          key: message.key,
          value: message.value,
          headers: Object.fromEntries(headers),
        }),
      );
    },
  });
  for (const end = Date.now() + DEADLINE_MS; seen.length < expected && Date.now() < end; ) await delay(50);
  await consumer.disconnect();
  return seen;
}

function read(record: Pick<IncomingRecord, 'topic' | 'key' | 'value' | 'headers'>): StreamedEvent {
  return {
    topic: record.topic,
    key: record.key?.toString() ?? null,
    headers: record.headers,
    data: JSON.parse(record.value?.toString() ?? 'null'),
  };
}
