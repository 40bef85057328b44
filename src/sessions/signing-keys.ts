/**
 * The keys that sign the tokens of /session. One is current; a retired one stays published for a day, so
 * that what it signed, and what a product's backend has cached, outlives the change.
 */
import { createPrivateKey, type KeyObject } from 'node:crypto';
import { sql as query } from 'drizzle-orm';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK, type JWK_EC_Private } from 'jose';
import type { Db, Transaction } from '../db/client.ts';
import { signingKeys } from '../db/schema/sign-ins.ts';
import { SsoLinkError } from '../errors.ts';
import type { Sealer } from '../seal.ts';

export const SIGNING_ALGORITHM = 'ES256';
/** For so long a retired key is published. */
export const RETIRED_KEY_HOURS = 24;

export interface SigningKey {
  kid: string;
  privateKey: KeyObject;
}

/** The associated data of a sealed signing key. */
export const signingKeyAssociatedData = (kid: string): string => `signing_keys:${kid}`;

/** Makes a new ES256 key and stores it sealed. Its `kid` is the JWK's thumbprint (RFC 7638). */
export async function createSigningKey(tx: Transaction, sealer: Sealer): Promise<string> {
  const pair = await generateKeyPair(SIGNING_ALGORITHM, { extractable: true });
  const jwk = await exportJWK(pair.publicKey);
  const kid = await calculateJwkThumbprint(jwk);
  const privateKey = sealer.seal(
    JSON.stringify(await exportJWK(pair.privateKey)),
    signingKeyAssociatedData(kid),
  );
  const publicKey = { ...jwk, kid, alg: SIGNING_ALGORITHM, use: 'sig' };
  await tx.db.insert(signingKeys).values({ kid, privateKey, publicKey });
  return kid;
}

/** Makes the first key where there is none: null otherwise. Ten callers at once make one. */
export async function ensureSigningKey(tx: Transaction, sealer: Sealer): Promise<string | null> {
  await lockKeys(tx);
  const [current] = await tx.sql`SELECT FROM signing_keys WHERE retired_at IS NULL`;
  return current ? null : createSigningKey(tx, sealer);
}

/** Makes a new key current, retires those before it, and deletes those that were retired a day ago. */
export async function rotateSigningKeys(
  tx: Transaction,
  sealer: Sealer,
): Promise<{ kid: string; retired: string[]; deleted: string[] }> {
  await lockKeys(tx);
  const deleted = await tx.sql<{ kid: string }[]>`
    DELETE FROM signing_keys WHERE retired_at <= now() - ${`${RETIRED_KEY_HOURS} hours`}::interval
    RETURNING kid`;
  const retired = await tx.sql<{ kid: string }[]>`
    UPDATE signing_keys SET retired_at = now() WHERE retired_at IS NULL RETURNING kid`;
  const kid = await createSigningKey(tx, sealer);
  return { kid, retired: retired.map((row) => row.kid), deleted: deleted.map((row) => row.kid) };
}

/**
 * The key that signs now.
 * @throws SsoLinkError `signing_key_missing` before `migrate`, `seal_broken` where SECRET_KEYS lost its key
 */
export async function currentSigningKey(database: { db: Db }, sealer: Sealer): Promise<SigningKey> {
  const [row] = await database.db
    .select()
    .from(signingKeys)
    .where(query`retired_at IS NULL`)
    .orderBy(query`created_at DESC, kid`)
    .limit(1);
  if (!row) {
    throw new SsoLinkError(
      'signing_key_missing',
      'there is no signing key: run `sso-link migrate`, which creates the first one',
    );
  }
  const jwk = JSON.parse(sealer.open(row.privateKey, signingKeyAssociatedData(row.kid))) as JWK_EC_Private;
  return { kid: row.kid, privateKey: createPrivateKey({ key: { ...jwk }, format: 'jwk' }) };
}

/** The public keys for /.well-known/jwks.json, the newest first: the current one, and those retired today. */
export async function publishedKeys(database: { db: Db }): Promise<JWK[]> {
  const rows = await database.db
    .select({ publicKey: signingKeys.publicKey })
    .from(signingKeys)
    .where(query`retired_at IS NULL OR retired_at > now() - ${`${RETIRED_KEY_HOURS} hours`}::interval`)
    .orderBy(query`retired_at DESC NULLS FIRST, created_at DESC`);
  return rows.map((row) => row.publicKey as JWK);
}

/** Held to the transaction's end, so that two rotations never leave two current keys. */
async function lockKeys(tx: Transaction): Promise<void> {
  await tx.sql`SELECT pg_advisory_xact_lock(hashtext('sso_link_signing_keys'))`;
}
