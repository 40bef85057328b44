/** The audit log, the keys of the administrative API, and requests that may be repeated. */
import { sql } from 'drizzle-orm';
import {
  bigint,
  check,
  index,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { at, bytea, now, xid8 } from './columns.ts';
import { companies } from './companies.ts';

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
