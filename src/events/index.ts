/**
 * `sso-link/events`: for services that consume login and link events. It imports no configuration, no database and no
 * client of Kafka; docs/events.md says how to use it.
 */
export { SsoLinkError } from '../errors.ts';
export type { CompanySsoChanged } from './company-sso-changed.ts';
export {
  createEventConsumer,
  type EventConsumer,
  type Handled,
  type Handlers,
  type SeenStore,
} from './consumer.ts';
export { type DigestedState, digestIdentities, type IdentitiesDigest } from './digest.ts';
export { DEPROVISIONED_CAUSES, type DeprovisionedCause } from './directory-causes.ts';
export type { IdentityState } from './identity-state.ts';
export type { UserLateMatch } from './late-match.ts';
export {
  LINK_REMOVED_CAUSES,
  LINKED_CAUSES,
  type LinkedCause,
  type LinkRemovedCause,
} from './link-causes.ts';
export type { LinkRemoved } from './link-removed.ts';
export { type LinkResult, OUTCOMES, type Outcome, REASONS, type Reason } from './link-result.ts';
export { memoryStore } from './memory-store.ts';
export { type EventOf, type KafkaRecord, parseEvent, type SsoLinkEvent } from './parse.ts';
export type { SessionsRevoked } from './sessions-revoked.ts';
export type { SsoAuthenticated } from './sso-authenticated.ts';
export {
  IDENTITY_STATES,
  type IdentityStateName,
  SSO_STATES,
  type SsoStateName,
} from './state-names.ts';
export { DEAD_LETTER_TOPIC, STATE_TOPICS, TOPICS } from './topics.ts';
export type { UserDeprovisioned } from './user-deprovisioned.ts';
export type { UserErased } from './user-erased.ts';
export type { UserLinked } from './user-linked.ts';
export type { UserReprovisioned } from './user-reprovisioned.ts';
