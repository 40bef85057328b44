import type { Database } from '../db/client.ts';
import { createReuse } from '../promises.ts';
import type { Sealer } from '../seal.ts';
import { signJwt } from './sign-jwt.ts';
import { currentSigningKey, type SigningKey } from './signing-keys.ts';

/** Seconds that the product's backend may rely on a token. */
export const TOKEN_LIFE_S = 60;
/** A rotated key is taken up within so long. */
const KEY_CACHE_MS = 60_000;
/** A page asks more than once while it loads: the same session at the same origin gets the same token for so long. */
const REUSE_MS = 5_000;
const REUSED_MAX = 10_000;

export interface TokenClaims {
  /** The product's user. */
  userId: string;
  /** The asking origin: the token is refused elsewhere. */
  audience: string;
  /** The company's slug. */
  company: string;
  loginId: string;
}

export interface IssuedToken {
  token: string;
  expiresAt: Date;
}

/**
 * Signs the token that the product's backend verifies by /.well-known/jwks.json. The caller has read the session's state
 * for this request. For a few seconds the same claims, signed by the same key, get the same token.
 */
export type IssueToken = (claims: TokenClaims) => Promise<IssuedToken>;

/** @param options.now milliseconds since the epoch; for tests */
export function createIssueToken(
  database: Pick<Database, 'db'>,
  sealer: Sealer,
  issuer: string,
  { now = Date.now }: { now?: () => number } = {},
): IssueToken {
  const keys = createReuse<SigningKey>({ forMs: KEY_CACHE_MS, most: 1, now });
  const tokens = createReuse<IssuedToken>({ forMs: REUSE_MS, most: REUSED_MAX, now });

  async function issue(key: SigningKey, { userId, audience, company, loginId }: TokenClaims) {
    const issuedAt = Math.floor(now() / 1000);
    const expires = issuedAt + TOKEN_LIFE_S;
    const token = await signJwt(key, {
      company,
      login_id: loginId,
      iss: issuer,
      aud: audience,
      sub: userId,
      iat: issuedAt,
      exp: expires,
    });
    return { token, expiresAt: new Date(expires * 1000) };
  }

  return async (claims) => {
    const key = await keys('current', () => currentSigningKey(database, sealer));
    const { userId, audience, company, loginId } = claims;
    const same = JSON.stringify([key.kid, userId, audience, company, loginId]);
    return tokens(same, () => issue(key, claims));
  };
}
