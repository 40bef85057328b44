import { and, eq, gt, isNull, lt, or, sql } from 'drizzle-orm';
import { bearerKeyId, isBearerKey } from '../bearer-keys.ts';
import type { Db } from '../db/client.ts';
import { apiKeys } from '../db/schema/api.ts';

export interface Caller {
  /** The id of the key. */
  id: string;
  /** `key:<name>`, for the audit log. */
  actor: string;
  scopes: ReadonlySet<string>;
  /** The only company that the key may see; null for all companies. */
  companyId: string | null;
}

/** Compared where no row was found, so that an unknown id takes the same path as a wrong secret. */
const NO_HASH = Buffer.alloc(32);

/**
 * The caller that a key identifies; null for a key that is malformed, unknown, expired or revoked, without saying which.
 * Records the use of a valid key, at most every five minutes.
 */
export async function authenticateApiKey(database: { db: Db }, key: string): Promise<Caller | null> {
  const id = bearerKeyId(key);
  if (id === null) return null;
  const [row] = await database.db
    .select({
      ...{ name: apiKeys.name, hash: apiKeys.hash, scopes: apiKeys.scopes, companyId: apiKeys.companyId },
      useIsStale: sql<boolean>`coalesce(${apiKeys.lastUsedAt} < now() - interval '5 minutes', true)`,
    })
    .from(apiKeys)
    .where(
      and(
        eq(apiKeys.id, id),
        isNull(apiKeys.revokedAt),
        or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, sql`now()`)),
      ),
    );
  if (!isBearerKey(key, row?.hash ?? NO_HASH) || !row) return null;
  if (row.useIsStale) await recordUse(database, id);
  return { id, actor: `key:${row.name}`, scopes: new Set(row.scopes), companyId: row.companyId };
}

/** Asks again for the five minutes: of many requests at the same moment one writes. */
async function recordUse({ db }: { db: Db }, id: string): Promise<void> {
  const stale = or(isNull(apiKeys.lastUsedAt), lt(apiKeys.lastUsedAt, sql`now() - interval '5 minutes'`));
  await db
    .update(apiKeys)
    .set({ lastUsedAt: sql`now()` })
    .where(and(eq(apiKeys.id, id), stale));
}
