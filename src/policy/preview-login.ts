import type { Database } from '../db/client.ts';
import { domainOf, normalizeEmail } from '../email.ts';
import { decide } from './decide.ts';
import { loadPeople } from './load-people.ts';
import type { CompanyFacts, Decision, DomainProof } from './policy-types.ts';

export interface LoginToPreview {
  companyId: string;
  identityId: string;
  /** As the provider gave it. */
  email: string | null;
  emailVerified: boolean;
}

/**
 * What would be decided for one login, company and SSO client being active. The policy and the loader are the
 * worker's own; nothing is locked and nothing is written.
 */
export async function previewLogin(
  { sql }: Pick<Database, 'sql'>,
  { companyId, identityId, email, emailVerified }: LoginToPreview,
): Promise<Decision> {
  const address = normalizeEmail(email);
  const search = {
    identityIds: [identityId],
    emails: address === null ? [] : [{ companyId, email: address }],
  };
  const [[identity], [company], [domainProof = null], people] = await Promise.all([
    sql<{ userId: string | null; linkRemoved: boolean; directoryInactive: boolean }[]>`
      SELECT user_id AS "userId", link_removed_at IS NOT NULL AS "linkRemoved",
        coalesce(directory_state = 'inactive', false) AS "directoryInactive"
      FROM sso_identities WHERE id = ${identityId}`,
    sql<Pick<CompanyFacts, 'createsUsers'>[]>`
      SELECT creates_users AS "createsUsers" FROM companies WHERE id = ${companyId}`,
    sql<DomainProof[]>`
      SELECT domain, company_id AS "companyId", verified_by AS "verifiedBy"
      FROM company_domains WHERE domain = ${address && domainOf(address)}`,
    loadPeople(sql, search, { lock: false }),
  ]);
  return decide(
    { email, emailVerified },
    {
      linked: people.linked(identity?.userId ?? null, companyId),
      linkRemoved: identity?.linkRemoved ?? false,
      directoryInactive: identity?.directoryInactive ?? false,
    },
    address === null ? [] : people.candidates(companyId, address),
    {
      id: companyId,
      active: true,
      clientActive: true,
      createsUsers: company?.createsUsers ?? false,
      domainProof,
    },
  );
}
