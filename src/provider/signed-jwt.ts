/**
 * What an ID token and a logout token share: a signature by the issuer's key, and the claims that jose checks (`iss`,
 * `aud`, `exp`, `nbf`).
 */
import { errors, type JWTPayload, type JWTVerifyResult, jwtVerify } from 'jose';
import { ProviderError } from '../bounded-fetch.ts';
import type { SsoLinkError } from '../errors.ts';
import type { KeySource } from './keys.ts';

/** Seconds that the provider's clock and ours may differ. */
export const CLOCK_SKEW_S = 60;
/** OpenID Connect Core §2: at most 255 ASCII characters. */
export const SUBJECT = /^[\x20-\x7e]{1,255}$/;

export interface ExpectedJwt {
  issuer: string;
  clientId: string;
  keys: KeySource;
  requiredClaims: string[];
}

/** The error for a token that is refused: why, never with a value, and the claim that is wrong if one is. */
export type Invalid = (why: string, claim?: string) => SsoLinkError;

/**
 * Verifies signature, issuer, audience and times.
 * @throws what `invalid` makes
 * @throws ProviderError when the keys can't be had
 */
export async function verifySignedJwt(
  token: string,
  { issuer, clientId, keys, requiredClaims }: ExpectedJwt,
  invalid: Invalid,
): Promise<JWTVerifyResult<JWTPayload>> {
  const options = {
    // JumpCloud signs with RS256, the algorithm that every OpenID provider must offer. One alone leaves
    // no room for `none`, HMAC by the public key, or a key used for another algorithm than its own.
    algorithms: ['RS256'],
    issuer,
    audience: clientId,
    clockTolerance: CLOCK_SKEW_S,
    requiredClaims,
  };
  try {
    return await jwtVerify(token, keys.getKey, options).catch(async (error) => {
      const mayBeRotated = error instanceof errors.JWSSignatureVerificationFailed;
      if (!mayBeRotated || !(await keys.reload())) throw error;
      return jwtVerify(token, keys.getKey, options);
    });
  } catch (error) {
    if (error instanceof ProviderError) throw error;
    if (error instanceof errors.JWTClaimValidationFailed || error instanceof errors.JWTExpired) {
      throw invalid(`${error.claim} ${error.reason === 'missing' ? 'is missing' : 'is wrong'}`, error.claim);
    }
    if (error instanceof errors.JWKSInvalid || (error as { code?: string }).code === 'ERR_JOSE_GENERIC') {
      throw new ProviderError('provider_answer_invalid', "the issuer's key set can't be used");
    }
    if (error instanceof errors.JOSEError) throw invalid(error.code);
    throw invalid('malformed');
  }
}
