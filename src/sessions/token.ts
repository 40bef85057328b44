import { SignJWT } from 'jose';
import type { Database } from '../db/client.ts';
import type { Sealer } from '../seal.ts';
import { currentSigningKey, SIGNING_ALGORITHM, type SigningKey } from './signing-keys.ts';

/** Seconds that the product's backend may rely on a token. */
export const TOKEN_LIFE_S = 60;
/** A rotated key is taken up within so long. */
const KEY_CACHE_MS = 60_000;

export interface TokenClaims {
  /** The product's user. */
  userId: string;
  /** The asking origin: the token is refused elsewhere. */
  audience: string;
  /** The company's slug. */
  company: string;
  loginId: string;
}

/** Signs the token that the product's backend verifies by /.well-known/jwks.json. */
export type IssueToken = (claims: TokenClaims) => Promise<{ token: string; expiresAt: Date }>;

export function createIssueToken(database: Pick<Database, 'db'>, sealer: Sealer, issuer: string): IssueToken {
  let cached: { key: SigningKey; at: number } | undefined;

  async function signingKey(): Promise<SigningKey> {
    if (cached === undefined || Date.now() - cached.at > KEY_CACHE_MS) {
      cached = { key: await currentSigningKey(database, sealer), at: Date.now() };
    }
    return cached.key;
  }

  return async ({ userId, audience, company, loginId }) => {
    const key = await signingKey();
    const issuedAt = Math.floor(Date.now() / 1000);
    const token = await new SignJWT({ company, login_id: loginId })
      .setProtectedHeader({ alg: SIGNING_ALGORITHM, kid: key.kid, typ: 'JWT' })
      .setIssuer(issuer)
      .setAudience(audience)
      .setSubject(userId)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + TOKEN_LIFE_S)
      .sign(key.privateKey);
    return { token, expiresAt: new Date((issuedAt + TOKEN_LIFE_S) * 1000) };
  };
}
