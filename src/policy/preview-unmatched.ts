import type { Database } from '../db/client.ts';
import type { Outcome, Reason } from '../events/link-result.ts';

/** A user of the company whom no sign-in would find. */
export interface UnfoundUser {
  userId: string;
  name: string | null;
}

const BATCH = 500;

/**
 * Streams the company's users who have no verified social account in its domains, and whom no SSO identity
 * leads to. They are not asked about by `preview`, which goes by email: each would come as somebody new.
 */
export async function* unmatchedUsers(
  { sql }: Pick<Database, 'sql'>,
  companyId: string,
): AsyncGenerator<UnfoundUser> {
  const rows = sql<UnfoundUser[]>`
    SELECT u.id AS "userId", u.name FROM users u
    WHERE u.company_id = ${companyId} AND u.status <> 'deleted' AND u.sso_email IS NULL
      AND NOT EXISTS (SELECT FROM sso_identities i WHERE i.company_id = ${companyId} AND i.user_id = u.id)
      AND NOT EXISTS (
        SELECT FROM social_accounts s
        JOIN company_domains d ON d.domain = split_part(s.email, '@', 2) AND d.company_id = ${companyId}
        WHERE s.user_id = u.id AND s.email_verified)
    ORDER BY u.id`.cursor(BATCH);
  for await (const batch of rows) yield* batch;
}

/** What each of them would get, as far as it is known without an email. */
export async function outcomeOfUnmatched(
  { sql }: Pick<Database, 'sql'>,
  companyId: string,
): Promise<{ outcome: Outcome; reason: Reason | null }> {
  const [company] = await sql<{ createsUsers: boolean; hasDomain: boolean }[]>`
    SELECT creates_users AS "createsUsers",
      EXISTS (SELECT FROM company_domains WHERE company_id = c.id) AS "hasDomain"
    FROM companies c WHERE id = ${companyId}`;
  if (!company?.hasDomain) return { outcome: 'refused', reason: 'domain_not_owned' };
  return { outcome: company.createsUsers ? 'user_created' : 'no_match', reason: null };
}
