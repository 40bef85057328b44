/** Every event, and the compiled schemas that read them. The client package replaces this module when it is built. */
import type { Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { companySsoChanged } from './company-sso-changed.ts';
import { EventHeaders } from './headers.ts';
import { identityState } from './identity-state.ts';
import type { Reader } from './invalid.ts';
import { userLateMatch } from './late-match.ts';
import { linkRemoved } from './link-removed.ts';
import { linkResult } from './link-result.ts';
import type { Open } from './open.ts';
import { sessionsRevoked } from './sessions-revoked.ts';
import { ssoAuthenticated } from './sso-authenticated.ts';
import { userDeprovisioned } from './user-deprovisioned.ts';
import { userErased } from './user-erased.ts';
import { userLinked } from './user-linked.ts';
import { userReprovisioned } from './user-reprovisioned.ts';

/** Every event that this service publishes. */
export const EVENTS = [
  ...[ssoAuthenticated, linkResult, linkRemoved, userLinked, userErased],
  ...[userDeprovisioned, userReprovisioned, sessionsRevoked, userLateMatch],
  ...[identityState, companySsoChanged],
] as const;

/** The data of each event, as a reader gets it. */
export type EventData = {
  [Type in (typeof EVENTS)[number] as Type['type']]: Type['isDeletable'] extends true
    ? Open<Static<Type['schema']>> | null
    : Open<Static<Type['schema']>>;
};

/** Events whose records may have no value. */
export const DELETABLE: ReadonlySet<string> = new Set(
  EVENTS.flatMap(({ type, isDeletable }) => (isDeletable ? [type] : [])),
);

/** Reads the headers of every event. */
export const HEADERS: Reader = Compile(EventHeaders);

/** Reads the data of each event, by its type. */
export const READERS: ReadonlyMap<string, Reader> = new Map(EVENTS.map(({ type, reader }) => [type, reader]));
