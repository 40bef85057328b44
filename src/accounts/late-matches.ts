/** Finds social accounts that came after their person had signed in and got a new user. */
import type { Transaction } from '../db/client.ts';
import { domainOf } from '../email.ts';
import { userLateMatch } from '../events/late-match.ts';
import { newId } from '../ids.ts';
import { append } from '../outbox/append.ts';
import { type CreatedFor, lateMatchesOf } from '../policy/late-match.ts';
import { loadPeople } from '../policy/load-people.ts';

/** What was recorded. */
export interface FoundLateMatch {
  id: string;
  /** The slug. */
  company: string;
  companyId: string;
  identityId: string;
  createdUserId: string;
  userId: string;
}

interface Row extends Omit<CreatedFor, 'domainProof'> {
  identityId: string;
  company: string;
  domain: string;
  verifiedBy: string;
  /** The company wants it, and nothing of the created user or the person stands against it. */
  mayMerge: boolean;
}

/**
 * Records the late matches of these emails, and publishes `user.late_match` for each that was not recorded before.
 * Needs the accounts to be written, and `lockMirror`.
 * @param emails normalized, of verified social accounts
 */
export async function recordLateMatches(
  tx: Transaction,
  emails: readonly string[],
): Promise<FoundLateMatch[]> {
  const rows = await createdFor(tx, [...new Set(emails)]);
  if (rows.length === 0) return [];
  const people = await loadPeople(tx.sql, { identityIds: [], emails: rows }, { lock: false });
  const found = rows.flatMap((row) => {
    const { companyId, domain, verifiedBy } = row;
    const domainProof = { domain, companyId, verifiedBy };
    return lateMatchesOf(people, { ...row, domainProof }).map(({ userId, unique }) => ({
      ...row,
      ...{ id: newId(), userId, automatic: unique && row.mayMerge },
    }));
  });
  if (found.length === 0) return [];
  const at = new Date();
  const written = await tx.sql<{ id: string }[]>`
    INSERT INTO late_matches (id, company_id, sso_identity_id, created_user_id, user_id, automatic, found_at)
    SELECT id, company_id, sso_identity_id, created_user_id, user_id, automatic::boolean, ${at.toISOString()}
    FROM unnest(${found.map((m) => m.id)}::uuid[], ${found.map((m) => m.companyId)}::uuid[],
      ${found.map((m) => m.identityId)}::uuid[], ${found.map((m) => m.createdUserId)}::text[],
      ${found.map((m) => m.userId)}::text[], ${found.map((m) => String(m.automatic))}::text[]
    ) AS i(id, company_id, sso_identity_id, created_user_id, user_id, automatic)
    ON CONFLICT DO NOTHING RETURNING id`;
  const ids = new Set(written.map(({ id }) => id));
  const fresh = found.filter(({ id }) => ids.has(id));
  await append(
    tx,
    fresh.map(({ identityId, companyId, createdUserId, userId }) =>
      userLateMatch.create(
        { id: newId(), source: 'urn:sso-link:accounts', time: at, subject: identityId },
        {
          ...{ sso_identity_id: identityId, company_id: companyId },
          ...{ created_user_id: createdUserId, user_id: userId, found_at: at.toISOString() },
        },
      ),
    ),
  );
  return fresh.map(({ id, company, companyId, identityId, createdUserId, userId }) => ({
    ...{ id, company, companyId, identityId, createdUserId, userId },
  }));
}

/** SSO identities of these emails whose sign-in created their user, at the companies that own the emails' domains. */
async function createdFor({ sql }: Transaction, emails: string[]): Promise<Row[]> {
  if (emails.length === 0) return [];
  return sql<Row[]>`
    SELECT i.id AS "identityId", i.company_id AS "companyId", c.slug AS company, i.email,
      i.user_id AS "createdUserId", c.creates_users AS "createsUsers", d.domain, d.verified_by AS "verifiedBy",
      c.merge_late_matches AND c.status = 'active' AND i.directory_state IS DISTINCT FROM 'inactive'
        AND NOT EXISTS (SELECT FROM social_accounts s WHERE s.user_id = u.id) AS "mayMerge"
    FROM unnest(${emails}::text[], ${emails.map(domainOf)}::text[]) AS came (email, domain)
    JOIN company_domains d ON d.domain = came.domain
    JOIN sso_identities i ON i.company_id = d.company_id AND i.email = came.email AND i.email_verified
    JOIN users u ON u.id = i.user_id AND u.status = 'active' AND u.company_id = i.company_id
    JOIN companies c ON c.id = i.company_id
    WHERE u.sso_email IS NOT NULL OR EXISTS (
      SELECT FROM link_changes h WHERE h.sso_identity_id = i.id AND h.user_id = u.id AND h.user_created)`;
}
