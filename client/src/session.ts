/**
 * `sso-link-client/session`: who is signed in. The browser asks with `getSession`; the backend trusts only the token,
 * which `createSessionVerifier` checks.
 */
import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from 'jose';
import { SsoLinkError } from '../../src/errors.ts';

/** Whom a valid token names. */
export interface VerifiedSession {
  /** The product's user. */
  userId: string;
  /** The company's slug. */
  company: string;
  loginId: string;
}

/** Why there is no session for a person that JumpCloud accepted. More values may be added. */
export type ReasonClass =
  | 'sso_disabled'
  | 'directory_inactive'
  | 'user_suspended'
  | 'email_missing'
  | 'email_unverified'
  | 'domain_not_owned'
  | 'link_removed'
  | 'not_linked'
  | (string & Record<never, never>);

/** The five answers of `/session`. */
export type Session =
  | {
      state: 'signed_in';
      user: { id: string; name: string | null; email: string | null };
      /** The company's slug. */
      company: string;
      /** The SSO identity's id. */
      identity: string;
      /** For the backend, in a header. */
      token: string;
      /** RFC 3339. */
      token_expires_at: string;
    }
  /** The account is not decided yet: redirect to `/login/wait`. */
  | { state: 'pending' }
  /** The policy refused the person: redirect to `/login/wait`, which explains it. */
  | { state: 'refused'; reason_class: ReasonClass }
  | { state: 'none' }
  /** The service did not answer. It is not a sign-out: keep your own session and ask again later. */
  | { state: 'unavailable' };

/** Answers of the keys' endpoint: they say nothing about the token. */
const KEYS_FAILED = new Set(['ERR_JWKS_TIMEOUT', 'ERR_JWKS_INVALID', 'ERR_JOSE_GENERIC']);

/**
 * Verifies tokens of `/session`. Keys are cached for ten minutes; an unknown key id fetches them again, at most every
 * 30 seconds, so a rotation needs no restart.
 * @param options.issuer the service's `PUBLIC_URL`
 * @param options.audience your own origin, never taken from the request
 * @returns a function that returns undefined for a token that is invalid, expired, or for another origin
 * @throws SsoLinkError `keys_unavailable` by that function: the keys cannot be fetched; answer 503, not 401
 * @example
 * const verifySession = createSessionVerifier({
 *   issuer: 'https://account.example.com',
 *   audience: 'https://app.example.com',
 * });
 * const session = await verifySession(request.headers.authorization);
 */
export function createSessionVerifier(options: {
  issuer: string;
  audience: string;
}): (token: string | null | undefined) => Promise<VerifiedSession | undefined> {
  const { audience } = options;
  const issuer = options.issuer.replace(/\/$/, '');
  const keys = createRemoteJWKSet(new URL('/.well-known/jwks.json', issuer));
  return async (token) => {
    if (!token) return undefined;
    try {
      const bare = token.replace(/^Bearer +/i, '');
      const verified = await jwtVerify(bare, keys, {
        issuer,
        audience,
        algorithms: ['ES256'],
        requiredClaims: ['exp', 'sub'],
      });
      return sessionOf(verified.payload);
    } catch (error) {
      if (error instanceof errors.JOSEError && !KEYS_FAILED.has(error.code)) return undefined;
      throw new SsoLinkError('keys_unavailable', `the keys of ${issuer} cannot be fetched`, { cause: error });
    }
  };
}

function sessionOf({ sub, company, login_id: loginId }: JWTPayload): VerifiedSession | undefined {
  if (!sub || typeof company !== 'string' || typeof loginId !== 'string') return undefined;
  return { userId: sub, company, loginId };
}

/**
 * Asks the service who is signed in, with the browser's cookie. An outage, or `signal`, is the answer `unavailable`, not an exception.
 * @param serviceUrl the service's `PUBLIC_URL`
 * @throws SsoLinkError `origin_not_allowed`: `RETURN_ORIGINS` of the service does not list this page's origin
 * @example
 * const session = await getSession('https://account.example.com');
 * if (session.state === 'signed_in') await fetch('/api', { headers: { authorization: `Bearer ${session.token}` } });
 */
export async function getSession(
  serviceUrl: string,
  options: { fetch?: typeof globalThis.fetch; signal?: AbortSignal } = {},
): Promise<Session> {
  const ask = options.fetch ?? globalThis.fetch;
  const { signal } = options;
  const url = new URL('/session', serviceUrl);
  let answer: unknown;
  try {
    const response = await ask(url, { credentials: 'include', ...(signal && { signal }) });
    answer = await response.json();
  } catch {
    return { state: 'unavailable' };
  }
  const { state, error } = (answer ?? {}) as { state?: unknown; error?: unknown };
  if (error === 'origin_not_allowed') {
    throw new SsoLinkError('origin_not_allowed', `RETURN_ORIGINS of ${url.origin} does not list this origin`);
  }
  const known = state === 'signed_in' || state === 'pending' || state === 'refused' || state === 'none';
  return known ? (answer as Session) : { state: 'unavailable' };
}

export { SsoLinkError };
