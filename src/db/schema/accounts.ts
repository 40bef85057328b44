/** The mirror: the product's users and their social accounts. */
import { sql } from 'drizzle-orm';
import { boolean, check, index, pgTable, text, unique, uuid } from 'drizzle-orm/pg-core';
import { at, bytea, now } from './columns.ts';
import { companies } from './companies.ts';

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
