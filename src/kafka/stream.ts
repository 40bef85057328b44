import type { Logger } from '../observability/log.ts';
import { type BrokerConfig, createClient } from './client.ts';
import { createConsumer } from './consumer.ts';
import type { Stream } from './records.ts';
import { createSender } from './sender.ts';

/** The stream on real brokers, by kafkajs. */
export function createKafkaStream(config: BrokerConfig, log: Logger): Stream {
  const prefix = config.KAFKA_TOPIC_PREFIX;
  return {
    // The relay tries a round again itself: a send that takes long holds a lane.
    sender: () => createSender(createClient(config, log, { retries: 3 }), prefix),
    consume: (options) => createConsumer(createClient(config, log, { retries: 10 }), prefix, options, log),
  };
}
