import { companySsoChanged } from './company-sso-changed.ts';
import { identityState } from './identity-state.ts';
import { linkResult } from './link-result.ts';
import { ssoAuthenticated } from './sso-authenticated.ts';

/** Where the worker puts records that it cannot understand: the bytes as they came, headers say why. */
export const DEAD_LETTER_TOPIC = `${ssoAuthenticated.topic}.dlq`;

/** The consumer group of every worker, without `KAFKA_TOPIC_PREFIX`. */
export const LINKING_GROUP = 'sso-link-linking';

/** Topics that keep the last record of each key: compacted. */
export const STATE_TOPICS = [identityState.topic, companySsoChanged.topic] as const;

/** Changes of the product's users and social accounts: the product writes it, the worker mirrors it. */
export const ACCOUNT_CHANGED_TOPIC = 'user.account_changed';

/** The consumer group of every worker's mirror, without `KAFKA_TOPIC_PREFIX`. */
export const MIRROR_GROUP = 'sso-link-mirror';

/** The topics that relay and worker need, without `KAFKA_TOPIC_PREFIX`. The mirror asks for its own. */
export const LINKING_TOPICS = [
  ...[ssoAuthenticated.topic, linkResult.topic, DEAD_LETTER_TOPIC],
  ...STATE_TOPICS,
] as const;

/** Every topic of this service, without `KAFKA_TOPIC_PREFIX`. */
export const TOPICS = [...LINKING_TOPICS, ACCOUNT_CHANGED_TOPIC] as const;
