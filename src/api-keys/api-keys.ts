/**
 * Keys of the administrative API: create, list, revoke. `authenticate.ts` recognizes a key again.
 * The key itself is returned once, by its creation. The database stores its SHA-256.
 */
import { and, asc, eq, isNull, or } from 'drizzle-orm';
import { audit } from '../audit.ts';
import { createBearerKey } from '../bearer-keys.ts';
import { companyBySlug } from '../companies/companies.ts';
import { isSlug } from '../companies/slug.ts';
import type { Db, Transaction } from '../db/client.ts';
import { apiKeys } from '../db/schema/api.ts';
import { companies } from '../db/schema/companies.ts';
import { SsoLinkError } from '../errors.ts';
import { readScopes } from './scopes.ts';

export interface ApiKey {
  id: string;
  name: string;
  scopes: string[];
  /** The slug of the only company that the key may see; null for all companies. */
  company: string | null;
  createdBy: string;
  createdAt: Date;
  expiresAt: Date | null;
  lastUsedAt: Date | null;
  revokedAt: Date | null;
}

export interface NewApiKey {
  name: string;
  scopes: string[];
  /** A slug. Without it the key is for all companies. */
  company?: string;
  /** Milliseconds from now. Without it the key does not expire. */
  expiresIn?: number;
}

/** Far beyond any use, and within what a timestamp holds. */
const MAX_EXPIRY = 3_660 * 86_400_000;

/**
 * Creates a key and returns it with its secret part, which cannot be read again.
 * @throws SsoLinkError `name_invalid`, `expiry_invalid`, `scope_missing`, `scope_unknown`, `company_not_found`,
 *   `api_key_exists`
 */
export async function createApiKey(
  tx: Transaction,
  actor: string,
  input: NewApiKey,
): Promise<ApiKey & { key: string }> {
  const { name, company: slug = null, expiresIn } = input;
  if (!isSlug(name)) {
    throw new SsoLinkError(
      'name_invalid',
      `'${name}' is not a name for a key: expected 1 to 63 lower-case letters, digits and single dashes`,
    );
  }
  if (expiresIn !== undefined && !(expiresIn > 0 && expiresIn <= MAX_EXPIRY)) {
    throw new SsoLinkError('expiry_invalid', 'the expiry of a key is invalid: expected at most 3660d');
  }
  const scopes = readScopes(input.scopes);
  const companyId = slug === null ? null : (await companyBySlug(tx, slug)).id;
  const expiresAt = expiresIn === undefined ? null : new Date(Date.now() + expiresIn);
  const { id, key, hash } = createBearerKey();
  const [created] = await tx.db
    .insert(apiKeys)
    .values({ id, hash, name, scopes, companyId, createdBy: actor, expiresAt })
    .onConflictDoNothing({ target: apiKeys.name, where: isNull(apiKeys.revokedAt) })
    .returning({ createdAt: apiKeys.createdAt });
  if (!created) {
    throw new SsoLinkError('api_key_exists', `there is an API key '${name}' already`, { facts: { name } });
  }
  await audit(tx, {
    actor,
    action: 'api_key.create',
    target: id,
    ...(companyId !== null && { companyId }),
    details: { name, scopes, expires_at: expiresAt },
  });
  return {
    ...{ id, name, scopes, company: slug, createdBy: actor, createdAt: created.createdAt },
    ...{ expiresAt, lastUsedAt: null, revokedAt: null, key },
  };
}

/** All keys, the oldest first, without what is secret. @param filter.revoked include revoked keys */
export async function listApiKeys(database: { db: Db }, filter: { revoked: boolean }): Promise<ApiKey[]> {
  return database.db
    .select({
      ...{ id: apiKeys.id, name: apiKeys.name, scopes: apiKeys.scopes, company: companies.slug },
      ...{ createdBy: apiKeys.createdBy, createdAt: apiKeys.createdAt, expiresAt: apiKeys.expiresAt },
      ...{ lastUsedAt: apiKeys.lastUsedAt, revokedAt: apiKeys.revokedAt },
    })
    .from(apiKeys)
    .leftJoin(companies, eq(companies.id, apiKeys.companyId))
    .where(filter.revoked ? undefined : isNull(apiKeys.revokedAt))
    .orderBy(asc(apiKeys.createdAt), asc(apiKeys.id));
}

/**
 * Revokes a key at once. It cannot be restored. `changed` is false for a key that was revoked before, found by its id.
 * @param nameOrId the name of a key that is not revoked, or the id of any key
 * @throws SsoLinkError `api_key_not_found`
 */
export async function revokeApiKey(
  tx: Transaction,
  actor: string,
  nameOrId: string,
): Promise<{ id: string; name: string; revokedAt: Date; changed: boolean }> {
  const rows = await tx.db
    .select()
    .from(apiKeys)
    .where(or(and(eq(apiKeys.name, nameOrId), isNull(apiKeys.revokedAt)), eq(apiKeys.id, nameOrId)))
    .for('update');
  // A name can have the form of an id: the id, which is exact, wins.
  const key = rows.find(({ id }) => id === nameOrId) ?? rows[0];
  if (!key) throw new SsoLinkError('api_key_not_found', `there is no API key '${nameOrId}'`);
  const { id, name } = key;
  if (key.revokedAt) return { id, name, revokedAt: key.revokedAt, changed: false };
  const revokedAt = new Date();
  await tx.db.update(apiKeys).set({ revokedAt }).where(eq(apiKeys.id, id));
  await audit(tx, {
    actor,
    action: 'api_key.revoke',
    target: id,
    ...(key.companyId !== null && { companyId: key.companyId }),
    details: { name },
  });
  return { id, name, revokedAt, changed: true };
}
