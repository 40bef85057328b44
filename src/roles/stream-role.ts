import type { Config, VariableName } from '../config.ts';
import { DATABASE_CONFIG } from '../db/source.ts';
import { KAFKA_CONFIG } from '../kafka/client.ts';
import type { Stream } from '../kafka/records.ts';
import type { Logger } from '../observability/log.ts';
import { TRACING_CONFIG, type Tracing } from '../observability/trace.ts';

/** The variables of a role that uses Kafka. The server imports nothing of this file: it never loads kafkajs. */
export const STREAM_ROLE_CONFIG = [
  ...DATABASE_CONFIG,
  'DATABASE_POOL',
  ...KAFKA_CONFIG,
  'HOST',
  'PORT',
  'METRICS_PORT',
  'LOG_LEVEL',
  ...TRACING_CONFIG,
] as const;

/** What a role that uses Kafka is started with. */
export interface StreamRoleOptions<Names extends VariableName> {
  config: Config<Names>;
  log: Logger;
  /** Replaces Kafka, for the demo and tests. */
  stream?: Stream;
  /** Replaces the configured tracing, for the demo and tests. */
  tracing?: Tracing;
}
