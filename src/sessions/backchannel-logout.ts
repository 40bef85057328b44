/** A logout token becomes ended sessions: OpenID Connect Back-Channel Logout 1.0 §2.7. */
import type { LogoutAddressee } from '../companies/logout-addressee.ts';
import type { Transaction } from '../db/client.ts';
import { SsoLinkError } from '../errors.ts';
import { ssoIdentityId } from '../ids.ts';
import type { LogoutTokenClaims } from '../provider/logout-token.ts';
import { hashToken } from '../tokens.ts';
import { revokeSessions } from './revoke.ts';

/**
 * Ends the sessions that a verified logout token names, among those of its SSO client: by `sub` all of the person, by
 * `sid` one session of the provider. Where both are there, sessions of the person whose `sid` was not stored end as well:
 * they may be the one.
 * @throws SsoLinkError `logout_token_invalid` where its `jti` was used before
 */
export async function endByLogoutToken(
  tx: Transaction,
  { ssoClientId, issuer, region, company }: LogoutAddressee,
  { jti, sub, sid }: LogoutTokenClaims,
): Promise<{ ended: number; changed: boolean }> {
  if (!(await useOnce(tx, ssoClientId, jti))) {
    throw new SsoLinkError('logout_token_invalid', 'the logout token was refused: its jti was used before');
  }
  const identityId = sub === null ? null : ssoIdentityId(company.id, issuer, sub);
  const session = sid === null ? null : { hash: hashToken(sid), orUnknown: sub !== null };
  return revokeSessions(tx, `provider:${region}`, {
    of: { companyId: company.id, ssoClientId, identityId, sid: session },
    target: identityId ?? ssoClientId,
  });
}

/** A token is refused after five minutes by its `iat`: its `jti` is kept for longer than that. */
async function useOnce({ sql }: Transaction, ssoClientId: string, jti: string): Promise<boolean> {
  const { count } = await sql`
    WITH expired AS (
      DELETE FROM logout_tokens WHERE (sso_client_id, jti_hash) IN (
        SELECT sso_client_id, jti_hash FROM logout_tokens WHERE used_at < now() - interval '1 hour'
        LIMIT 10 FOR UPDATE SKIP LOCKED)
    )
    INSERT INTO logout_tokens (sso_client_id, jti_hash) VALUES (${ssoClientId}, ${hashToken(jti)})
    ON CONFLICT DO NOTHING`;
  return count === 1;
}
