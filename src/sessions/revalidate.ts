/**
 * A session is followed at JumpCloud: after SESSION_REVALIDATE_AFTER the next read spends its refresh token.
 * Refresh tokens are single-use, so one process at a time holds the session's row for it; the others, and
 * other requests of this one, wait for what it finds.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '../db/client.ts';
import { codeOf } from '../errors.ts';
import type { Discovery } from '../login/discovery.ts';
import type { OAuthClients } from '../login/oauth-clients.ts';
import { findSsoClient } from '../login/sso-client.ts';
import type { Logger } from '../observability/log.ts';
import type { Sealer } from '../seal.ts';
import type { SignedIn } from './session.ts';
import { sessionSeal } from './session-seal.ts';

export interface RevalidateDeps {
  database: Pick<Database, 'sql'>;
  sealer: Sealer;
  discovery: Discovery;
  oauth: OAuthClients;
  log: Logger;
  /** Milliseconds. */
  revalidateAfter: number;
}

/** So long an unanswered session is kept. */
const GRACE_MS = 60 * 60_000;
/** Longer than a provider may take. */
const HOLD_MS = 15_000;
const RETRY_AFTER_FAILURE_MS = 30_000;

/** Whether the person is still there, as far as can be told: `false` ends the session. */
export type Revalidate = (signedIn: SignedIn) => Promise<boolean>;

export function createRevalidate(deps: RevalidateDeps): Revalidate {
  const underWay = new Map<string, Promise<boolean>>();

  return async ({ session }) => {
    if (Date.now() - session.revalidatedAt.getTime() < deps.revalidateAfter) return true;
    // The company's application gives no refresh tokens: the session can't be followed, only end.
    if (!session.hasRefreshToken) return true;
    const known = underWay.get(session.id);
    if (known) return known;
    const asked = revalidate(deps, session.id).finally(() => underWay.delete(session.id));
    underWay.set(session.id, asked);
    return asked;
  };
}

interface Held {
  refreshToken: string;
  ssoClientId: string;
}

async function revalidate(deps: RevalidateDeps, sessionId: string): Promise<boolean> {
  const held = await hold(deps, sessionId);
  if (held === 'gone') return false;
  if (held === 'not due') return withinGrace(deps, sessionId);
  try {
    return await refresh(deps, sessionId, held);
  } catch (error) {
    deps.log.warn(
      { code: codeOf(error), session: sessionId, err: error },
      'a session could not be revalidated',
    );
    await deps.database.sql`
      UPDATE sessions SET revalidation_held_until = ${inMs(RETRY_AFTER_FAILURE_MS)},
        revalidation_failing_since = coalesce(revalidation_failing_since, now())
      WHERE id = ${sessionId}`;
    return withinGrace(deps, sessionId);
  }
}

async function refresh(deps: RevalidateDeps, sessionId: string, held: Held): Promise<boolean> {
  const { database, sealer, discovery, oauth } = deps;
  const associated = sessionSeal(sessionId, 'refresh_token');
  const client = await findSsoClient(database, sealer, { id: held.ssoClientId });
  if (client === undefined) return true; // Disabled meanwhile: the session's next reading says so.
  try {
    const metadata = await discovery.metadata(client.issuer);
    const tokens = await oauth.refresh(client, metadata, sealer.open(held.refreshToken, associated));
    await database.sql`
      UPDATE sessions SET refresh_token = ${sealer.seal(tokens.refreshToken ?? '', associated)},
        revalidated_at = now(), revalidation_failing_since = NULL, revalidation_held_until = NULL
      WHERE id = ${sessionId}`;
    return true;
  } catch (error) {
    if (codeOf(error) !== 'grant_rejected') throw error;
    await database.sql`DELETE FROM sessions WHERE id = ${sessionId}`;
    deps.log.info({ session: sessionId }, 'the provider says that the person is gone: session ended');
    return false;
  }
}

/** Takes the session for refreshing, or waits until whoever holds it is done. */
async function hold(deps: RevalidateDeps, sessionId: string): Promise<Held | 'not due' | 'gone'> {
  const { sql } = deps.database;
  const due = inMs(-deps.revalidateAfter);
  for (const deadline = Date.now() + HOLD_MS; Date.now() < deadline; await delay(100)) {
    const [taken] = await sql<Held[]>`
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
    if (waiting === undefined) return 'gone';
    if (!waiting.due || waiting.failing) return 'not due';
  }
  return 'not due';
}

async function withinGrace({ database: { sql } }: RevalidateDeps, sessionId: string): Promise<boolean> {
  const [kept] = await sql`
    SELECT 1 FROM sessions WHERE id = ${sessionId}
      AND (revalidation_failing_since IS NULL OR revalidation_failing_since > ${inMs(-GRACE_MS)})`;
  if (kept === undefined) await sql`DELETE FROM sessions WHERE id = ${sessionId}`;
  return kept !== undefined;
}

function inMs(milliseconds: number): string {
  return new Date(Date.now() + milliseconds).toISOString();
}
