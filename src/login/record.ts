/**
 * A verified identity becomes a recorded login: SSO client check, identity, login, session and outbox row
 * in one statement, so in one round trip and one commit. No login without its event, no event without its
 * login (docs/decisions.md).
 */
import { belongsToOtherCompany } from '../accounts/other-company.ts';
import type { AppDeps } from '../app-deps.ts';
import type { Database, Sql } from '../db/client.ts';
import { retryOnCodes, SQLSTATE } from '../db/retry-on-codes.ts';
import { normalizeEmail } from '../email.ts';
import { codeOf } from '../errors.ts';
import { ssoAuthenticated } from '../events/sso-authenticated.ts';
import { newId, ssoIdentityId } from '../ids.ts';
import { laneOf } from '../outbox/lanes.ts';
import type { Tokens } from '../provider/oauth-clients.ts';
import type { Sealer } from '../seal.ts';
import { sessionAssociatedData } from '../sessions/session-associated-data.ts';
import { hashToken } from '../tokens.ts';
import type { Attempt } from './attempt.ts';
import type { Profile } from './profile.ts';

export interface VerifiedIdentity {
  company: { id: string; slug: string; hasDirectory: boolean };
  issuer: string;
  subject: string;
  profile: Profile;
  tokens: Tokens;
  /** The `sid` of the ID token, where the issuer sends logout tokens. */
  sid: string | null;
  /** By what the person recognizes this sign-in: `deviceLabel`. */
  device: string | null;
  /** More headers of the event: the trace's, and the email's hash. */
  trace: Record<string, string>;
  /** The session that this browser had until now: it ends with the new login. */
  previousSession: string | undefined;
}

export type RecordOutcome =
  | { outcome: 'recorded'; loginId: string; firstLogin: boolean; signedIn: boolean }
  /** Company or SSO client changed or was disabled since the attempt began. Nothing was written. */
  | { outcome: 'client_changed' }
  /** This attempt was consumed before. Nothing was written. */
  | { outcome: 'consumed' };

export interface RecordOptions {
  sealer: Sealer;
  /** Milliseconds until the session's absolute end. */
  sessionAbsolute: number;
  directory: AppDeps['directory'];
}

/**
 * After these the whole statement was rolled back, and the same one succeeds: a schema change held a lock, or another
 * login of the same new identity came first. ON CONFLICT (id) settles that race by the primary key alone; the other
 * unique index of sso_identities may report it sooner.
 */
const RETRY = { codes: [SQLSTATE.deadlock, SQLSTATE.uniqueViolation], tries: 3, pause: () => 100 };

/**
 * Records a login. Where the company has a directory, the directory's users are bound to the identity in the same
 * transaction, so that a person whom it has blocked is refused at the first login as well.
 * @throws the database's error when it is unknown whether it was committed
 */
export async function recordLogin(
  database: Pick<Database, 'sql' | 'transaction'>,
  attempt: Attempt,
  identity: VerifiedIdentity,
  options: RecordOptions,
): Promise<RecordOutcome> {
  const { company, issuer, subject, profile } = identity;
  const login = {
    companyId: company.id,
    identityId: ssoIdentityId(company.id, issuer, subject),
    subject,
    email: profile.emailVerified ? normalizeEmail(profile.email) : null,
  };
  const record = async (): Promise<RecordOutcome> => {
    if (!company.hasDirectory) return insertLogin(database.sql, attempt, identity, options);
    return database.transaction(async (tx) => {
      await options.directory.lock(tx, login);
      const recorded = await insertLogin(tx.sql, attempt, identity, options);
      if (recorded.outcome !== 'recorded') return recorded;
      const { blocked } = await options.directory.bind(tx, { ...login, loginId: recorded.loginId });
      return { ...recorded, signedIn: recorded.signedIn && !blocked };
    });
  };
  return retryOnCodes(() => unlessConsumed(record), RETRY);
}

/** An attempt that was used before is an outcome, not an error. */
async function unlessConsumed(record: () => Promise<RecordOutcome>): Promise<RecordOutcome> {
  try {
    return await record();
  } catch (error) {
    if (isConsumed(error)) return { outcome: 'consumed' };
    throw error;
  }
}

