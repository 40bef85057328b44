import { createRemoteJWKSet, customFetch, type JWTVerifyGetKey } from 'jose';
import { boundedFetch } from './bounded-fetch.ts';

/** An unknown `kid` makes us fetch the keys again, but not more often: a flood of them costs one fetch. */
const COOL_DOWN_MS = 30_000;

/** The signing keys behind an issuer's `jwks_uri`. */
export type ProviderKeys = (jwksUri: string) => JWTVerifyGetKey;

/** The signing keys of each issuer, fetched when needed and again when a `kid` is unknown. */
export function createProviderKeys(): ProviderKeys {
  const sets = new Map<string, JWTVerifyGetKey>();
  return (jwksUri) => {
    const known = sets.get(jwksUri);
    if (known) return known;
    const keys = createRemoteJWKSet(new URL(jwksUri), {
      cooldownDuration: COOL_DOWN_MS,
      // jose itself reads an answer of any size.
      [customFetch]: async (url) => {
        const { status, body } = await boundedFetch(url, { headers: { accept: 'application/json' } });
        return new Response(new Uint8Array(body), { status });
      },
    });
    sets.set(jwksUri, keys);
    return keys;
  };
}
