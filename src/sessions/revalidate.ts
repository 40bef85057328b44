/**
 * A session is followed at JumpCloud: after SESSION_REVALIDATE_AFTER the next read spends its refresh token.
 * Refresh tokens are single-use, so one process at a time holds the session's row for it; the others, and
 * other requests of this one, wait for what it finds.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { findSsoClient } from '../companies/sso-client-lookup.ts';
import type { Database } from '../db/client.ts';
import { codeOf } from '../errors.ts';
import type { Logger } from '../observability/log.ts';
import { singleFlight } from '../promises.ts';
import type { Provider } from '../provider/provider.ts';
import type { Sealer } from '../seal.ts';
import type { SignedIn } from './session.ts';
import { sessionAssociatedData } from './session-associated-data.ts';

export interface RevalidateDeps {
  database: Pick<Database, 'sql'>;
  sealer: Sealer;
  provider: Pick<Provider, 'refresh'>;
  log: Logger;
  /** Milliseconds. */
  revalidateAfter: number;
}

/** So long an unanswered session is kept. */
const GRACE_MS = 60 * 60_000;
/** Longer than a provider may take for its metadata and a refresh, 10 s each. */
const HOLD_MS = 25_000;
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
}

async function revalidate(deps: RevalidateDeps, sessionId: string): Promise<void> {
  const lock = await acquireRefreshLock(deps, sessionId);
  if (lock === 'not due') return endAfterGrace(deps, sessionId);
  try {
    await refresh(deps, sessionId, lock);
  } catch (error) {
    deps.log.warn(
      { code: codeOf(error), session: sessionId, err: error },
      'a session could not be revalidated',
    );
    await deps.database.sql`
      UPDATE sessions SET revalidation_held_until = ${inMs(RETRY_AFTER_FAILURE_MS)},
        revalidation_failing_since = coalesce(revalidation_failing_since, now())
      WHERE id = ${sessionId}`;
    await endAfterGrace(deps, sessionId);
  }
}

async function refresh(deps: RevalidateDeps, sessionId: string, lock: RefreshLock): Promise<void> {
  const { database, sealer, provider } = deps;
  const associated = sessionAssociatedData(sessionId, 'refresh_token');
  const client = await findSsoClient(database, sealer, { id: lock.ssoClientId });
  if (client === undefined) return; // Disabled meanwhile: the session's next reading says so.
  try {
    const refreshToken = sealer.open(lock.refreshToken, associated);
    const tokens = await provider.refresh(client, refreshToken);
    await database.sql`
      UPDATE sessions SET refresh_token = ${sealer.seal(tokens.refreshToken ?? '', associated)},
        revalidated_at = now(), revalidation_failing_since = NULL, revalidation_held_until = NULL
      WHERE id = ${sessionId}`;
  } catch (error) {
    if (codeOf(error) !== 'grant_rejected') throw error;
    // Who took longer than the hold had the token spent by another, and knows nothing of the person.
    const { count } = await database.sql`
      DELETE FROM sessions WHERE id = ${sessionId} AND refresh_token = ${lock.refreshToken}`;
    if (count === 0) return;
    deps.log.info({ session: sessionId }, 'the provider says that the person is gone: session ended');
  }
}

/** Takes the session for refreshing, or waits until its holder is done. */
async function acquireRefreshLock(deps: RevalidateDeps, sessionId: string): Promise<RefreshLock | 'not due'> {
  const { sql } = deps.database;
  const due = inMs(-deps.revalidateAfter);
  for (const deadline = Date.now() + HOLD_MS; Date.now() < deadline; await delay(100)) {
    const [taken] = await sql<RefreshLock[]>`
      UPDATE sessions s SET revalidation_held_until = ${inMs(HOLD_MS)}
      FROM logins l
      WHERE s.id = ${sessionId} AND l.id = s.login_id AND s.refresh_token IS NOT NULL
        AND s.revalidated_at <= ${due}
        AND (s.revalidation_held_until IS NULL OR s.revalidation_held_until <= now())
      RETURNING s.refresh_token AS "refreshToken", l.sso_client_id AS "ssoClientId"`;
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
