/** Setup links, by which a company's admin enables SSO. */
import { sql } from 'drizzle-orm';
import { boolean, check, index, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { at, bytea, now } from './columns.ts';
import { companies, DOMAIN_ANSWERS } from './companies.ts';

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
