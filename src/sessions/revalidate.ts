/**
 * A session is followed at JumpCloud: after SESSION_REVALIDATE_AFTER the next read spends its refresh token.
 * Refresh tokens are single-use, so one process at a time holds the session's row for it; the others, and
 * other requests of this one, wait for what it finds.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { findSsoClient, type SsoClient } from '../companies/sso-client-lookup.ts';
import type { Database } from '../db/client.ts';
import { codeOf, type SsoLinkError } from '../errors.ts';
import type { Logger } from '../observability/log.ts';
import { singleFlight } from '../promises.ts';
import type { Tokens } from '../provider/oauth-clients.ts';
import type { Provider } from '../provider/provider.ts';
import type { Sealer } from '../seal.ts';
import type { SignedIn } from './session.ts';
import { sessionAssociatedData } from './session-associated-data.ts';

export interface RevalidateDeps {
  database: Pick<Database, 'sql'>;
  sealer: Sealer;
  provider: Pick<Provider, 'refresh' | 'verifyIdToken'>;
  log: Logger;
  /** Milliseconds. */
  revalidateAfter: number;
}

/** So long an unanswered session is kept. */
const GRACE_MS = 60 * 60_000;
/** Longer than a provider may take for its metadata and a refresh, 10 s each. */
const HOLD_MS = 25_000;
const FIRST_RETRY_MS = 1_500;
const RETRY_AFTER_FAILURE_MS = 30_000;

/** Whether JumpCloud was asked, or waited for: then the session may have ended meanwhile, and is read again. */
export type Revalidate = (signedIn: SignedIn) => Promise<boolean>;

export function createRevalidate(deps: RevalidateDeps): Revalidate {
  const runOnce = singleFlight<void>();

  return async ({ session }) => {
    if (Date.now() - session.revalidatedAt.getTime() < deps.revalidateAfter) return false;
    // The company's application gives no refresh tokens: the session can't be followed, only end.
    if (!session.hasRefreshToken) return false;
    await runOnce(session.id, () => revalidate(deps, session.id));
    return true;
  };
}

interface RefreshLock {
  refreshToken: string;
  ssoClientId: string;
  subject: string;
  /** Whether an answer of the provider may have been lost before. */
  wasFailing: boolean;
}

async function revalidate(deps: RevalidateDeps, sessionId: string): Promise<void> {
  const { database, sealer, log } = deps;
  const lock = await acquireRefreshLock(deps, sessionId);
  if (lock === 'not due') return endAfterGrace(deps, sessionId);
  const client = await findSsoClient(database, sealer, { id: lock.ssoClientId });
  if (client === undefined) return; // Disabled meanwhile: the session's next reading says so.
  try {
    await refresh(deps, sessionId, lock, client);
  } catch (error) {
    const { facts = {} } = error as Partial<SsoLinkError>;
    const where = { company: client.company.slug, session: sessionId, endpoint: 'refresh', ...facts };
    log.warn({ code: codeOf(error), ...where, err: error }, 'a session could not be revalidated');
    // Soon at first: a provider that accepts a spent token for a grace period helps if its answer was lost.
    await database.sql`
      UPDATE sessions SET
        revalidation_held_until = CASE WHEN revalidation_failing_since IS NULL
          THEN ${inMs(FIRST_RETRY_MS)}::timestamptz ELSE ${inMs(RETRY_AFTER_FAILURE_MS)}::timestamptz END,
        revalidation_failing_since = coalesce(revalidation_failing_since, now())
      WHERE id = ${sessionId}`;
    await endAfterGrace(deps, sessionId);
  }
}

