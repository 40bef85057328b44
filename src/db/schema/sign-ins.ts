/** SSO identities, their logins and their sessions. */
import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  check,
  index,
  jsonb,
  pgTable,
  primaryKey,
  text,
  unique,
  uuid,
} from 'drizzle-orm/pg-core';
import { users } from './accounts.ts';
import { at, bytea, now } from './columns.ts';
import { companies, ssoClients } from './companies.ts';

export const ssoIdentities = pgTable(
  'sso_identities',
  {
    id: uuid().primaryKey(),
    companyId: uuid('company_id')
      .notNull()
      .references(() => companies.id),
    issuer: text().notNull(),
    subject: text().notNull(),
    userId: text('user_id').references(() => users.id),
    linkedAt: at('linked_at'),
    /** Set while a removed link awaits an approval (policy row 5). */
    linkRemovedAt: at('link_removed_at'),
    /** As of the last login. It distinguishes people only if it was verified. */
    email: text(),
    emailVerified: boolean('email_verified').notNull().default(true),
    name: text(),
    firstLoginAt: now('first_login_at'),
    lastLoginAt: now('last_login_at'),
    /**
     * What the topic `sso.identities` says of it, with the number and the time of that: null before its first decision, and
     * of one that is erased. Written with each change (src/states/identity-states.ts, src/linking/chunk-states.ts).
     */
    publishedState: text('state', { enum: ['linked', 'unlinked', 'refused', 'pending'] }),
    stateSequence: bigint('state_sequence', { mode: 'bigint' }),
    stateAt: at('state_at'),
    /** Derived from the directory users that are bound to it (src/directory/derive-states.ts), by nothing else. */
    directoryState: text('directory_state', { enum: ['active', 'inactive'] }),
    directoryStateAt: at('directory_state_at'),
  },
  (i) => [
    index('sso_identities_directory_state')
      .on(i.companyId, i.directoryState, i.directoryStateAt)
      .where(sql`directory_state IS NOT NULL`),
    check('sso_identities_state', sql`${i.publishedState} IN ('linked', 'unlinked', 'refused', 'pending')`),
    check('sso_identities_directory_state', sql`${i.directoryState} IN ('active', 'inactive')`),
    unique('sso_identities_subject').on(i.companyId, i.issuer, i.subject),
    unique('sso_identities_company_user').on(i.companyId, i.userId),
    index('sso_identities_company_email').on(i.companyId, i.email),
    index('sso_identities_user').on(i.userId),
  ],
);

/** A login's id is its event's id. The state's hash is unique: an attempt is consumed once. */
export const logins = pgTable(
  'logins',
  {
    id: uuid().primaryKey(),
    stateHash: bytea('state_hash').notNull().unique(),
    ssoIdentityId: uuid('sso_identity_id')
      .notNull()
      .references(() => ssoIdentities.id),
    companyId: uuid('company_id')
      .notNull()
      .references(() => companies.id),
    ssoClientId: uuid('sso_client_id')
      .notNull()
      .references(() => ssoClients.id),
    /** SHA-256 of the event's payload: a record of other bytes isn't this login's. Null of old logins. */
    eventHash: bytea('event_hash'),
    authenticatedAt: now('authenticated_at'),
  },
  (l) => [
    index('logins_identity').on(l.ssoIdentityId),
    index('logins_authenticated_at').on(l.authenticatedAt),
  ],
);

export const sessions = pgTable(
  'sessions',
  {
    id: uuid().primaryKey(),
    /** SHA-256 of the cookie's 256 random bits. */
    tokenHash: bytea('token_hash').notNull().unique(),
    loginId: uuid('login_id')
      .notNull()
      .unique()
      .references(() => logins.id, { onDelete: 'cascade' }),
    ssoIdentityId: uuid('sso_identity_id')
      .notNull()
      .references(() => ssoIdentities.id),
    returnTo: text('return_to').notNull(),
    /** Browser and system of the sign-in, from fixed lists (src/sessions/device-label.ts). Null of those before. */
    device: text(),
    /** SHA-256 of the ID token's `sid`, where the issuer sends logout tokens: they may name a session by it alone. */
    sidHash: bytea('sid_hash'),
    /** Sealed; associated data `sessions:<id>:refresh_token` and `sessions:<id>:id_token`. */
    refreshToken: text('refresh_token'),
    idToken: text('id_token'),
    createdAt: now('created_at'),
    lastUsedAt: now('last_used_at'),
    expiresAt: at('expires_at').notNull(),
    revalidatedAt: now('revalidated_at'),
    /** Who refreshes at JumpCloud holds the session until then; after no answer, nobody tries before then. */
    revalidationHeldUntil: at('revalidation_held_until'),
    revalidationFailingSince: at('revalidation_failing_since'),
    /** The class of the refusal that ended it. It stays ended whatever changes later. */
    endedAs: text('ended_as'),
  },
  (s) => [
    index('sessions_identity').on(s.ssoIdentityId),
    index('sessions_expires_at').on(s.expiresAt),
    index('sessions_sid').on(s.sidHash).where(sql`sid_hash IS NOT NULL`),
  ],
);

/** Logout tokens that were used: none is used twice. Rows that are older than an hour are deleted as others come. */
export const logoutTokens = pgTable(
  'logout_tokens',
  {
    ssoClientId: uuid('sso_client_id')
      .notNull()
      .references(() => ssoClients.id),
    /** SHA-256 of `jti`. */
    jtiHash: bytea('jti_hash').notNull(),
    usedAt: now('used_at'),
  },
  (l) => [primaryKey({ columns: [l.ssoClientId, l.jtiHash] }), index('logout_tokens_used_at').on(l.usedAt)],
);

export const signingKeys = pgTable('signing_keys', {
  kid: text().primaryKey(),
  /** Sealed JWK; associated data `signing_keys:<kid>`. */
  privateKey: text('private_key').notNull(),
  publicKey: jsonb('public_key').notNull().$type<Record<string, unknown>>(),
  createdAt: now('created_at'),
  retiredAt: at('retired_at'),
});