async function insertLogin(
  sql: Sql,
  attempt: Attempt,
  identity: VerifiedIdentity,
  { sealer, sessionAbsolute }: RecordOptions,
): Promise<RecordOutcome> {
  const loginId = newId();
  const sessionId = newId();
  const identityId = ssoIdentityId(identity.company.id, identity.issuer, identity.subject);
  const now = new Date();
  const { profile, tokens } = identity;
  const event = (firstLogin: boolean) =>
    ssoAuthenticated.create(
      { id: loginId, source: 'urn:sso-link:server', time: now, subject: identityId, trace: identity.trace },
      {
        login_id: loginId,
        sso_identity_id: identityId,
        company_id: identity.company.id,
        company: identity.company.slug,
        sso_client_id: attempt.ssoClientId,
        issuer: identity.issuer,
        subject: identity.subject,
        email: profile.email,
        email_verified: profile.emailVerified,
        name: profile.name,
        groups: profile.groups,
        authenticated_at: now.toISOString(),
        first_login: firstLogin,
      },
    );
  const [known, first] = [event(false), event(true)];
  const seal = (token: string | undefined, column: Parameters<typeof sessionAssociatedData>[1]) =>
    token === undefined ? null : sealer.seal(token, sessionAssociatedData(sessionId, column));

  const previous = identity.previousSession === undefined ? null : hashToken(identity.previousSession);

  const [row] = await sql<{ first_login: boolean; signed_in: boolean }[]>`
    WITH client AS (
      SELECT k.id, k.company_id, k.logout_at_provider
      FROM sso_clients k JOIN companies c ON c.id = k.company_id
      WHERE k.id = ${attempt.ssoClientId} AND k.version = ${attempt.ssoClientVersion}
        AND k.company_id = ${identity.company.id} AND k.status = 'active' AND c.status = 'active'
    ), identity AS (
      INSERT INTO sso_identities AS i
        (id, company_id, issuer, subject, email, email_verified, name, first_login_at, last_login_at)
      SELECT ${identityId}, company_id, ${identity.issuer}, ${identity.subject},
        ${normalizeEmail(profile.email)}, ${profile.emailVerified}, ${profile.name}, ${now.toISOString()},
        ${now.toISOString()}
      FROM client
      ON CONFLICT (id) DO UPDATE
        -- Of a user who was erased the identity says nothing more: no row makes both null.
        SET last_login_at = excluded.last_login_at, email_verified = excluded.email_verified, (email, name) = (
          SELECT excluded.email, excluded.name
          WHERE NOT EXISTS (SELECT FROM users u WHERE u.id = i.user_id AND u.status = 'deleted')
        )
      RETURNING i.id, i.company_id, i.user_id, i.directory_state, xmax = 0 AS first_login
    ), told AS (
      SELECT CASE WHEN first_login THEN ${first.payload}::bytea ELSE ${known.payload}::bytea END AS payload
      FROM identity
    ), login AS (
      INSERT INTO logins
        (id, state_hash, sso_identity_id, company_id, sso_client_id, event_hash, authenticated_at)
      SELECT ${loginId}, ${hashToken(attempt.state)}, id, company_id, ${attempt.ssoClientId}, sha256(payload),
        ${now.toISOString()}
      FROM identity, told
      RETURNING id
    ), session AS (
      INSERT INTO sessions (id, token_hash, login_id, sso_identity_id, return_to, sid_hash, device,
        refresh_token, id_token, expires_at)
      SELECT ${sessionId}, ${hashToken(attempt.sessionToken)}, login.id, identity.id, ${attempt.returnTo},
        ${identity.sid === null ? null : hashToken(identity.sid)}, ${identity.device},
        ${seal(tokens.refreshToken, 'refresh_token')},
        CASE WHEN client.logout_at_provider THEN ${seal(tokens.idToken, 'id_token')} END,
        ${new Date(now.getTime() + sessionAbsolute).toISOString()}
      FROM login, identity, client
    ), previous AS (
      DELETE FROM sessions WHERE token_hash = ${previous} AND EXISTS (SELECT FROM login)
    ), event AS (
      INSERT INTO outbox (lane, topic, key, headers, payload)
      SELECT ${laneOf(known.key)}, ${known.topic}, ${known.key}, ${JSON.stringify(known.headers)}::jsonb,
        payload
      FROM told
    )
    SELECT first_login, identity.directory_state IS DISTINCT FROM 'inactive' AND EXISTS (
      SELECT FROM users u WHERE u.id = identity.user_id AND u.status = 'active'
        AND NOT ${belongsToOtherCompany(sql, 'identity.company_id')}
    ) AS signed_in
    FROM identity`;
  if (row === undefined) return { outcome: 'client_changed' };
  return { outcome: 'recorded', loginId, firstLogin: row.first_login, signedIn: row.signed_in };
}

/** Whether a login was recorded for this attempt: asked when a COMMIT's outcome is unknown. */
export async function wasRecorded({ sql }: Pick<Database, 'sql'>, attempt: Attempt): Promise<boolean> {
  return (await recordedLogin(sql, attempt)).length > 0;
}

/**
 * The statement that finds the login of an attempt, in the session that the attempt's browser has: whether that is
 * recent, so that a callback that is sent again is answered by the session.
 */
export const recordedLogin = (sql: Database['sql'], attempt: Attempt) => sql`
  SELECT s.created_at > now() - interval '60 seconds' FROM logins l JOIN sessions s ON s.login_id = l.id
  WHERE l.state_hash = ${hashToken(attempt.state)} AND s.token_hash = ${hashToken(attempt.sessionToken)}`;

function isConsumed(error: unknown): boolean {
  const constraint = (error as { constraint_name?: string }).constraint_name;
  return codeOf(error) === '23505' && constraint === 'logins_state_hash_unique';
}
