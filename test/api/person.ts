import { randomBytes } from 'node:crypto';
import { clientSecretAssociatedData } from '../../src/companies/sso-client-rows.ts';
import { newId, ssoIdentityId } from '../../src/ids.ts';
import { createSealer } from '../../src/seal.ts';
import { SECRET_KEY } from '../commands/operator.ts';
import type { TestDatabase } from '../support/database.ts';

export interface Person {
  companyId: string;
  ssoClientId: string;
  identityId: string;
  loginId: string;
  sessionId: string;
  userId: string;
}

/** A person of a company who signed in by SSO: mirrored user and account, SSO client, identity, login, result, session. */
export async function signedIn({ sql }: TestDatabase, slug: string, userId: string): Promise<Person> {
  const [company] = await sql<{ id: string }[]>`SELECT id FROM companies WHERE slug = ${slug}`;
  const companyId = company?.id ?? '';
  const issuer = 'https://oauth.id.jumpcloud.com/';
  const identityId = ssoIdentityId(companyId, issuer, userId);
  const [ssoClientId, loginId, sessionId] = [newId(), newId(), newId()];
  const sealer = createSealer([Buffer.from(SECRET_KEY, 'base64')]);
  const secret = sealer.seal('secret', clientSecretAssociatedData(ssoClientId));
  const email = `${userId}@${slug}.test`;
  await sql`
    INSERT INTO sso_clients (id, company_id, region, issuer, client_id, client_secret, status)
    VALUES (${ssoClientId}, ${companyId}, 'us', ${issuer}, ${`client-${newId()}`}, ${secret}, 'disabled')`;
  await sql`
    INSERT INTO users (id, company_id, company_set_by, name) VALUES (${userId}, ${companyId}, 'link', ${userId})`;
  await sql`
    INSERT INTO social_accounts (id, user_id, provider, provider_user_id, email, email_verified)
    VALUES (${newId()}, ${userId}, 'google', ${`g-${userId}`}, ${email}, true)`;
  await sql`
    INSERT INTO sso_identities (id, company_id, issuer, subject, user_id, linked_at, email)
    VALUES (${identityId}, ${companyId}, ${issuer}, ${userId}, ${userId}, now(), ${email})`;
  await sql`
    INSERT INTO logins (id, state_hash, sso_identity_id, company_id, sso_client_id)
    VALUES (${loginId}, ${randomBytes(32)}, ${identityId}, ${companyId}, ${ssoClientId})`;
  await sql`
    INSERT INTO link_results (login_id, sso_identity_id, company_id, outcome, user_id, matched, policy_version, evidence)
    VALUES (${loginId}, ${identityId}, ${companyId}, 'linked', ${userId}, '[]'::jsonb, 1, '{}'::jsonb)`;
  await sql`
    INSERT INTO sessions (id, token_hash, login_id, sso_identity_id, return_to, expires_at)
    VALUES (${sessionId}, ${randomBytes(32)}, ${loginId}, ${identityId}, 'https://app.test/', now() + interval '1 day')`;
  return { companyId, ssoClientId, identityId, loginId, sessionId, userId };
}
