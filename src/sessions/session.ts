/**
 * Who is signed in. A session's state isn't stored: it follows from the login's link result, the identity's
 * link, the user, the company and the SSO client, read afresh each time, so that what is suspended or
 * disabled there ends it here.
 */
import { otherCompanyCondition } from '../accounts/other-company.ts';
import type { Database } from '../db/client.ts';
import type { Outcome, Reason } from '../events/link-result.ts';
import { hashToken } from '../tokens.ts';

/** Why a person cannot sign in, as far as they may know. Never whether another account exists. */
export type ReasonClass =
  | 'sso_disabled'
  | 'directory_inactive'
  | 'user_suspended'
  | 'email_missing'
  | 'email_unverified'
  | 'domain_not_owned'
  | 'link_removed'
  | 'not_linked';

export interface SignedIn {
  state: 'signed_in';
  session: SessionRow;
  userId: string;
}

export type SessionState =
  | SignedIn
  | { state: 'pending'; session: SessionRow }
  | { state: 'refused'; reasonClass: ReasonClass; session: SessionRow }
  | { state: 'none' };

export interface SessionRow {
  id: string;
  loginId: string;
  ssoIdentityId: string;
  returnTo: string;
  createdAt: Date;
  lastUsedAt: Date;
  expiresAt: Date;
  revalidatedAt: Date;
  hasRefreshToken: boolean;
  endedAs: ReasonClass | null;
  email: string | null;
  name: string | null;
  userId: string | null;
  userStatus: string | null;
  /** The user belongs to another company by now. */
  userElsewhere: boolean;
  /** What the company's directory says of the identity. */
  directoryState: 'active' | 'inactive' | null;
  companyId: string;
  company: string;
  companyName: string;
  companyStatus: string;
  /** The sessions of all people of the company were ended since it began. */
  companyRevoked: boolean;
  clientStatus: string;
  /** Where it isn't active: the company has another one that is. */
  clientReplaced: boolean;
  outcome: Outcome | null;
  reason: Reason | null;
}

/** Reads a session by its cookie's token. */
export async function readSession(
  { sql }: Pick<Database, 'sql'>,
  token: string | undefined,
  options: { idle: number },
): Promise<SessionState> {
  if (token === undefined || !/^[A-Za-z0-9_-]{43}$/.test(token)) return { state: 'none' };
  const session = await findSession(sql, hashToken(token));
  if (session === undefined) return { state: 'none' };
  const state = deriveState(session, options.idle, Date.now());
  if (state.state === 'none') await sql`DELETE FROM sessions WHERE id = ${session.id}`;
  if (state.state === 'refused' && session.endedAs === null) {
    await sql`UPDATE sessions SET ended_as = ${state.reasonClass}, refresh_token = NULL WHERE id = ${session.id}`;
  }
  return state;
}

/** The state that follows from what was read; `now` in milliseconds since the epoch. */
export function deriveState(session: SessionRow, idle: number, now: number): SessionState {
  const refused = (reasonClass: ReasonClass): SessionState => ({ state: 'refused', reasonClass, session });
  if (now >= session.expiresAt.getTime() || now - session.lastUsedAt.getTime() >= idle) {
    return { state: 'none' };
  }
  if (session.companyRevoked) return { state: 'none' };
  if (session.endedAs !== null) return refused(session.endedAs);
  if (session.companyStatus !== 'active') return refused('sso_disabled');
  if (session.clientStatus !== 'active') {
    // The company's application was replaced: who signs in again comes by the new one.
    return session.clientReplaced ? { state: 'none' } : refused('sso_disabled');
  }
  if (session.directoryState === 'inactive') return refused('directory_inactive');
  if (session.userId !== null) {
    if (session.userStatus !== 'active') return refused('user_suspended');
    if (session.userElsewhere) return refused('not_linked');
    if (session.outcome === 'refused') return refused(reasonClassOf(session.reason));
    return { state: 'signed_in', session, userId: session.userId };
  }
  if (session.outcome === null) return { state: 'pending', session };
  // Linked once and to nobody now: the link was removed since.
  if (['linked', 'already_linked', 'user_created'].includes(session.outcome)) return { state: 'none' };
  return refused(reasonClassOf(session.reason));
}

/** Policy rows 9 to 13, 15 and 16 look the same from outside: else one could ask who has an account. */
export function reasonClassOf(reason: Reason | null): ReasonClass {
  switch (reason) {
    case 'sso_disabled':
    case 'directory_inactive':
    case 'email_missing':
    case 'email_unverified':
    case 'domain_not_owned':
    case 'link_removed':
      return reason;
    default:
      return 'not_linked';
  }
}

/** Reading is use: the idle time begins again. Written at most once a minute. */
export async function touchSession({ sql }: Pick<Database, 'sql'>, session: SessionRow): Promise<void> {
  if (Date.now() - session.lastUsedAt.getTime() < TOUCH_EVERY_MS) return;
  await sql`UPDATE sessions SET last_used_at = now() WHERE id = ${session.id}`;
}

const TOUCH_EVERY_MS = 60_000;

/** Its text never changes: nothing is built for a request, and each connection prepares it once. */
const FIND_SESSION = `
    SELECT s.id, s.login_id AS "loginId", s.sso_identity_id AS "ssoIdentityId", s.return_to AS "returnTo",
      s.created_at AS "createdAt", s.last_used_at AS "lastUsedAt", s.expires_at AS "expiresAt", s.revalidated_at AS "revalidatedAt",
      s.refresh_token IS NOT NULL AS "hasRefreshToken", s.ended_as AS "endedAs",
      i.email, coalesce(u.name, i.name) AS name,
      u.id AS "userId", u.status AS "userStatus", ${otherCompanyCondition('c.id')} AS "userElsewhere",
      i.directory_state AS "directoryState", c.id AS "companyId", c.slug AS company, c.name AS "companyName", c.status AS "companyStatus",
      coalesce(s.created_at < c.sessions_not_before, false) AS "companyRevoked",
      k.status AS "clientStatus", k.status <> 'active' AND EXISTS (
        SELECT FROM sso_clients other WHERE other.company_id = c.id AND other.status = 'active'
      ) AS "clientReplaced", r.outcome, r.reason
    FROM sessions s
    JOIN logins l ON l.id = s.login_id
    JOIN sso_identities i ON i.id = s.sso_identity_id
    JOIN companies c ON c.id = l.company_id
    JOIN sso_clients k ON k.id = l.sso_client_id
    LEFT JOIN users u ON u.id = i.user_id
    LEFT JOIN link_results r ON r.login_id = s.login_id
    WHERE s.token_hash = $1`;

async function findSession(sql: Database['sql'], tokenHash: Buffer): Promise<SessionRow | undefined> {
  const [row] = await sql.unsafe<Record<string, unknown>[]>(FIND_SESSION, [tokenHash], { prepare: true });
  if (row === undefined) return undefined;
  const date = (value: unknown) => new Date(value as string);
  return {
    ...row,
    createdAt: date(row.createdAt),
    lastUsedAt: date(row.lastUsedAt),
    expiresAt: date(row.expiresAt),
    revalidatedAt: date(row.revalidatedAt),
  } as SessionRow;
}
