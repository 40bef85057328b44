import type { Logger } from '../observability/log.ts';
import { type BrokerConfig, createClient } from './client.ts';
import { createConsumer } from './consumer.ts';
import type { Stream } from './records.ts';
import { createSender, SENDER_REQUEST_TIMEOUT_MS } from './sender.ts';

/** The stream on real brokers, by kafkajs. */
export function createKafkaStream(config: BrokerConfig, log: Logger): Stream {
  const prefix = config.KAFKA_TOPIC_PREFIX;
  const requestTimeout = SENDER_REQUEST_TIMEOUT_MS;
  return {
    sender: () => createSender(() => createClient(config, log, { retries: 3, requestTimeout }), prefix),
    consume: (options) => createConsumer(createClient(config, log, { retries: 5 }), prefix, options, log),
  };
}
