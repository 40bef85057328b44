/** What a sign-in asks the directory, in the transaction that records the login: src/login/ is given it by `AppDeps`. */
import type { Transaction } from '../db/client.ts';
import { deriveStates, lockIdentities } from './derive-states.ts';

export interface DirectoryLogin {
  companyId: string;
  identityId: string;
  subject: string;
  /** The verified email, normalized; null without one. */
  email: string | null;
}

export interface DirectoryAtLogin {
  lock(tx: Transaction, login: DirectoryLogin): Promise<void>;
  bind(tx: Transaction, login: DirectoryLogin & { loginId: string }): Promise<{ blocked: boolean }>;
}

/**
 * Locks the identities whose state the login may change, in the order of their ids: its own, and the one that a
 * directory user with its subject was bound to by email until now. Before the login is recorded.
 */
async function lockForLogin(tx: Transaction, login: DirectoryLogin): Promise<void> {
  const { companyId, identityId, subject } = login;
  const rows = await tx.sql.unprepared<{ id: string }[]>`
    SELECT ${identityId}::uuid AS id
    UNION SELECT sso_identity_id FROM directory_users
    WHERE company_id = ${companyId} AND external_id = ${subject} AND bound_by = 'email'`;
  await lockIdentities(
    tx,
    rows.map(({ id }) => id),
  );
}

/**
 * Binds the directory's users to the identity that has signed in: those with its subject, and those with its email that
 * are bound to nobody, if it is the only identity with that email. After the login is recorded.
 * @returns whether the directory says that the person may not sign in
 */
async function bindAtLogin(
  tx: Transaction,
  login: DirectoryLogin & { loginId: string },
): Promise<{ blocked: boolean }> {
  const { companyId, identityId, subject, email } = login;
  const bound = await tx.sql.unprepared<{ was: string | null }[]>`
    WITH chosen AS (
      SELECT d.id, d.sso_identity_id AS was,
        CASE WHEN d.external_id = ${subject} THEN 'external_id' ELSE 'email' END AS bound_by
      FROM directory_users d
      WHERE d.company_id = ${companyId} AND (
        (d.external_id = ${subject} AND d.bound_by IS DISTINCT FROM 'external_id')
        OR (
          d.sso_identity_id IS NULL AND (d.user_name_key = ${email} OR d.email_key = ${email})
          AND NOT EXISTS (
            SELECT FROM sso_identities other
            WHERE other.company_id = ${companyId} AND other.email = ${email} AND other.email_verified
              AND other.id <> ${identityId}
          )
        )
      )
      ORDER BY d.id FOR UPDATE
    )
    UPDATE directory_users d SET sso_identity_id = ${identityId}, bound_by = chosen.bound_by
    FROM chosen WHERE chosen.id = d.id
    RETURNING chosen.was`;
  if (bound.length > 0) {
    const released = bound.flatMap(({ was }) => (was === null || was === identityId ? [] : was));
    await deriveStates(tx, [...new Set([identityId, ...released])], login.loginId);
  }
  const [row] = await tx.sql<{ blocked: boolean }[]>`
    SELECT coalesce(directory_state = 'inactive', false) AS blocked FROM sso_identities WHERE id = ${identityId}`;
  return { blocked: row?.blocked ?? false };
}

export const directoryAtLogin: DirectoryAtLogin = { lock: lockForLogin, bind: bindAtLogin };
