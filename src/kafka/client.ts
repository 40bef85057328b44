import './codecs.ts';
import { Kafka, type KafkaConfig, logLevel } from 'kafkajs';
import type { Config } from '../config.ts';
import { SsoLinkError } from '../errors.ts';
import type { Logger } from '../observability/log.ts';
import { explain } from './explain.ts';
import { kafkajsLog } from './kafkajs-log.ts';
import { createSocketFactory, ipv6Alias } from './kafkajs-patches.ts';
import { KAFKA_SASL_CONFIG, saslOf } from './sasl.ts';
import { KAFKA_TLS_CONFIG, tlsOptions } from './tls.ts';

/** What a client of the brokers reads. */
export const KAFKA_CONFIG = [
  'KAFKA_BROKERS',
  ...KAFKA_TLS_CONFIG,
  ...KAFKA_SASL_CONFIG,
  'KAFKA_TOPIC_PREFIX',
] as const;

export type BrokerConfig = Config<(typeof KAFKA_CONFIG)[number]>;

/** 1 s, kafkajs's own, is too short for TLS. */
const CONNECTION_TIMEOUT_MS = 10_000;

/**
 * @param options.retries of a request; a role's loops try again themselves
 * @param options.requestTimeout milliseconds, 10 000 by default
 * @throws SsoLinkError `config_invalid`
 */
export function createClient(
  config: BrokerConfig,
  log: Logger,
  options: { retries: number; requestTimeout?: number },
): Kafka {
  // What cannot work is reported now, and not by each connection.
  tlsOptions(config, 'localhost');
  const settings: KafkaConfig = {
    clientId: 'sso-link',
    brokers: bootstrap(config.KAFKA_BROKERS),
    ssl: config.KAFKA_SSL,
    socketFactory: createSocketFactory((host) => tlsOptions(config, host)),
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    authenticationTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout: options.requestTimeout ?? 10_000,
    enforceRequestTimeout: true,
    retry: { retries: options.retries, initialRetryTime: 100, maxRetryTime: 1_000 },
    logLevel: logLevel.WARN,
    logCreator: () => kafkajsLog(log),
  };
  const sasl = saslOf(config);
  return new Kafka(sasl ? { ...settings, sasl } : settings);
}

/** kafkajs begins with the first each time: a client that replaces another must not wait for the same dead one. */
function bootstrap(brokers: string[]): string[] {
  const start = Math.floor(Math.random() * brokers.length);
  return [...brokers.slice(start), ...brokers.slice(0, start)].map(ipv6Alias);
}

/** What kafkajs throws, as our error with a sentence for an operator. Retriable or not is all that a loop needs to know. */
export function unavailable(error: unknown): SsoLinkError {
  return error instanceof SsoLinkError
    ? error
    : new SsoLinkError('kafka_unavailable', `Kafka: ${explain(error)}`);
}
