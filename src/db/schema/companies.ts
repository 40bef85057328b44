/** Companies, their domains, and their SSO clients with secrets and tests. */
import { sql } from 'drizzle-orm';
import {
  boolean,
  check,
  date,
  index,
  integer,
  pgTable,
  primaryKey,
  smallint,
  text,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { at, bytea, now } from './columns.ts';

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

export const DOMAIN_ANSWERS = [
  'verified',
  'no_record',
  'other_value',
  'no_such_domain',
  'dns_unreachable',
] as const;

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
