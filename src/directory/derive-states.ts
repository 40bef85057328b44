/**
 * What a company's directory says of its people's sign-in. Requests and operators change `directory_users`; this
 * file alone derives `sso_identities.directory_state` from it, ends sessions, and publishes what changed. Sign-in
 * reads the state: a directory takes access away, and never gives any.
 */
import type { Transaction } from '../db/client.ts';
import { userDeprovisioned } from '../events/user-deprovisioned.ts';
import { userReprovisioned } from '../events/user-reprovisioned.ts';
import { newId } from '../ids.ts';
import { append } from '../outbox/append.ts';
import { publishIdentityStates } from '../states/identity-states.ts';

export interface StateChange {
  id: string;
  companyId: string;
  /** The company's slug. */
  company: string;
  userId: string | null;
  was: 'active' | 'inactive' | null;
  state: 'active' | 'inactive' | null;
  /** The directory deleted the person; false where it says that the person is inactive. */
  deleted: boolean;
  sessionsEnded: number;
}

/** Locks SSO identities in the order of their ids, as the linking worker does. Before any lock on a directory user. */
export async function lockIdentities({ sql }: Pick<Transaction, 'sql'>, ids: string[]): Promise<void> {
  await sql`SELECT 1 FROM sso_identities WHERE id = ANY(${ids}::uuid[]) ORDER BY id FOR UPDATE`;
}

/**
 * Derives the states of SSO identities, which `lockIdentities` locked. An identity is inactive where a directory user
 * that is bound to it is inactive, or was deleted and no active one that is bound at least as well came after it: an
 * email that was given to another person ends no block of the person who left.
 * @param exceptLogin a login whose session is kept, so that its browser reads why it is refused
 * @returns those whose state changed. Sessions of the inactive ones are deleted.
 */
export async function deriveStates(
  tx: Transaction,
  ids: string[],
  exceptLogin: string | null = null,
): Promise<StateChange[]> {
  const time = new Date();
  const changes = await tx.sql<StateChange[]>`
    WITH said AS (
      SELECT i.id, i.directory_state AS was,
        count(d.id) > 0 AS known,
        coalesce(bool_or(NOT d.active) FILTER (WHERE d.deleted_at IS NULL), false) AS inactive,
        coalesce(max(b.strength) FILTER (WHERE d.deleted_at IS NULL), 0)
          < coalesce(max(b.strength) FILTER (WHERE d.deleted_at IS NOT NULL), 0) AS deleted
      FROM sso_identities i
      JOIN companies c ON c.id = i.company_id
      LEFT JOIN directory_users d ON d.sso_identity_id = i.id AND c.directory_enabled
      LEFT JOIN (VALUES ('external_id', 2), ('email', 1)) AS b (bound_by, strength) ON b.bound_by = d.bound_by
      WHERE i.id = ANY(${ids}::uuid[])
      GROUP BY i.id
    ), derived AS (
      SELECT id, was, NOT inactive AS deleted,
        CASE WHEN inactive OR deleted THEN 'inactive' WHEN known THEN 'active' END AS state
      FROM said
    ), changed AS (
      UPDATE sso_identities i SET directory_state = derived.state, directory_state_at = ${time.toISOString()}
      FROM derived WHERE derived.id = i.id AND derived.state IS DISTINCT FROM derived.was
      RETURNING i.id, i.company_id, i.user_id, derived.was, derived.state, derived.deleted
    ), ended AS (
      DELETE FROM sessions s USING changed
      WHERE s.sso_identity_id = changed.id AND changed.state = 'inactive'
        AND s.login_id IS DISTINCT FROM ${exceptLogin}::uuid
      RETURNING s.sso_identity_id AS id
    )
    SELECT id, company_id AS "companyId", (SELECT slug FROM companies c WHERE c.id = company_id) AS company, user_id AS "userId", was, state, deleted,
      (SELECT count(*)::int FROM ended WHERE ended.id = changed.id) AS "sessionsEnded"
    FROM changed ORDER BY id`;
  await append(
    tx,
    changes.flatMap((change) => eventOf(change, time) ?? []),
  );
  const blocked = changes.filter(({ was, state }) => was === 'inactive' || state === 'inactive');
  await publishIdentityStates(
    tx,
    blocked.map(({ id }) => id),
    'directory',
  );
  return [...changes];
}

function eventOf({ id, companyId, company, userId, was, state, deleted }: StateChange, time: Date) {
  const facts = {
    sso_identity_id: id,
    user_id: userId,
    company_id: companyId,
    company,
    at: time.toISOString(),
  };
  const envelope = { id: newId(), source: 'urn:sso-link:directory', time, subject: id };
  if (state === 'inactive') {
    const cause = deleted ? 'directory_deleted' : 'directory_inactive';
    return userDeprovisioned.create(envelope, { ...facts, cause });
  }
  return was === 'inactive' ? userReprovisioned.create(envelope, facts) : undefined;
}

/** Derives the states of all SSO identities of a company that its directory has to do with. */
export async function deriveCompanyStates(tx: Transaction, companyId: string): Promise<StateChange[]> {
  const rows = await tx.sql<{ id: string }[]>`
    SELECT id FROM sso_identities WHERE company_id = ${companyId} AND id IN (
      SELECT sso_identity_id FROM directory_users WHERE company_id = ${companyId}
      UNION SELECT id FROM sso_identities WHERE company_id = ${companyId} AND directory_state IS NOT NULL
    ) ORDER BY id FOR UPDATE`;
  return deriveStates(
    tx,
    rows.map(({ id }) => id),
  );
}
