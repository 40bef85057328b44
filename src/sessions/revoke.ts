/** Ends sessions at once: the next read says that nobody is signed in. The links stay. */
import { audit } from '../audit.ts';
import { lockCompany } from '../companies/companies.ts';
import type { Database, Sql, Transaction } from '../db/client.ts';
import { sessionsRevoked, sessionsRevokedCause } from '../events/sessions-revoked.ts';
import { newId } from '../ids.ts';
import { append } from '../outbox/append.ts';

export interface OpenSession {
  id: string;
  /** The browser and system of the sign-in, like `Chrome, Windows`; null where they are not known. */
  device: string | null;
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
  sessionId?: string | null | undefined;
  /** Every session except this one. */
  otherThan?: string | null;
  /** The provider's session; `orUnknown` includes sessions of which it is not known. */
  sid?: { hash: Buffer; orUnknown: boolean } | null;
}

/** A condition on sessions `s`, SSO identities `i` and logins `l`. */
function conditionOf(sql: Sql, of: SessionsOf) {
  const { userId, identityId, companyId, ssoClientId, sessionId, otherThan, sid } = of;
  const given = [
    userId != null && sql`i.user_id = ${userId}`,
    identityId != null && sql`s.sso_identity_id = ${identityId}`,
    companyId != null && sql`i.company_id = ${companyId}`,
    ssoClientId != null && sql`l.sso_client_id = ${ssoClientId}`,
    sessionId != null && sql`s.id = ${sessionId}`,
    otherThan != null && sql`s.id <> ${otherThan}`,
    sid != null && sql`(s.sid_hash = ${sid.hash} OR (${sid.orUnknown} AND s.sid_hash IS NULL))`,
  ];
  return given.reduce((all, one) => (one === false ? all : sql`${all} AND ${one}`), sql`true`);
}

/** Sessions that can still be used, the newest first. */
export async function listSessions(
  { sql }: Pick<Database, 'sql'>,
  of: SessionsOf,
  limit: number | null = null,
): Promise<OpenSession[]> {
  type Row = Record<Exclude<keyof OpenSession, 'device'>, string> & Pick<OpenSession, 'device'>;
  const rows = await sql<Row[]>`
    SELECT s.id, s.device, s.sso_identity_id AS "ssoIdentityId", c.slug AS company, s.created_at AS "createdAt",
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

/** Which part of this service says so, by the cause. */
const SOURCES = { operator: 'operator', api: 'api', person: 'server', provider: 'server' } as const;

type Facts = { sso_identity_id: string | null; user_id: string | null; company_id: string };

function eventOf(actor: string, subject: string, facts: Facts) {
  const time = new Date();
  const cause = sessionsRevokedCause(actor);
  return sessionsRevoked.create(
    { id: newId(), source: `urn:sso-link:${SOURCES[cause]}`, time, subject },
    { ...facts, by: actor, cause, at: time.toISOString() },
  );
}
