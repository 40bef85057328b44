/** What the worker decided, every change of a link, and matches that came late. */
import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  check,
  index,
  integer,
  jsonb,
  pgTable,
  text,
  unique,
  uuid,
} from 'drizzle-orm/pg-core';
import type { LinkEvidence, LinkMatch } from '../../events/link-result.ts';
import { users } from './accounts.ts';
import { at, now } from './columns.ts';
import { logins } from './sign-ins.ts';

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
