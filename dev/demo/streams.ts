import { setTimeout as delay } from 'node:timers/promises';
import { startKafka } from '../kafka.ts';
import { command, type Env, type Role, rolesAsProcesses, startRolesInProcess } from '../roles.ts';
import { createStream } from '../stream.ts';
import { readTopic } from '../topics.ts';

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
  /** Where each role tells its metrics; none where the roles are this process. */
  metrics?: Record<Role, string>;
  stop(): Promise<void>;
}

const DEADLINE_MS = 30_000;

/** The in-process stream, and the roles in this process. */
export async function localStream(env: Env): Promise<DemoStream> {
  const stream = createStream();
  const roles = await startRolesInProcess(env, stream);
  return {
    stop: roles.stop,
    async events(topics, expected) {
      const all = () => topics.flatMap((topic) => stream.records(topic));
      for (const end = Date.now() + DEADLINE_MS; all().length < expected && Date.now() < end; )
        await delay(20);
      return all().map((record) => shown(record.topic, record));
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
      metrics: roles.metrics,
      async stop() {
        await roles.stop();
        await kafka.stop();
      },
      async events(topics, expected) {
        for (const end = Date.now() + DEADLINE_MS; ; await delay(100)) {
          const read = topics.map(async (topic) =>
            (await readTopic(kafka.brokers, withKafka.KAFKA_TOPIC_PREFIX + topic)).map((r) =>
              shown(topic, r),
            ),
          );
          const events = (await Promise.all(read)).flat();
          if (events.length >= expected || Date.now() > end) return events;
        }
      },
    };
  } catch (error) {
    await kafka.stop();
    throw error;
  }
}

function shown(
  topic: string,
  {
    key,
    headers,
    value,
  }: { key: Buffer | string | null; headers: Record<string, string>; value: Buffer | null },
): StreamedEvent {
  return { topic, key: key?.toString() ?? null, headers, data: JSON.parse(value?.toString() ?? 'null') };
}
