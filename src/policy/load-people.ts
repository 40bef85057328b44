import type { Sql, Transaction } from '../db/client.ts';
import { type AccountFacts, type LinkFacts, type People, peopleOf, type UserFacts } from './people.ts';

export interface Search {
  /** SSO identities whose linked users are asked for. */
  identityIds: string[];
  /** Which email somebody came with at which company. Emails are normalized. */
  emails: { companyId: string; email: string }[];
}

/**
 * Reads everybody whom the decisions ask about, in two round trips whatever the number of logins. The first
 * statement is under way when this returns its promise, so that a caller can send others before and after it.
 * @param lock `true` holds the users until the transaction ends, in the order of their ids: their company,
 *   status and links are then read behind the lock, and nobody else claims them meanwhile
 */
export function loadPeople(
  sql: Sql | Transaction['sql'],
  { identityIds, emails }: Search,
  { lock }: { lock: boolean },
): Promise<People> {
  const companyOf = emails.map((e) => e.companyId);
  const emailOf = emails.map((e) => e.email);

  const users = sql<UserFacts[]>`
    SELECT id, company_id AS "companyId", status, sso_email AS "ssoEmail"
    FROM users WHERE id = ANY(ARRAY(
      WITH came AS (
        SELECT * FROM unnest(${companyOf}::uuid[], ${emailOf}::text[]) AS came (company_id, email)
      )
      SELECT user_id FROM sso_identities WHERE id = ANY(${identityIds}::uuid[])
      UNION SELECT user_id FROM social_accounts WHERE email = ANY(${emailOf}::text[]) AND email_verified
      UNION SELECT i.user_id FROM sso_identities i JOIN came USING (company_id, email) WHERE i.email_verified
      UNION SELECT u.id FROM users u JOIN came ON u.company_id = came.company_id AND u.sso_email = came.email
    ))
    ORDER BY id ${lock ? sql`FOR UPDATE` : sql``}`.execute();

  return users.then(async (found) => {
    const ids = found.map((user) => user.id);
    const [accounts, links] = await Promise.all([
      sql<(AccountFacts & { status: UserFacts['status'] | null })[]>`
        SELECT id, user_id AS "userId", provider, email, email_verified AS verified,
          CASE WHEN NOT email_verified THEN (SELECT u.status FROM users u WHERE u.id = user_id) END AS status
        FROM social_accounts WHERE email = ANY(${emailOf}::text[])`,
      sql<LinkFacts[]>`
        SELECT id AS "identityId", company_id AS "companyId", user_id AS "userId",
          CASE WHEN email_verified THEN email END AS email
        FROM sso_identities WHERE user_id = ANY(${ids}::text[])`,
    ]);
    const known = new Set(ids);
    // Not locked and so not linkable: they are there for row 15 alone. A verified account of such a user was
    // imported since the lock, and counts from the next chunk on.
    const strangers = accounts.flatMap(({ userId: id, status }) =>
      known.has(id) || status === null ? [] : [{ id, status, companyId: null, ssoEmail: null }],
    );
    const counting = accounts.filter((account) => known.has(account.userId) || !account.verified);
    return peopleOf({ users: [...found, ...strangers], accounts: counting, links });
  });
}
