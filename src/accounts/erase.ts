import type { Transaction } from '../db/client.ts';
import { userErased } from '../events/user-erased.ts';
import { newId } from '../ids.ts';
import { append } from '../outbox/append.ts';
import { publishTombstones } from '../states/identity-states.ts';
import { accountHash } from './removed-accounts.ts';

/**
 * Who writes to the mirror holds this to the end of the transaction: imports and erasures come one after the
 * other, so that no batch under way brings back what was erased.
 */
export async function lockMirror(tx: Transaction): Promise<void> {
  await tx.sql`SELECT pg_advisory_xact_lock(hashtext('sso_link_accounts_mirror'))`;
}

/**
 * Erases users: their name and emails, their social accounts, what their SSO identities and their company's directory
 * say of them, their sessions. The user's id stays, as deleted, and so does the link: who comes back by SSO is refused, and no new
 * user is made of them. Publishes `user.erased` for each SSO identity that is linked to them; no other service
 * heard of a user without one, and of each nothing more is said on `sso.identities`. Needs `lockMirror`.
 */
export async function eraseUsers(tx: Transaction, userIds: string[]): Promise<void> {
  const { sql } = tx;
  // Identities before users, each by id: the linking worker's order.
  const identities = await sql<{ id: string; companyId: string; company: string; userId: string }[]>`
    SELECT i.id, i.company_id AS "companyId", c.slug AS company, i.user_id AS "userId"
    FROM sso_identities i JOIN companies c ON c.id = i.company_id
    WHERE i.user_id = ANY(${userIds}::text[]) ORDER BY i.id FOR UPDATE OF i`;
  await sql`SELECT 1 FROM users WHERE id = ANY(${userIds}::text[]) ORDER BY id FOR UPDATE`;
  await sql`
    UPDATE users SET status = 'deleted', name = NULL, sso_email = NULL, updated_at = now()
    WHERE id = ANY(${userIds}::text[])`;
  await sql`
    WITH gone AS (
      DELETE FROM social_accounts WHERE user_id = ANY(${userIds}::text[]) RETURNING *
    )
    INSERT INTO removed_accounts AS r (hash, changed_at)
    SELECT ${accountHash(sql)}, coalesce(changed_at, created_at) FROM gone
    ON CONFLICT (hash) DO UPDATE SET changed_at = greatest(r.changed_at, EXCLUDED.changed_at)`;
  await sql`
    DELETE FROM sessions s USING sso_identities i
    WHERE s.sso_identity_id = i.id AND i.user_id = ANY(${userIds}::text[])`;
  await sql`
    DELETE FROM late_matches
    WHERE user_id = ANY(${userIds}::text[]) OR created_user_id = ANY(${userIds}::text[])`;
  await sql`
    DELETE FROM directory_users d USING sso_identities i
    WHERE d.sso_identity_id = i.id AND i.user_id = ANY(${userIds}::text[])`;
  await sql`
    UPDATE sso_identities SET email = NULL, name = NULL, directory_state = NULL, directory_state_at = NULL,
      state = NULL, state_sequence = NULL, state_at = NULL
    WHERE user_id = ANY(${userIds}::text[])`;
  const time = new Date();
  await append(
    tx,
    identities.map(({ id, companyId: company_id, company, userId: user_id }) =>
      userErased.create(
        { id: newId(), source: 'urn:sso-link:accounts', time, subject: id },
        { sso_identity_id: id, company_id, company, user_id, at: time.toISOString() },
      ),
    ),
  );
  await publishTombstones(
    tx,
    identities.map(({ id }) => id),
    'accounts',
  );
}
