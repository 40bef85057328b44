/** Tokens by which a company's directory calls SCIM: create, list, revoke, and recognize again. */
import { and, asc, eq, isNull, sql } from 'drizzle-orm';
import { audit } from '../audit.ts';
import { bearerKeyId, createBearerKey, isBearerKey } from '../bearer-keys.ts';
import { companyBySlug, lockCompany } from '../companies/companies.ts';
import type { Database, Db, Transaction } from '../db/client.ts';
import { directoryTokens } from '../db/schema/directory.ts';
import { SsoLinkError } from '../errors.ts';

/** Two, so that a token can be replaced while the other one works. */
const MAX_LIVE = 2;
/** Compared where no row was found, so that an unknown id takes the same path as a wrong secret. */
const NO_HASH = Buffer.alloc(32);

export interface DirectoryToken {
  id: string;
  createdBy: string;
  createdAt: Date;
  lastUsedAt: Date | null;
  revokedAt: Date | null;
}

const COLUMNS = {
  ...{ id: directoryTokens.id, createdBy: directoryTokens.createdBy, createdAt: directoryTokens.createdAt },
  ...{ lastUsedAt: directoryTokens.lastUsedAt, revokedAt: directoryTokens.revokedAt },
};

const liveOf = (companyId: string) =>
  and(eq(directoryTokens.companyId, companyId), isNull(directoryTokens.revokedAt));

/**
 * Creates a token and returns it with its secret part, which cannot be read again.
 * @throws SsoLinkError `company_not_found`, `directory_tokens_exhausted`
 */
export async function createDirectoryToken(
  tx: Transaction,
  actor: string,
  slug: string,
): Promise<DirectoryToken & { company: string; token: string }> {
  const company = await lockCompany(tx, slug);
  const live = await tx.db.select(COLUMNS).from(directoryTokens).where(liveOf(company.id));
  if (live.length >= MAX_LIVE) {
    throw new SsoLinkError(
      'directory_tokens_exhausted',
      `company '${slug}' has ${MAX_LIVE} directory tokens already: revoke one first`,
    );
  }
  const { id, key, hash } = createBearerKey();
  const [created] = await tx.db
    .insert(directoryTokens)
    .values({ id, hash, companyId: company.id, createdBy: actor })
    .returning(COLUMNS);
  await audit(tx, { actor, action: 'directory.token_create', target: id, companyId: company.id });
  return { ...(created as DirectoryToken), company: slug, token: key };
}

/** A company's tokens, the oldest first, without what is secret. @throws SsoLinkError `company_not_found` */
export async function listDirectoryTokens(
  database: { db: Db },
  filter: { company: string; revoked: boolean },
): Promise<DirectoryToken[]> {
  const { id } = await companyBySlug(database, filter.company);
  return database.db
    .select(COLUMNS)
    .from(directoryTokens)
    .where(filter.revoked ? eq(directoryTokens.companyId, id) : liveOf(id))
    .orderBy(asc(directoryTokens.createdAt), asc(directoryTokens.id));
}

/**
 * Revokes a token at once. It cannot be restored.
 * @param companyId of whom the token has to be; null for any company
 * @throws SsoLinkError `directory_token_not_found`
 */
export async function revokeDirectoryToken(
  tx: Transaction,
  actor: string,
  id: string,
  companyId: string | null = null,
): Promise<{ id: string; revokedAt: Date; changed: boolean }> {
  const [token] = await tx.db.select().from(directoryTokens).where(eq(directoryTokens.id, id)).for('update');
  if (!token || (companyId !== null && token.companyId !== companyId)) {
    throw new SsoLinkError('directory_token_not_found', `there is no directory token '${id}'`);
  }
  if (token.revokedAt) return { id, revokedAt: token.revokedAt, changed: false };
  const revokedAt = new Date();
  await tx.db.update(directoryTokens).set({ revokedAt }).where(eq(directoryTokens.id, id));
  await audit(tx, { actor, action: 'directory.token_revoke', target: id, companyId: token.companyId });
  return { id, revokedAt, changed: true };
}

/** Who calls SCIM. */
export interface DirectoryCaller {
  companyId: string;
  /** The company's slug. */
  company: string;
  /** `directory:<id of the token>`, for the audit log. */
  actor: string;
}

interface TokenRow {
  hash: Buffer;
  companyId: string;
  company: string;
  enabled: boolean;
  stale: boolean;
}

/**
 * The company whose directory a token identifies; null for a token that is malformed, unknown or revoked, and where the
 * company or its directory is disabled, without saying which. Records the use, at most every five minutes.
 */
export async function authenticateDirectory(
  database: Pick<Database, 'sql' | 'db'>,
  token: string,
): Promise<DirectoryCaller | null> {
  const id = bearerKeyId(token);
  if (id === null) return null;
  const [row] = await database.sql<TokenRow[]>`
    SELECT t.hash, t.company_id AS "companyId", c.slug AS company, c.directory_enabled AND c.status = 'active' AS enabled,
      coalesce(t.last_used_at < now() - interval '5 minutes', true) AS stale
    FROM directory_tokens t JOIN companies c ON c.id = t.company_id
    WHERE t.id = ${id} AND t.revoked_at IS NULL`;
  if (!isBearerKey(token, row?.hash ?? NO_HASH) || !row?.enabled) return null;
  if (row.stale) {
    await database.db
      .update(directoryTokens)
      .set({ lastUsedAt: sql`now()` })
      .where(eq(directoryTokens.id, id));
  }
  return { companyId: row.companyId, company: row.company, actor: `directory:${id}` };
}
