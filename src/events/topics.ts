import { linkResult } from './link-result.ts';
import { ssoAuthenticated } from './sso-authenticated.ts';

/** Where the worker puts records that it cannot understand: the bytes as they came, headers say why. */
export const DEAD_LETTER_TOPIC = `${ssoAuthenticated.topic}.dlq`;

/** The consumer group of every worker, without `KAFKA_TOPIC_PREFIX`. */
export const LINKING_GROUP = 'sso-link-linking';

/** Every topic of this service, without `KAFKA_TOPIC_PREFIX`. */
export const TOPICS = [ssoAuthenticated.topic, linkResult.topic, DEAD_LETTER_TOPIC] as const;
