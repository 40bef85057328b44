/** Ends sessions at once: the next read says that nobody is signed in. The links stay. */
import { audit } from '../audit.ts';
import { lockCompany } from '../companies/companies.ts';
import type { Database, Sql, Transaction } from '../db/client.ts';
import { type SessionsRevoked, sessionsRevoked, sessionsRevokedCause } from '../events/sessions-revoked.ts';
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

/** So many sessions at once: each statement stays short, and the transaction idles for no longer than a moment. */
const BATCH = 2_000;

/** Ends sessions, and publishes `user.sessions_revoked` for each identity. @param target what the audit log names */
export async function revokeSessions(
  tx: Transaction,
  actor: string,
  { of, target }: { of: SessionsOf; target: string },
): Promise<{ ended: number; changed: boolean }> {
  const published = new Set<string>();
  let ended = 0;
  for (;;) {
    const deleted = await deleteSome(tx.sql, of);
    const open = deleted.filter((session) => session.open);
    ended += open.length;
    const people = new Map(open.map((person) => [person.id, person]));
    const events = [...people.values()].filter(({ id }) => !published.has(id));
    await append(
      tx,
      events.map(({ id, userId, companyId: company_id, company }) =>
        eventOf(actor, id, { sso_identity_id: id, user_id: userId, company_id, company }),
      ),
    );
    for (const { id } of events) published.add(id);
    if (deleted.length < BATCH) break;
  }
  if (ended > 0) {
    await audit(tx, {
      ...{ actor, action: 'sessions.revoke', target, details: { ended } },
      ...(of.companyId && { companyId: of.companyId }),
    });
  }
  return { ended, changed: ended > 0 };
}

interface DeletedSession {
  /** The SSO identity. */
  id: string;
  userId: string | null;
  companyId: string;
  /** The company's slug. */
  company: string;
  /** It could still be used. */
  open: boolean;
}

async function deleteSome(sql: Sql, of: SessionsOf): Promise<DeletedSession[]> {
  return sql<DeletedSession[]>`
    WITH chosen AS (
      SELECT s.id, i.id AS identity, i.user_id, i.company_id, c.slug,
        s.expires_at > now() AND coalesce(s.created_at >= c.sessions_not_before, true) AS open
      FROM sessions s
      JOIN sso_identities i ON i.id = s.sso_identity_id
      JOIN logins l ON l.id = s.login_id
      JOIN companies c ON c.id = i.company_id
      WHERE ${conditionOf(sql, of)}
      ORDER BY s.id LIMIT ${BATCH} FOR UPDATE OF s
    )
    DELETE FROM sessions s USING chosen WHERE chosen.id = s.id
    RETURNING chosen.identity AS id, chosen.user_id AS "userId", chosen.company_id AS "companyId", chosen.slug AS company, chosen.open`;
}

/**
 * Ends the sessions of all people of a company by one row: what began before now is ended. No session is read, so none is
 * counted; they are deleted as they expire. @throws SsoLinkError `company_not_found`
 */
export async function revokeCompanySessions(
  tx: Transaction,
  actor: string,
  slug: string,
): Promise<{ company: string; notBefore: Date; changed: boolean }> {
  const company = await lockCompany(tx, slug);
  // By the database's clock, as are the sessions' own times.
  const [row] = await tx.sql<{ at: string }[]>`
    UPDATE companies SET sessions_not_before = clock_timestamp() WHERE id = ${company.id}
    RETURNING sessions_not_before AS at`;
  const notBefore = new Date(row?.at ?? '');
  const facts = { sso_identity_id: null, user_id: null, company_id: company.id, company: slug };
  await append(tx, [eventOf(actor, company.id, facts)]);
  const details = { not_before: notBefore };
  await audit(tx, { actor, action: 'sessions.revoke', target: slug, companyId: company.id, details });
  return { company: slug, notBefore, changed: true };
}

/** Which part of this service says so, by the cause. */
const SOURCES = { operator: 'operator', api: 'api', person: 'server', provider: 'server' } as const;

type Facts = Pick<SessionsRevoked, 'sso_identity_id' | 'user_id' | 'company_id' | 'company'>;

function eventOf(actor: string, subject: string, facts: Facts) {
  const time = new Date();
  const cause = sessionsRevokedCause(actor);
  return sessionsRevoked.create(
    { id: newId(), source: `urn:sso-link:${SOURCES[cause]}`, time, subject },
    { ...facts, by: actor, cause, at: time.toISOString() },
  );
}
