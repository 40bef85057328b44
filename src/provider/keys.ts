import { createRemoteJWKSet, customFetch, type JWTVerifyGetKey } from 'jose';
import { boundedJson } from './bounded-fetch.ts';

/** An unknown `kid` makes us fetch the keys again, but not more often: a flood of them costs one fetch. */
const COOL_DOWN_MS = 30_000;

/** The signing keys behind an issuer's `jwks_uri`. */
export interface KeySource {
  getKey: JWTVerifyGetKey;
  /**
   * Fetches the keys again, for a provider that changed a key and kept its `kid`, or names none.
   * @returns false within the cool-down: nothing was fetched
   */
  reload(): Promise<boolean>;
}

export type ProviderKeys = (jwksUri: string) => KeySource;

/**
 * The signing keys of each issuer, fetched when needed and again when a `kid` is unknown.
 * @param fetch `boundedJson`, or what times it
 */
export function createProviderKeys(fetch: (url: string) => Promise<unknown> = boundedJson): ProviderKeys {
  const sources = new Map<string, KeySource>();
  return (jwksUri) => {
    const known = sources.get(jwksUri);
    if (known) return known;
    const set = createRemoteJWKSet(new URL(jwksUri), {
      cooldownDuration: COOL_DOWN_MS,
      // jose itself reads an answer of any size.
      [customFetch]: async (url) => Response.json(await fetch(url)),
    });
    const source: KeySource = {
      getKey: set,
      async reload() {
        if (set.coolingDown) return false;
        await set.reload();
        return true;
      },
    };
    sources.set(jwksUri, source);
    return source;
  };
}
