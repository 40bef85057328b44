import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { boundedJson } from '../bounded-fetch.ts';
import { singleFlight } from '../promises.ts';

/** Keys are fetched again after so long: none that the provider withdrew is trusted for longer. */
const FRESH_MS = 10 * 60_000;
/**
 * Fetches that an unknown `kid` may cause in a window, besides the regular ones: a key that is rotated right after a
 * fetch is found, and a flood of unknown `kid` costs two requests.
 */
const WINDOW_MS = 30_000;
const FETCHES_PER_WINDOW = 2;

/** The signing keys behind an issuer's `jwks_uri`. */
export interface KeySource {
  getKey: JWTVerifyGetKey;
  /**
   * Fetches the keys again, for a provider that changed a key and kept its `kid`, or names none.
   * @returns false where the budget is spent: nothing was fetched
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
    const source = sources.get(jwksUri) ?? createSource(() => fetch(jwksUri));
    sources.set(jwksUri, source);
    return source;
  };
}

function createSource(fetch: () => Promise<unknown>): KeySource {
  const flight = singleFlight<JWTVerifyGetKey>();
  let known: { getKey: JWTVerifyGetKey; at: number } | undefined;
  /** When an unknown `kid` caused a fetch, within the window. */
  let extra: number[] = [];

  const load = () =>
    flight('keys', async () => {
      const getKey = createLocalJWKSet((await fetch()) as JSONWebKeySet);
      known = { getKey, at: Date.now() };
      return getKey;
    });

  const current = async () =>
    known !== undefined && Date.now() - known.at < FRESH_MS ? known.getKey : load();

  async function reload(): Promise<boolean> {
    const now = Date.now();
    extra = extra.filter((at) => now - at < WINDOW_MS);
    if (extra.length >= FETCHES_PER_WINDOW) return false;
    extra.push(now);
    await load();
    return true;
  }

  return {
    async getKey(header, token) {
      const getKey = await current();
      try {
        return await getKey(header, token);
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey) || !(await reload())) throw error;
        return (known as NonNullable<typeof known>).getKey(header, token);
      }
    },
    reload,
  };
}
