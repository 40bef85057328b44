/**
 * The database. Constraints carry the invariants: what must never happen is refused here, whichever
 * process tries. Words are those of docs/glossary.md. Timestamps are `timestamptz`; ids are UUIDv7 except
 * an SSO identity's (UUIDv8 of what it names) and a user's (the product's own).
 */
import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  check,
  customType,
  date,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
  timestamp,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import type { LinkEvidence, LinkMatch } from '../events/link-result.ts';

const bytea = customType<{ data: Buffer; driverData: Buffer }>({ dataType: () => 'bytea' });
/** A transaction's 64-bit id, as text. */
const xid8 = customType<{ data: string; driverData: string }>({ dataType: () => 'xid8' });
const at = (name: string) => timestamp(name, { withTimezone: true });
const now = (name: string) => at(name).notNull().defaultNow();

export const companies = pgTable(
  'companies',
  {
    id: uuid().primaryKey(),
    slug: text().notNull().unique(),
    name: text().notNull(),
    createsUsers: boolean('creates_users').notNull().default(true),
    /** Whether the worker merges late matches by itself, where they are unique. */
    mergeLateMatches: boolean('merge_late_matches').notNull().default(false),
    /** Its directory pushes who may still sign in (SCIM). While false, what it pushed has no effect. */
    directoryEnabled: boolean('directory_enabled').notNull().default(false),
    /** Sessions that began earlier are ended: one row for all people of the company. */
    sessionsNotBefore: at('sessions_not_before'),
    status: text({ enum: ['active', 'disabled'] })
      .notNull()
      .default('active'),
    createdAt: now('created_at'),
    updatedAt: now('updated_at'),
  },
  (c) => [
    check('companies_slug', sql`${c.slug} ~ '^[a-z0-9](-?[a-z0-9])*$' AND length(${c.slug}) <= 63`),
    check('companies_status', sql`${c.status} IN ('active', 'disabled')`),
  ],
);

/** Shown beside the product's logo. A table of its own: every sign-in reads the company's row. */
export const companyLogos = pgTable(
  'company_logos',
  {
    companyId: uuid('company_id')
      .primaryKey()
      .references(() => companies.id, { onDelete: 'cascade' }),
    type: text({ enum: ['image/png', 'image/svg+xml'] }).notNull(),
    content: bytea().notNull(),
    /** The first 16 hex digits of its SHA-256: its address changes with it. */
    hash: text().notNull(),
  },
  (l) => [index('company_logos_hash').on(l.hash)],
);

/** The domain is the key: a domain has one owner. */
export const companyDomains = pgTable(
  'company_domains',
  {
    domain: text().primaryKey(),
    companyId: uuid('company_id')
      .notNull()
      .references(() => companies.id),
    verifiedBy: text('verified_by').notNull(),
    verifiedAt: now('verified_at'),
  },
  (d) => [index('company_domains_company').on(d.companyId)],
);

const DOMAIN_ANSWERS = ['verified', 'no_record', 'other_value', 'no_such_domain', 'dns_unreachable'] as const;

/**
 * Proofs by DNS: the value that a company publishes as a TXT record. The value stays the same until it is verified or
 * requested again, so that a record that takes days to publish is still right.
 */
export const domainChallenges = pgTable(
  'domain_challenges',
  {
    companyId: uuid('company_id')
      .notNull()
      .references(() => companies.id),
    domain: text().notNull(),
    /** 43 characters, 256 random bits. Not a secret: it is published. */
    value: text().notNull(),
    createdAt: now('created_at'),
    checkedAt: at('checked_at'),
    lastAnswer: text('last_answer', { enum: DOMAIN_ANSWERS }),
    /** Of `other_value`: the value that DNS showed. */
    shown: text(),
    verifiedAt: at('verified_at'),
  },
  (c) => [
    primaryKey({ columns: [c.companyId, c.domain] }),
    check(
      'domain_challenges_last_answer',
      sql`${c.lastAnswer} IN ('verified', 'no_record', 'other_value', 'no_such_domain', 'dns_unreachable')`,
    ),
  ],
);

