import { createHash, randomUUID } from 'node:crypto';
import { type CryptoKey, exportJWK, type GenerateKeyPairResult, generateKeyPair, type JWK } from 'jose';

export interface HostileKey {
  kid: string;
  privateKey: CryptoKey;
  publicKey: CryptoKey;
  /** As it would be published. */
  jwk: JWK;
}

export interface HostileKeys {
  /** Signs by default; published. */
  signing: HostileKey;
  /** Published where a test says so. */
  second: HostileKey;
  /** Never published. */
  strangers: HostileKey;
}

// Making an RSA key takes a tenth of a second: the providers of one process share them.
let made: Promise<HostileKeys> | undefined;

export function hostileKeys(): Promise<HostileKeys> {
  made ??= Promise.all([createKey(), createKey(), createKey()]).then(([signing, second, strangers]) => ({
    signing,
    second,
    strangers,
  }));
  return made;
}

/** A fresh RS256 key. */
export async function createKey(): Promise<HostileKey> {
  return keyOf(await generateKeyPair('RS256', { extractable: true }), 'RS256');
}

async function keyOf({ privateKey, publicKey }: GenerateKeyPairResult, alg: string): Promise<HostileKey> {
  const kid = randomUUID();
  return { kid, privateKey, publicKey, jwk: { ...(await exportJWK(publicKey)), use: 'sig', alg, kid } };
}

/** `at_hash`: the left half of the hash, base64url (OpenID Connect Core §3.1.3.6). */
export function halfHash(accessToken: string): string {
  return createHash('sha256').update(accessToken).digest().subarray(0, 16).toString('base64url');
}
