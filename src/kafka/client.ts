import './codecs.ts';
import { Kafka, type KafkaConfig, logLevel, type SASLOptions } from 'kafkajs';
import type { Config } from '../config.ts';
import { SsoLinkError } from '../errors.ts';
import type { Logger } from '../observability/log.ts';
import { kafkajsLog } from './kafkajs-log.ts';
import { socketFactory } from './kafkajs-patches.ts';

/** What a client of the brokers reads. */
export const KAFKA_CONFIG = [
  'KAFKA_BROKERS',
  'KAFKA_SSL',
  'KAFKA_SASL_MECHANISM',
  'KAFKA_SASL_USERNAME',
  'KAFKA_SASL_PASSWORD',
  'KAFKA_TOPIC_PREFIX',
] as const;

export type BrokerConfig = Config<(typeof KAFKA_CONFIG)[number]>;

/** 1 s, kafkajs's own, is too short for TLS. */
const CONNECTION_TIMEOUT_MS = 10_000;

/**
 * @param options.retries of a request; a role's loops try again themselves
 * @param options.requestTimeout milliseconds, 10 000 unless told
 * @throws SsoLinkError `config_invalid`
 */
export function createClient(
  config: BrokerConfig,
  log: Logger,
  options: { retries: number; requestTimeout?: number },
): Kafka {
  const settings: KafkaConfig = {
    clientId: 'sso-link',
    brokers: bootstrap(config.KAFKA_BROKERS),
    ssl: config.KAFKA_SSL,
    socketFactory,
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
  if (brokers.some((broker) => broker.startsWith('['))) {
    throw new SsoLinkError(
      'config_invalid',
      'KAFKA_BROKERS holds an IPv6 address, which kafkajs cannot read: write a host name',
    );
  }
  const start = Math.floor(Math.random() * brokers.length);
  return [...brokers.slice(start), ...brokers.slice(0, start)];
}

function saslOf(config: BrokerConfig): SASLOptions | undefined {
  const { KAFKA_SASL_MECHANISM: mechanism } = config;
  if (mechanism === '') return undefined;
  const [username, password] = [config.KAFKA_SASL_USERNAME, config.KAFKA_SASL_PASSWORD];
  if (username === '' || password === '') {
    throw new SsoLinkError(
      'config_invalid',
      'KAFKA_SASL_MECHANISM is set: KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD must be, too',
    );
  }
  return { mechanism, username, password } as SASLOptions;
}

/** What kafkajs throws, as our error: retriable or not is all that a loop needs to know. */
export function unavailable(error: unknown): SsoLinkError {
  if (error instanceof SsoLinkError) return error;
  const { type, message } = error as { type?: string; message?: string };
  return new SsoLinkError('kafka_unavailable', `Kafka: ${[type, message].filter(Boolean).join(': ')}`);
}