/** JumpCloud's customers share one issuer, so only (issuer, client_id) is unique, never the issuer. */
export const ssoClients = pgTable(
  'sso_clients',
  {
    id: uuid().primaryKey(),
    companyId: uuid('company_id')
      .notNull()
      .references(() => companies.id),
    region: text().notNull(),
    issuer: text().notNull(),
    clientId: text('client_id').notNull(),
    /**
     * As in the row of `sso_client_secrets` that is used. Servers of versions before that table read it here: a later
     * version drops it. Migration 0013's trigger carries what they write over to the table.
     */
    clientSecret: text('client_secret').notNull(),
    authMethod: text('auth_method', { enum: ['client_secret_post', 'client_secret_basic'] })
      .notNull()
      .default('client_secret_post'),
    status: text({ enum: ['draft', 'active', 'disabled'] })
      .notNull()
      .default('draft'),
    /** Raised by each change that an open attempt must not survive. */
    version: integer().notNull().default(1),
    /** RP-initiated logout at JumpCloud: off unless its redirect URI is registered there. */
    logoutAtProvider: boolean('logout_at_provider').notNull().default(false),
    /** `jc_org`, recorded at the first success; a change is warned about, never acted on. */
    organization: text(),
    createdAt: now('created_at'),
    updatedAt: now('updated_at'),
  },
  (c) => [
    unique('sso_clients_issuer_client_id').on(c.issuer, c.clientId),
    uniqueIndex('sso_clients_one_active').on(c.companyId).where(sql`status = 'active'`),
    uniqueIndex('sso_clients_one_draft').on(c.companyId).where(sql`status = 'draft'`),
    index('sso_clients_company').on(c.companyId),
    check('sso_clients_status', sql`${c.status} IN ('draft', 'active', 'disabled')`),
    check('sso_clients_auth_method', sql`${c.authMethod} IN ('client_secret_post', 'client_secret_basic')`),
  ],
);

/** The secrets of an SSO client, two live at most, so that one can be replaced while people sign in. */
export const ssoClientSecrets = pgTable(
  'sso_client_secrets',
  {
    id: uuid().primaryKey().defaultRandom(),
    ssoClientId: uuid('sso_client_id')
      .notNull()
      .references(() => ssoClients.id, { onDelete: 'cascade' }),
    /** Sealed; associated data `sso_clients:<SSO client id>`. Null of a retired one. */
    secret: text(),
    /** Null where a version before this table wrote it. */
    addedBy: text('added_by'),
    addedAt: now('added_at'),
    /** The day on which it stops working at JumpCloud, where the admin said so. */
    expiresOn: date('expires_on'),
    /** Since when JumpCloud accepts it without a refusal between. */
    workingSince: at('working_since'),
    /** Written at most every five minutes, as is the refusal. */
    lastWorkedAt: at('last_worked_at'),
    lastRefusedAt: at('last_refused_at'),
    retiredAt: at('retired_at'),
  },
  (s) => [
    index('sso_client_secrets_client').on(s.ssoClientId),
    check('sso_client_secrets_retired', sql`(${s.secret} IS NULL) = (${s.retiredAt} IS NOT NULL)`),
  ],
);

/**
 * Links by which a company's admin enables SSO without an account here. The link holds 256 random bits; its hash is
 * stored. A link ends when it expires, is revoked, or its purpose is fulfilled.
 */
export const setupLinks = pgTable(
  'setup_links',
  {
    id: uuid().primaryKey(),
    companyId: uuid('company_id')
      .notNull()
      .references(() => companies.id),
    purpose: text({ enum: ['setup', 'secret', 'replace'] }).notNull(),
    /** The company had SSO when the link was made: DNS has to show a value of this link before anything changes. */
    requiresProof: boolean('requires_proof').notNull(),
    tokenHash: bytea('token_hash').notNull().unique(),
    createdBy: text('created_by').notNull(),
    createdAt: now('created_at'),
    expiresAt: at('expires_at').notNull(),
    revokedAt: at('revoked_at'),
    fulfilledAt: at('fulfilled_at'),
  },
  (l) => [
    index('setup_links_company').on(l.companyId, l.id),
    check('setup_links_purpose', sql`${l.purpose} IN ('setup', 'secret', 'replace')`),
    check('setup_links_proof', sql`${l.requiresProof} OR ${l.purpose} <> 'replace'`),
  ],
);

