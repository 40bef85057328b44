/**
 * From a callback with a valid attempt to a recorded login, exactly once. The attempt names the session that it
 * leads to, so a callback that is sent twice, or whose answer was lost, ends in the one session that was recorded.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { AppDeps } from '../app-deps.ts';
import { findAttempted, type SsoClient } from '../companies/sso-client-lookup.ts';
import { codeOf, SsoLinkError } from '../errors.ts';
import { singleFlight } from '../promises.ts';
import { readSession } from '../sessions/session.ts';
import type { Attempt } from './attempt.ts';
import { finishLogin, type ProviderAnswer } from './finish-login.ts';
import { recordedLogin, wasRecorded } from './record.ts';
import { createUsedAttempts } from './used-attempts.ts';

/** For a second. */
const DUPLICATE_CALLBACK_TRIES = 10;

export interface CompletedLogin {
  client: SsoClient;
  /** Whether the person is signed in already. */
  signedIn: boolean;
  /** The login whose link result is awaited. */
  pending?: string;
}

type Recorded = Omit<CompletedLogin, 'client'>;
type Deps = Pick<
  AppDeps,
  'config' | 'database' | 'sealer' | 'tracing' | 'provider' | 'notifyRelay' | 'directory'
>;

export interface LoginCompletion {
  /**
   * The attempt's SSO client, as it is now.
   * @throws SsoLinkError `sso_not_active`, `attempt_missing` when it was changed since
   */
  findAttemptedClient(attempt: Attempt): Promise<SsoClient>;
  /** Marks the attempt as used. @throws SsoLinkError `attempt_missing` when it was used before */
  useOnce(attempt: Attempt): void;
  /** After an outage: the browser may send the same callback again. */
  release(attempt: Attempt): void;
  /** Completes the login, or finds that it is complete. @throws SsoLinkError as `finishLogin` */
  complete(attempt: Attempt, answerOf: (client: SsoClient) => ProviderAnswer): Promise<CompletedLogin>;
}

export function createLoginCompletion(deps: Deps): LoginCompletion {
  const { config, database, sealer } = deps;
  /**
   * By state. A code is exchanged once, however often its callback is sent: the second time a provider revokes
   * what it gave for the first (RFC 6749 §4.1.2), and the session would end at its next revalidation.
   */
  const runOnce = singleFlight<CompletedLogin>();
  const used = createUsedAttempts(config.LOGIN_ATTEMPT_TTL);

  async function find(attempt: Attempt) {
    const found = await findAttempted(database, sealer, attempt, recordedLogin(database.sql, attempt));
    if (found === undefined) throw new SsoLinkError('sso_not_active', 'disabled since the attempt began');
    if (found.client.version !== attempt.ssoClientVersion) {
      throw new SsoLinkError('attempt_missing', 'the SSO client was changed since the attempt began');
    }
    return found;
  }

  function useOnce(attempt: Attempt): void {
    if (!used.use(attempt)) throw new SsoLinkError('attempt_missing', 'the attempt was used before');
  }

  /** Records the login, or finds that it is recorded: a duplicate was faster, or COMMIT's answer was lost. */
  async function record(attempt: Attempt, answer: ProviderAnswer): Promise<Recorded> {
    useOnce(attempt);
    try {
      const result = await finishLogin(deps, answer);
      if (result.outcome === 'recorded') {
        return result.signedIn ? { signedIn: true } : { signedIn: false, pending: result.loginId };
      }
      if (result.outcome === 'client_changed') {
        throw new SsoLinkError('sso_not_active', 'disabled while the login was under way');
      }
    } catch (error) {
      const mayBeRecorded = !(error instanceof SsoLinkError) || MAY_BE_RECORDED.test(codeOf(error) ?? '');
      if (!mayBeRecorded || !(await waitUntilRecorded(attempt))) throw error;
    }
    return findRecorded(attempt);
  }

  async function findRecorded(attempt: Attempt): Promise<Recorded> {
    const session = await readSession(database, attempt.sessionToken, { idle: config.SESSION_IDLE });
    if (session.state === 'pending') return { signedIn: false, pending: session.session.loginId };
    return { signedIn: session.state === 'signed_in' };
  }

  /** Another process may hold the code's one answer, and be about to commit. */
  async function waitUntilRecorded(attempt: Attempt): Promise<boolean> {
    for (let tries = 0; tries < DUPLICATE_CALLBACK_TRIES; tries++) {
      if (tries > 0) await delay(100);
      if (await wasRecorded(database, attempt)) return true;
    }
    return false;
  }

  return {
    findAttemptedClient: async (attempt) => (await find(attempt)).client,
    useOnce,
    release: used.release,
    complete: (attempt, answerOf) =>
      runOnce(attempt.state, async () => {
        const { client, recorded } = await find(attempt);
        // The cookies of an old attempt must not open its session to another person.
        if (recorded === false) {
          throw new SsoLinkError('attempt_missing', 'the attempt was completed more than a minute ago');
        }
        const found = recorded ? findRecorded(attempt) : record(attempt, answerOf(client));
        return { client, ...(await found) };
      }),
  };
}

/** The code was spent, or the database's answer to COMMIT was lost. */
const MAY_BE_RECORDED = /^(grant_rejected$|CONNECTION_|DATABASE_)/;
