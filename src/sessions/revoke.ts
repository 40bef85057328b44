/** Ends sessions at once: the next read says that nobody is signed in. The links stay. */
import { audit } from '../audit.ts';
import { lockCompany } from '../companies/companies.ts';
import type { Database, Sql, Transaction } from '../db/client.ts';
import { causeOf } from '../events/link-causes.ts';
import { sessionsRevoked } from '../events/sessions-revoked.ts';
import { newId } from '../ids.ts';
import { append } from '../outbox/append.ts';

export interface OpenSession {
  id: string;
  ssoIdentityId: string;
  /** The slug of the company by whose SSO client the person signed in. */
  company: string;
  createdAt: Date;
  lastUsedAt: Date;
  expiresAt: Date;
}

/** Which sessions: those for which everything given holds. */
export interface SessionsOf {
  userId?: string | null;
  identityId?: string | null;
  companyId?: string | null;
  ssoClientId?: string | null;
}

/** A condition on sessions `s`, SSO identities `i` and logins `l`. */
const conditionOf = (sql: Sql, of: SessionsOf) => sql`
  (${of.userId ?? null}::text IS NULL OR i.user_id = ${of.userId ?? null})
  AND (${of.identityId ?? null}::uuid IS NULL OR i.id = ${of.identityId ?? null}::uuid)
  AND (${of.companyId ?? null}::uuid IS NULL OR i.company_id = ${of.companyId ?? null}::uuid)
  AND (${of.ssoClientId ?? null}::uuid IS NULL OR l.sso_client_id = ${of.ssoClientId ?? null}::uuid)`;

/** Sessions that can still be used, the newest first. */
export async function listSessions(
  { sql }: Pick<Database, 'sql'>,
  of: SessionsOf,
  limit: number | null = null,
): Promise<OpenSession[]> {
  const rows = await sql<Record<keyof OpenSession, string>[]>`
    SELECT s.id, s.sso_identity_id AS "ssoIdentityId", c.slug AS company, s.created_at AS "createdAt",
      s.last_used_at AS "lastUsedAt", s.expires_at AS "expiresAt"
    FROM sessions s
    JOIN sso_identities i ON i.id = s.sso_identity_id
    JOIN logins l ON l.id = s.login_id
    JOIN companies c ON c.id = i.company_id
    WHERE ${conditionOf(sql, of)} AND s.expires_at > now()
      AND coalesce(s.created_at >= c.sessions_not_before, true)
    ORDER BY s.created_at DESC, s.id LIMIT ${limit}`;
  return rows.map((row) => ({
    ...row,
    createdAt: new Date(row.createdAt),
    lastUsedAt: new Date(row.lastUsedAt),
    expiresAt: new Date(row.expiresAt),
  }));
}

/** Ends sessions, and publishes `user.sessions_revoked` for each identity. @param target what the audit log names */
export async function revokeSessions(
  tx: Transaction,
  actor: string,
  { of, target }: { of: SessionsOf; target: string },
): Promise<{ ended: number; changed: boolean }> {
  const deleted = await tx.sql<{ id: string; userId: string | null; companyId: string; open: boolean }[]>`
    DELETE FROM sessions s USING sso_identities i, logins l, companies c
    WHERE s.sso_identity_id = i.id AND l.id = s.login_id AND c.id = i.company_id AND ${conditionOf(tx.sql, of)}
    RETURNING i.id, i.user_id AS "userId", i.company_id AS "companyId",
      s.expires_at > now() AND coalesce(s.created_at >= c.sessions_not_before, true) AS open`;
  const ended = deleted.filter(({ open }) => open);
  if (ended.length > 0) {
    const people = new Map(ended.map((person) => [person.id, person]));
    const events = [...people.values()].map(({ id, userId, companyId }) =>
      eventOf(actor, id, { sso_identity_id: id, user_id: userId, company_id: companyId }),
    );
    await append(tx, events);
    await audit(tx, {
      ...{ actor, action: 'sessions.revoke', target, details: { ended: ended.length } },
      ...(of.companyId && { companyId: of.companyId }),
    });
  }
  return { ended: ended.length, changed: ended.length > 0 };
}

/**
 * Ends the sessions of all people of a company by one row: what began before now is ended. Its sessions are counted,
 * and deleted as they expire. @throws SsoLinkError `company_not_found`
 */
export async function revokeCompanySessions(
  tx: Transaction,
  actor: string,
  slug: string,
): Promise<{ ended: number; changed: boolean }> {
  const company = await lockCompany(tx, slug);
  const [counted] = await tx.sql<{ n: number }[]>`
    SELECT count(*)::int AS n FROM sessions s JOIN sso_identities i ON i.id = s.sso_identity_id
    WHERE i.company_id = ${company.id} AND s.expires_at > now()
      AND coalesce(s.created_at >= ${company.sessionsNotBefore?.toISOString() ?? null}::timestamptz, true)`;
  const ended = counted?.n ?? 0;
  // By the database's clock, as are the sessions' own times.
  await tx.sql`UPDATE companies SET sessions_not_before = clock_timestamp() WHERE id = ${company.id}`;
  const facts = { sso_identity_id: null, user_id: null, company_id: company.id };
  await append(tx, [eventOf(actor, company.id, facts)]);
  const details = { ended };
  await audit(tx, { actor, action: 'sessions.revoke', target: slug, companyId: company.id, details });
  return { ended, changed: ended > 0 };
}

type Facts = { sso_identity_id: string | null; user_id: string | null; company_id: string };

function eventOf(actor: string, subject: string, facts: Facts) {
  const time = new Date();
  return sessionsRevoked.create(
    { id: newId(), source: `urn:sso-link:${causeOf(actor)}`, time, subject },
    { ...facts, by: actor, at: time.toISOString() },
  );
}