/** Proofs by DNS that count for one setup link alone: beside the company's own record, never instead of it. */
export const setupProofs = pgTable(
  'setup_proofs',
  {
    linkId: uuid('link_id')
      .notNull()
      .references(() => setupLinks.id, { onDelete: 'cascade' }),
    domain: text().notNull(),
    /** 43 characters, 256 random bits. Not a secret: it is published. */
    value: text().notNull(),
    checkedAt: at('checked_at'),
    lastAnswer: text('last_answer', { enum: DOMAIN_ANSWERS }),
    /** Of `other_value`: the value that DNS showed. */
    shown: text(),
    verifiedAt: at('verified_at'),
  },
  (p) => [primaryKey({ columns: [p.linkId, p.domain] })],
);

/** Tests of SSO clients that came to an end, as they are shown to the admin. No personal data. */
export const ssoClientTests = pgTable(
  'sso_client_tests',
  {
    id: uuid().primaryKey(),
    ssoClientId: uuid('sso_client_id')
      .notNull()
      .references(() => ssoClients.id, { onDelete: 'cascade' }),
    version: integer().notNull(),
    testedAt: now('tested_at'),
    /** A verified email of a domain that is proven for the company. */
    passed: boolean().notNull(),
    /** The policy's row and its outcome. */
    rule: smallint().notNull(),
    outcome: text().notNull(),
    hasEmail: boolean('has_email').notNull(),
    emailVerified: boolean('email_verified').notNull(),
    domainProven: boolean('domain_proven').notNull(),
    refreshToken: boolean('refresh_token').notNull(),
  },
  (r) => [index('sso_client_tests_client').on(r.ssoClientId, r.version, r.testedAt)],
);

export const users = pgTable(
  'users',
  {
    id: text().primaryKey(),
    companyId: uuid('company_id').references(() => companies.id),
    /** Who set the company: an import may change or clear its own, never a link's. */
    companySetBy: text('company_set_by', { enum: ['import', 'link'] }),
    name: text(),
    status: text({ enum: ['active', 'suspended', 'deleted'] })
      .notNull()
      .default('active'),
    /** The email that this service created the user for (`user_created`): one user an email in a company. */
    ssoEmail: text('sso_email'),
    /** When the product changed each of these, as far as it said so: an older change does not overwrite it. */
    companyChangedAt: at('company_changed_at'),
    nameChangedAt: at('name_changed_at'),
    statusChangedAt: at('status_changed_at'),
    createdAt: now('created_at'),
    updatedAt: now('updated_at'),
  },
  (u) => [
    unique('users_company_sso_email').on(u.companyId, u.ssoEmail),
    check('users_status', sql`${u.status} IN ('active', 'suspended', 'deleted')`),
    check('users_company_set_by', sql`(${u.companyId} IS NULL) = (${u.companySetBy} IS NULL)`),
  ],
);

export const socialAccounts = pgTable(
  'social_accounts',
  {
    id: uuid().primaryKey(),
    userId: text('user_id')
      .notNull()
      .references(() => users.id),
    provider: text().notNull(),
    providerUserId: text('provider_user_id').notNull(),
    /** Normalized (src/email.ts), as are all emails here. Null where the provider gives none: no email finds it. */
    email: text(),
    emailVerified: boolean('email_verified').notNull(),
    /** When the product changed it, as far as it said so. */
    changedAt: at('changed_at'),
    createdAt: now('created_at'),
    updatedAt: now('updated_at'),
  },
  (s) => [
    unique('social_accounts_provider').on(s.provider, s.providerUserId),
    index('social_accounts_email').on(s.email),
    index('social_accounts_email_domain').on(sql`split_part(email, '@', 2)`),
    index('social_accounts_user').on(s.userId),
  ],
);

/**
 * Social accounts that are gone, so that an older change does not bring one back. Hashes alone: nothing of an erased
 * person stays. `prune` deletes old rows.
 */
export const removedAccounts = pgTable(
  'removed_accounts',
  {
    /** SHA-256 of the provider, a line feed and the provider's id of the account. */
    hash: bytea().primaryKey(),
    changedAt: at('changed_at').notNull(),
    recordedAt: now('recorded_at'),
  },
  (r) => [index('removed_accounts_recorded_at').on(r.recordedAt)],
);

/** How fresh the mirror is, by the input that the changes came by. */
export const mirrorInputs = pgTable('mirror_inputs', {
  input: text({ enum: ['file', 'topic', 'api'] }).primaryKey(),
  /** When the newest change was made, as far as it said so; else when it arrived. */
  lastChangeAt: at('last_change_at').notNull(),
  lastArrivalAt: at('last_arrival_at').notNull(),
});

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