async function refresh(
  deps: RevalidateDeps,
  sessionId: string,
  lock: RefreshLock,
  client: SsoClient,
): Promise<void> {
  const { database, sealer, provider } = deps;
  const associated = sessionAssociatedData(sessionId, 'refresh_token');
  const where = { session: sessionId, company: client.company.slug };
  let tokens: Tokens;
  try {
    tokens = await provider.refresh(client, sealer.open(lock.refreshToken, associated));
  } catch (error) {
    if (codeOf(error) !== 'grant_rejected') throw error;
    // Who took longer than the hold had the token spent by another, and knows nothing of the person.
    const { count } = await database.sql`
      DELETE FROM sessions WHERE id = ${sessionId} AND refresh_token = ${lock.refreshToken}`;
    if (count === 0) return;
    const { facts } = error as SsoLinkError;
    const why = lock.wasFailing
      ? 'session ended: the provider rejects the refresh token; its answer to an earlier request was lost, or the person is gone'
      : 'session ended: the provider rejects the refresh token, the person or the grant is gone';
    deps.log.info({ ...where, ...facts }, why);
    return;
  }
  const verified = await verifyRefreshed(deps, client, tokens, lock.subject);
  if (verified === 'another person') {
    await database.sql`DELETE FROM sessions WHERE id = ${sessionId}`;
    deps.log.warn(where, 'session ended: the refreshed ID token is of another person, application or issuer');
    return;
  }
  // The old token is spent, whatever else happens.
  const next = sealer.seal(tokens.refreshToken ?? '', associated);
  if (verified !== 'same person') {
    await database.sql`UPDATE sessions SET refresh_token = ${next} WHERE id = ${sessionId}`;
    throw verified;
  }
  await database.sql`
    UPDATE sessions SET refresh_token = ${next},
      revalidated_at = now(), revalidation_failing_since = NULL, revalidation_held_until = NULL
    WHERE id = ${sessionId}`;
}

/** OpenID Connect Core §12.2: issuer, subject and audience of a refreshed ID token stay the same. */
async function verifyRefreshed(
  { provider }: Pick<RevalidateDeps, 'provider'>,
  client: SsoClient,
  { idToken, accessToken }: Tokens,
  subject: string,
): Promise<'same person' | 'another person' | Error> {
  if (idToken === undefined) return 'same person';
  try {
    const { sub } = await provider.verifyIdToken(client, idToken, { accessToken });
    return sub === subject ? 'same person' : 'another person';
  } catch (error) {
    const { claim } = (error as Partial<SsoLinkError>).facts ?? {};
    return claim === 'iss' || claim === 'aud' ? 'another person' : (error as Error);
  }
}

/** Takes the session for refreshing, or waits until its holder is done. */
async function acquireRefreshLock(deps: RevalidateDeps, sessionId: string): Promise<RefreshLock | 'not due'> {
  const { sql } = deps.database;
  const due = inMs(-deps.revalidateAfter);
  for (const deadline = Date.now() + HOLD_MS; Date.now() < deadline; await delay(100)) {
    const [taken] = await sql<RefreshLock[]>`
      UPDATE sessions s SET revalidation_held_until = ${inMs(HOLD_MS)}
      FROM logins l JOIN sso_identities i ON i.id = l.sso_identity_id
      WHERE s.id = ${sessionId} AND l.id = s.login_id AND s.refresh_token IS NOT NULL
        AND s.revalidated_at <= ${due}
        AND (s.revalidation_held_until IS NULL OR s.revalidation_held_until <= now())
      RETURNING s.refresh_token AS "refreshToken", l.sso_client_id AS "ssoClientId", i.subject,
        s.revalidation_failing_since IS NOT NULL AS "wasFailing"`;
    if (taken) return taken;
    const [waiting] = await sql<{ due: boolean; failing: boolean }[]>`
      SELECT revalidated_at <= ${due} AS due, revalidation_failing_since IS NOT NULL AS failing
      FROM sessions WHERE id = ${sessionId}`;
    if (!waiting?.due || waiting.failing) return 'not due';
  }
  return 'not due';
}

async function endAfterGrace({ database: { sql } }: RevalidateDeps, sessionId: string): Promise<void> {
  await sql`
    DELETE FROM sessions WHERE id = ${sessionId} AND revalidation_failing_since <= ${inMs(-GRACE_MS)}`;
}

function inMs(milliseconds: number): string {
  return new Date(Date.now() + milliseconds).toISOString();
}
