import type { Logger } from '../observability/log.ts';
import { type BrokerConfig, createClient } from './client.ts';
import { createConsumer } from './consumer.ts';
import type { Stream } from './records.ts';
import { createSender, SENDER_REQUEST_TIMEOUT_MS } from './sender.ts';

/**
 * Longer than the consumer's session timeout: a SyncGroup waits for a leader that has died until its session ends.
 * Few retries: a broker that no longer answers is given up after two requests, and the consumer starts again.
 */
const CONSUMER = { retries: 1, requestTimeout: 12_000 };

/** The stream on real brokers, by kafkajs. */
export function createKafkaStream(config: BrokerConfig, log: Logger): Stream {
  const prefix = config.KAFKA_TOPIC_PREFIX;
  const requestTimeout = SENDER_REQUEST_TIMEOUT_MS;
  return {
    sender: () => createSender(() => createClient(config, log, { retries: 3, requestTimeout }), prefix),
    consume: (options) => createConsumer(createClient(config, log, CONSUMER), prefix, options, log),
  };
}