/** Columns map onto Debezium's outbox router, so that change data capture stays open as a way up. */
const outboxColumns = {
  lane: smallint().notNull(),
  topic: text().notNull(),
  key: bytea(),
  headers: jsonb().notNull().$type<Record<string, string>>(),
  payload: bytea(),
  attempts: smallint().notNull().default(0),
  createdAt: now('created_at'),
};

export const outbox = pgTable(
  'outbox',
  {
    id: bigint({ mode: 'bigint' }).primaryKey().generatedAlwaysAsIdentity(),
    ...outboxColumns,
  },
  (o) => [index('outbox_lane').on(o.lane, o.id)],
);

/** One row a lane: who holds its lock relays the lane. */
export const outboxLanes = pgTable('outbox_lanes', { lane: smallint().primaryKey() });

/** Rows that Kafka would never take. */
export const outboxDead = pgTable('outbox_dead', {
  id: bigint({ mode: 'bigint' }).primaryKey(),
  ...outboxColumns,
  error: text().notNull(),
  diedAt: now('died_at'),
});

export const linkResults = pgTable(
  'link_results',
  {
    loginId: uuid('login_id')
      .primaryKey()
      .references(() => logins.id, { onDelete: 'cascade' }),
    /** The login's own, which refers to them: two checks and two row locks less for each result. */
    ssoIdentityId: uuid('sso_identity_id').notNull(),
    companyId: uuid('company_id').notNull(),
    outcome: text().notNull(),
    reason: text(),
    userId: text('user_id').references(() => users.id),
    matched: jsonb().notNull().$type<LinkMatch[]>(),
    policyVersion: integer('policy_version').notNull(),
    evidence: jsonb().notNull().$type<LinkEvidence>(),
    /** `ce_id` and `ce_sequence` of its event, for a replay. Null of results before migration 0017. */
    eventId: uuid('event_id'),
    sequence: bigint({ mode: 'bigint' }),
    decidedAt: now('decided_at'),
  },
  (r) => [
    index('link_results_identity').on(r.ssoIdentityId),
    index('link_results_company').on(r.companyId, r.decidedAt),
  ],
);

/**
 * Each link that was made or removed, in the transaction of the change. Ids alone, without references: the history
 * outlives logins that are pruned.
 */
export const linkChanges = pgTable(
  'link_changes',
  {
    id: bigint({ mode: 'bigint' }).primaryKey().generatedAlwaysAsIdentity(),
    /** The undo or redo that it is a part of. */
    batch: uuid(),
    at: now('at'),
    /** `worker`, or who did it: `operator:<name>`, `key:<name>`. */
    actor: text().notNull(),
    change: text({ enum: ['linked', 'removed'] }).notNull(),
    /** `login`, or a cause of src/events/link-causes.ts. */
    cause: text().notNull(),
    /** The login that was decided; null of other causes, as is the SSO client. */
    loginId: uuid('login_id'),
    ssoClientId: uuid('sso_client_id'),
    ssoIdentityId: uuid('sso_identity_id').notNull(),
    userId: text('user_id').notNull(),
    /** The user's company and who set it, as they were before the change. */
    companyBefore: uuid('company_before'),
    companySetByBefore: text('company_set_by_before', { enum: ['import', 'link'] }),
    /** The decision created the user. */
    userCreated: boolean('user_created').notNull().default(false),
    /** The batch that reversed it. */
    undoneBy: uuid('undone_by'),
  },
  (c) => [
    index('link_changes_identity').on(c.ssoIdentityId, c.id),
    index('link_changes_client').on(c.ssoClientId, c.at).where(sql`sso_client_id IS NOT NULL`),
    index('link_changes_batch').on(c.batch, c.id).where(sql`batch IS NOT NULL`),
    check('link_changes_change', sql`${c.change} IN ('linked', 'removed')`),
  ],
);

/** An undo of many links, or its redo. What it has done so far is in the history of links, by `batch`. */
export const linkBatches = pgTable(
  'link_batches',
  {
    id: uuid().primaryKey(),
    kind: text({ enum: ['undo', 'redo'] }).notNull(),
    companyId: uuid('company_id').notNull(),
    ssoClientId: uuid('sso_client_id').notNull(),
    /** Links that were made in this time; null of a redo. */
    since: at('since'),
    until: at('until'),
    /** The undo that a redo reverses. */
    ofBatch: uuid('of_batch'),
    reason: text(),
    actor: text().notNull(),
    startedAt: now('started_at'),
    finishedAt: at('finished_at'),
  },
  (b) => [check('link_batches_kind', sql`${b.kind} IN ('undo', 'redo')`)],
);

