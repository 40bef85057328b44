/** What a company's directory pushes by SCIM. */
import { sql } from 'drizzle-orm';
import {
  boolean,
  check,
  index,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { at, bytea, now } from './columns.ts';
import { companies } from './companies.ts';
import { ssoIdentities } from './sign-ins.ts';

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
    // A sign-in finds deleted users by it, too.
    index('directory_users_user_name_key').on(u.companyId, u.userNameKey),
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
