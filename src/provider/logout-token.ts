/**
 * Verification of a logout token: OpenID Connect Back-Channel Logout 1.0 §2.6. The issuer is shared by all companies, so
 * `aud` says whose token it is before `sub` or `sid` mean anything: the caller reads both, unverified, to find the SSO client.
 */
import { decodeJwt, type JWTPayload } from 'jose';
import { SsoLinkError } from '../errors.ts';
import type { KeySource } from './keys.ts';
import { CLOCK_SKEW_S, SUBJECT, verifySignedJwt } from './signed-jwt.ts';

/** Seconds after which a logout token is refused, and until when its `jti` has to be known. */
export const LOGOUT_TOKEN_MAX_AGE_S = 300;
/** §2.4: the member of `events` that makes it a logout token. */
const EVENT = 'http://schemas.openid.net/event/backchannel-logout';
const MAX_ID_LENGTH = 255;

export interface LogoutTokenClaims {
  /** The token's own id: each is used once. */
  jti: string;
  /** Whose sessions end; null where `sid` alone says which. */
  sub: string | null;
  /** Which session of the provider ends; null for all of `sub`. */
  sid: string | null;
}

/**
 * Which issuer and client id a logout token names. Nothing of it is verified.
 * @throws SsoLinkError `logout_token_invalid`
 */
export function addresseeOf(token: string): { issuer: string; clientId: string } {
  let payload: JWTPayload;
  try {
    payload = decodeJwt(token);
  } catch {
    throw invalid('malformed');
  }
  const { iss, aud } = payload as { iss?: unknown; aud?: unknown };
  const [clientId, another] = [aud].flat();
  if (typeof iss !== 'string') throw invalid('iss is missing', 'iss');
  // One more audience could be another company's.
  if (typeof clientId !== 'string' || another !== undefined) throw invalid('aud is not one client', 'aud');
  return { issuer: iss, clientId };
}

/**
 * The claims of a valid logout token. Whether its `jti` was used before is for the caller to find out.
 * @throws SsoLinkError `logout_token_invalid`, whose message says which check failed and never the value
 * @throws ProviderError when the keys can't be had
 */
export async function verifyLogoutToken(
  token: string,
  expected: { issuer: string; clientId: string; keys: KeySource },
): Promise<LogoutTokenClaims> {
  // Ory Hydra sends no `exp`; where it is there, it holds.
  const requiredClaims = ['iss', 'aud', 'iat', 'jti', 'events'];
  const { payload, protectedHeader } = await verifySignedJwt(token, { ...expected, requiredClaims }, invalid);
  const typ: unknown = protectedHeader.typ;
  if (typ !== undefined && (typeof typ !== 'string' || !/^(application\/)?(logout\+)?jwt$/i.test(typ))) {
    throw invalid('its typ is that of another kind of token');
  }
  addresseeOf(token);
  checkIssuedAt(payload.iat);
  const { events } = payload;
  if (!isObject(events) || !Object.hasOwn(events, EVENT) || !isObject(events[EVENT])) {
    throw invalid('events does not say that it is a logout token', 'events');
  }
  if (Object.hasOwn(payload, 'nonce')) throw invalid('it has a nonce, as an ID token has', 'nonce');
  const jti = readId('jti', payload.jti);
  const sid = payload.sid === undefined ? null : readId('sid', payload.sid);
  const sub: unknown = payload.sub ?? null;
  if (sub !== null && (typeof sub !== 'string' || !SUBJECT.test(sub)))
    throw invalid('sub is malformed', 'sub');
  if (sub === null && sid === null) throw invalid('it has neither sub nor sid', 'sub');
  return { jti, sub, sid };
}

function checkIssuedAt(iat: unknown): void {
  const now = Date.now() / 1000;
  if (typeof iat !== 'number' || iat > now + CLOCK_SKEW_S) throw invalid('iat is in the future', 'iat');
  if (iat < now - LOGOUT_TOKEN_MAX_AGE_S) throw invalid('iat is too old', 'iat');
}

function readId(claim: string, value: unknown): string {
  if (typeof value !== 'string' || value === '' || value.length > MAX_ID_LENGTH) {
    throw invalid(`${claim} is malformed`, claim);
  }
  return value;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function invalid(why: string, claim = ''): SsoLinkError {
  return new SsoLinkError('logout_token_invalid', `the logout token was refused: ${why}`, {
    facts: { claim },
  });
}
