/**
 * Verification of an ID token: OpenID Connect Core 1.0 §3.1.3.7, in full. signed-jwt.ts checks the signature, `iss`,
 * `aud`, `exp` and `nbf`; the rest is here. Where several keys would do, the token has to name its own by
 * `kid` (§10.1): none is tried.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { JWTPayload } from 'jose';
import { SsoLinkError } from '../errors.ts';
import type { KeySource } from './keys.ts';
import { CLOCK_SKEW_S, SUBJECT, verifySignedJwt } from './signed-jwt.ts';

export interface ExpectedIdToken {
  issuer: string;
  clientId: string;
  /** Absent for the ID token of a refresh, whose nonce is optional (OpenID Connect Core §12.2). */
  nonce?: string;
  /** What came with the ID token: `at_hash` is held against it. */
  accessToken: string;
  keys: KeySource;
}

export interface IdTokenClaims extends JWTPayload {
  sub: string;
}

/**
 * The claims of a valid ID token.
 * @throws SsoLinkError `id_token_invalid`, whose message says which check failed and never the value; `facts.claim`
 *   names the claim
 * @throws ProviderError when the keys can't be had
 */
export async function verifyIdToken(token: string, expected: ExpectedIdToken): Promise<IdTokenClaims> {
  const requiredClaims = [
    ...['iss', 'aud', 'exp', 'iat', 'sub'],
    ...(expected.nonce === undefined ? [] : ['nonce']),
  ];
  const { payload, protectedHeader } = await verifySignedJwt(token, { ...expected, requiredClaims }, invalid);
  const { sub, iat, azp, at_hash: atHash } = payload;

  // jose says string, the token may say anything.
  const typ: unknown = protectedHeader.typ;
  if (typ !== undefined && (typeof typ !== 'string' || typ.toUpperCase() !== 'JWT')) {
    throw invalid('its typ is that of another kind of token');
  }
  if (payload.events !== undefined) throw invalid('it is a logout token');
  if (typeof sub !== 'string' || !SUBJECT.test(sub)) throw invalid('sub is missing or malformed');
  if (typeof iat !== 'number' || iat > Date.now() / 1000 + CLOCK_SKEW_S) {
    throw invalid('iat is missing or in the future');
  }
  if (expected.nonce !== undefined) {
    const { nonce } = payload;
    if (typeof nonce !== 'string' || !same(nonce, expected.nonce)) {
      throw invalid('nonce is missing or another');
    }
  }
  const several = Array.isArray(payload.aud) && payload.aud.length > 1;
  if ((azp !== undefined || several) && azp !== expected.clientId) {
    throw invalid('azp is missing or another');
  }
  if (atHash !== undefined && (typeof atHash !== 'string' || !same(atHash, halfHash(expected.accessToken)))) {
    throw invalid('at_hash belongs to another access token');
  }
  return { ...payload, sub };
}

/** `at_hash` for RS256: the left half of SHA-256, base64url (§3.1.3.6). */
function halfHash(accessToken: string): string {
  return createHash('sha256').update(accessToken).digest().subarray(0, 16).toString('base64url');
}

function same(a: string, b: string): boolean {
  const [x, y] = [Buffer.from(a), Buffer.from(b)];
  return x.length === y.length && timingSafeEqual(x, y);
}

function invalid(why: string, claim = ''): SsoLinkError {
  return new SsoLinkError('id_token_invalid', `the ID token was refused: ${why}`, { facts: { claim } });
}