/**
 * Social accounts that came after their person had signed in and got a new user. Ids alone, without references, as in
 * the history of links.
 */
export const lateMatches = pgTable(
  'late_matches',
  {
    id: uuid().primaryKey(),
    companyId: uuid('company_id').notNull(),
    ssoIdentityId: uuid('sso_identity_id').notNull(),
    /** Whom the sign-in created. */
    createdUserId: text('created_user_id').notNull(),
    /** The product's user who has the social account. */
    userId: text('user_id').notNull(),
    state: text({ enum: ['open', 'merged', 'dismissed'] })
      .notNull()
      .default('open'),
    /** The worker may merge it: the company wants that, and nothing stood against it when it was found. */
    automatic: boolean().notNull().default(false),
    foundAt: now('found_at'),
    decidedAt: at('decided_at'),
    decidedBy: text('decided_by'),
  },
  (m) => [
    unique('late_matches_pair').on(m.ssoIdentityId, m.createdUserId, m.userId),
    index('late_matches_company').on(m.companyId, m.id),
    index('late_matches_open').on(m.id).where(sql`state = 'open'`),
    index('late_matches_user').on(m.userId),
    index('late_matches_created_user').on(m.createdUserId),
    check('late_matches_state', sql`${m.state} IN ('open', 'merged', 'dismissed')`),
  ],
);

/** Records of the topics that could not be understood, kept for a replay. Delivered twice, kept once. */
export const deadLetters = pgTable(
  'dead_letters',
  {
    id: uuid().primaryKey(),
    topic: text().notNull(),
    partition: integer().notNull(),
    offset: bigint({ mode: 'bigint' }).notNull(),
    recordHash: bytea('record_hash').notNull(),
    key: bytea(),
    headers: jsonb().notNull().$type<Record<string, string>>(),
    value: bytea(),
    /** The time that the record had on its topic. */
    recordedAt: at('recorded_at'),
    reason: text().notNull(),
    error: text().notNull(),
    createdAt: now('created_at'),
    replayedAt: at('replayed_at'),
  },
  (d) => [unique('dead_letters_record').on(d.topic, d.partition, d.offset, d.recordHash)],
);

export const auditLog = pgTable(
  'audit_log',
  {
    id: bigint({ mode: 'bigint' }).primaryKey().generatedAlwaysAsIdentity(),
    /** The transaction that wrote it. Readers go by (xid, id): src/audit-pages.ts. */
    xid: xid8().notNull().default(sql`pg_current_xact_id()`),
    at: now('at'),
    actor: text().notNull(),
    action: text().notNull(),
    companyId: uuid('company_id').references(() => companies.id),
    target: text().notNull(),
    details: jsonb().notNull().$type<Record<string, unknown>>(),
  },
  (a) => [index('audit_log_at').on(a.at), index('audit_log_order').on(a.xid, a.id)],
);

/** Keys of the administrative API. A revoked key keeps its row, so that the audit log's `key:<name>` can be explained. */
export const apiKeys = pgTable(
  'api_keys',
  {
    /** The public part of the key (src/bearer-keys.ts). */
    id: text().primaryKey(),
    /** SHA-256 of the whole key. */
    hash: bytea().notNull(),
    name: text().notNull(),
    scopes: jsonb().notNull().$type<string[]>(),
    /** Null: the key is for all companies. */
    companyId: uuid('company_id').references(() => companies.id),
    createdBy: text('created_by').notNull(),
    createdAt: now('created_at'),
    /** Null: it does not expire. */
    expiresAt: at('expires_at'),
    /** Written at most every five minutes. */
    lastUsedAt: at('last_used_at'),
    revokedAt: at('revoked_at'),
  },
  (k) => [
    uniqueIndex('api_keys_name').on(k.name).where(sql`revoked_at IS NULL`),
    check('api_keys_name_form', sql`${k.name} ~ '^[a-z0-9](-?[a-z0-9])*$' AND length(${k.name}) <= 63`),
  ],
);

