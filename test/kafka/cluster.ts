import { randomBytes } from 'node:crypto';
import { Kafka, logLevel } from 'kafkajs';
import { type Logger, pino } from 'pino';
import type { Test } from 'tap';
import { kafkaAvailable, startKafka } from '../../dev/kafka.ts';
import { type Config, readConfig } from '../../src/config.ts';
import { createTopics, TOPICS_CONFIG } from '../../src/kafka/topics.ts';

const here = await kafkaAvailable();

/** For a test's options: false, or why there is no Kafka. */
export const skip = here.available ? false : here.reason;

export const silent: Logger = pino({ level: 'silent' });

export interface TestKafka {
  config: Config<(typeof TOPICS_CONFIG)[number]>;
  prefix: string;
  /** kafkajs as it comes, to look at what ours does. */
  bare: Kafka;
}

/** The run's Kafka (KAFKA_BROKERS) or one started for the test, and topics of the test's own. */
export async function testKafka(t: Test, options: { topics?: boolean } = {}): Promise<TestKafka> {
  const cluster = await startKafka();
  t.teardown(() => cluster.stop());
  return onBrokers(cluster.brokers, options);
}

export async function onBrokers(brokers: string[], options: { topics?: boolean } = {}): Promise<TestKafka> {
  const prefix = `test-${randomBytes(4).toString('hex')}.`;
  const config = readConfig(
    { KAFKA_BROKERS: brokers.join(','), KAFKA_TOPIC_PREFIX: prefix, KAFKA_TOPIC_RETENTION: '1h' },
    TOPICS_CONFIG,
  );
  if (options.topics ?? true) await createTopics(config, silent);
  return { config, prefix, bare: new Kafka({ brokers, logLevel: logLevel.NOTHING }) };
}