/** Tokens by which a company's directory calls SCIM: of the form of API keys, two live at most per company. */
export const directoryTokens = pgTable(
  'directory_tokens',
  {
    /** The public part of the token (src/bearer-keys.ts). */
    id: text().primaryKey(),
    /** SHA-256 of the whole token. */
    hash: bytea().notNull(),
    companyId: uuid('company_id')
      .notNull()
      .references(() => companies.id),
    createdBy: text('created_by').notNull(),
    createdAt: now('created_at'),
    /** Written at most every five minutes. */
    lastUsedAt: at('last_used_at'),
    revokedAt: at('revoked_at'),
  },
  (t) => [index('directory_tokens_company').on(t.companyId)],
);

export interface DirectoryEmail {
  value: string;
  type?: string;
  primary?: boolean;
}

/**
 * People as a company's directory pushes them. A row takes access away from the SSO identity that it is bound to, and
 * never gives any. A deleted row stays: it says that the person left.
 */
export const directoryUsers = pgTable(
  'directory_users',
  {
    id: uuid().primaryKey(),
    companyId: uuid('company_id')
      .notNull()
      .references(() => companies.id),
    /** The directory's own id: text, and never a key here. */
    externalId: text('external_id'),
    userName: text('user_name').notNull(),
    /** The name as it is compared: a normalized email, else lower case. */
    userNameKey: text('user_name_key').notNull(),
    emails: jsonb().notNull().default([]).$type<DirectoryEmail[]>(),
    /** The primary email, normalized. */
    emailKey: text('email_key'),
    displayName: text('display_name'),
    givenName: text('given_name'),
    familyName: text('family_name'),
    active: boolean().notNull().default(true),
    /** Once bound it stays so, whatever the directory says of itself later. */
    ssoIdentityId: uuid('sso_identity_id').references(() => ssoIdentities.id),
    boundBy: text('bound_by', { enum: ['external_id', 'email'] }),
    createdAt: now('created_at'),
    updatedAt: now('updated_at'),
    deletedAt: at('deleted_at'),
  },
  (u) => [
    uniqueIndex('directory_users_user_name').on(u.companyId, u.userNameKey).where(sql`deleted_at IS NULL`),
    index('directory_users_company').on(u.companyId, u.id),
    index('directory_users_external_id').on(u.companyId, u.externalId),
    index('directory_users_email').on(u.companyId, u.emailKey),
    index('directory_users_identity').on(u.ssoIdentityId),
    check('directory_users_bound', sql`(${u.ssoIdentityId} IS NULL) = (${u.boundBy} IS NULL)`),
    check('directory_users_bound_by', sql`${u.boundBy} IN ('external_id', 'email')`),
  ],
);

/** Groups are kept for the directory, which reads them back. They give and take nothing. */
export const directoryGroups = pgTable(
  'directory_groups',
  {
    id: uuid().primaryKey(),
    companyId: uuid('company_id')
      .notNull()
      .references(() => companies.id),
    externalId: text('external_id'),
    displayName: text('display_name').notNull(),
    createdAt: now('created_at'),
    updatedAt: now('updated_at'),
  },
  (g) => [index('directory_groups_company').on(g.companyId, g.id)],
);

export const directoryMembers = pgTable(
  'directory_members',
  {
    groupId: uuid('group_id')
      .notNull()
      .references(() => directoryGroups.id, { onDelete: 'cascade' }),
    userId: uuid('user_id')
      .notNull()
      .references(() => directoryUsers.id, { onDelete: 'cascade' }),
  },
  (m) => [primaryKey({ columns: [m.groupId, m.userId] }), index('directory_members_user').on(m.userId)],
);
/** Requests with an `Idempotency-Key`: src/api/idempotency.ts deletes those that are older than 24 hours. */
export const apiRequests = pgTable(
  'api_requests',
  {
    keyId: text('key_id')
      .notNull()
      .references(() => apiKeys.id),
    idempotencyKey: text('idempotency_key').notNull(),
    requestHash: bytea('request_hash').notNull(),
    /** Sealed; associated data `api_requests:<key id>:<idempotency key>`. Null while the request runs. */
    answer: text(),
    createdAt: now('created_at'),
  },
  (r) => [
    primaryKey({ columns: [r.keyId, r.idempotencyKey] }),
    index('api_requests_created_at').on(r.createdAt),
  ],
);
