import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AppDeps } from '../app-deps.ts';
import { findAttempted, type SsoClient } from '../companies/sso-client-lookup.ts';
import { codeOf, SsoLinkError } from '../errors.ts';
import { COMPANY_COOKIE, COOKIE_OPTIONS, SESSION_COOKIE } from '../http/cookies.ts';
import { addLogFields } from '../observability/requests.ts';
import { destinationOf } from '../pages/links.ts';
import { readSession } from '../sessions/session.ts';
import { hashToken } from '../tokens.ts';
import { type Attempt, openAttempt } from './attempt.ts';
import { finishLogin, type ProviderAnswer } from './finish-login.ts';
import { finishTest } from './finish-test.tsx';
import type { CallbackQuery, Query } from './query.ts';
import { recordedLogin, wasRecorded } from './record.ts';
import { CALLBACK } from './route-schemas.ts';
import { createUsedAttempts } from './used-attempts.ts';

const YEAR_S = 365 * 24 * 60 * 60;
/** For a second. */
const DUPLICATE_CALLBACK_TRIES = 10;

/** What RFC 6749 §4.1.2.1 and OpenID Connect Core §3.1.2.6 name, and Hydra's own `invalid_state`. */
const KNOWN_ERRORS = new Set([
  'invalid_request',
  'unauthorized_client',
  'unsupported_response_type',
  'invalid_scope',
  'server_error',
  'temporarily_unavailable',
  'interaction_required',
  'login_required',
  'account_selection_required',
  'consent_required',
  'invalid_request_uri',
  'invalid_request_object',
  'request_not_supported',
  'request_uri_not_supported',
  'registration_not_supported',
  'invalid_client',
  'invalid_state',
]);

type Callback = Query<typeof CallbackQuery>;
type Request = FastifyRequest<{ Querystring: Callback }>;
type Finished = { client: SsoClient; signedIn: boolean };

/** `GET /login/callback`: the provider's answer becomes a recorded login, or a page that says what to do. */
export function callbackRoute(app: FastifyInstance, deps: AppDeps): void {
  const { config, database, sealer } = deps;
  /**
   * By state. A code is brought runOnce, however often its callback is sent: the second time a provider revokes
   * what it gave for the first (RFC 6749 §4.1.2), and the session would end at its next revalidation.
   */
  const underWay = new Map<string, Promise<Finished>>();
  const used = createUsedAttempts(config.LOGIN_ATTEMPT_TTL);

  app.get<{ Querystring: Callback }>('/login/callback', { schema: CALLBACK }, async (request, reply) => {
    reply.header('cache-control', 'no-store');
    const { state, error } = request.query;
    if (!state) {
      throw new SsoLinkError(
        error ? 'provider_error_unknown' : 'request_malformed',
        'a callback without a state',
      );
    }
    const found = openAttempt(sealer, request.cookies, state, config.LOGIN_ATTEMPT_TTL);
    if (found === undefined) return reuseSessionOrRefuse(request, reply, state);
    const { attempt, name } = found;
    // Whatever comes of it, the attempt is over.
    reply.clearCookie(name, COOKIE_OPTIONS);
    request.destination = destinationOf(attempt, config.APP_URL);
    if (error) {
      used.use(attempt);
      throw providerError(error);
    }
    if (attempt.test) {
      addLogFields(request, { test: { company: attempt.company } });
      const { client } = await findAttemptedClient(request, attempt);
      useOnce(attempt);
      const page = await finishTest(deps, answerOf(request, attempt, client), request);
      return reply.type('text/html; charset=utf-8').send(page);
    }

    const { client, signedIn } = await runOnce(attempt, () => finish(request, attempt));
    return redirectAfterLogin(reply, attempt, client, signedIn);
  });

  /** The same callback, sent again while it is under way here, waits for what comes of the first. */
  function runOnce(attempt: Attempt, work: () => Promise<Finished>): Promise<Finished> {
    const known = underWay.get(attempt.state);
    if (known) return known;
    const finished = work().finally(() => underWay.delete(attempt.state));
    underWay.set(attempt.state, finished);
    return finished;
  }

  async function finish(request: Request, attempt: Attempt): Promise<Finished> {
    const { client, recorded } = await findAttemptedClient(request, attempt);
    return {
      client,
      signedIn: recorded ? await isSignedIn(attempt) : await completeLogin(request, attempt, client),
    };
  }

  async function findAttemptedClient(request: Request, attempt: Attempt) {
    const found = await findAttempted(database, sealer, attempt, recordedLogin(database.sql, attempt));
    if (found === undefined) throw new SsoLinkError('sso_not_active', 'disabled since the attempt began');
    const { client } = found;
    if (client.version !== attempt.ssoClientVersion) {
      throw new SsoLinkError('attempt_missing', 'the SSO client was changed since the attempt began');
    }
    request.company = client.company.slug;
    return found;
  }

  function useOnce(attempt: Attempt): void {
    if (!used.use(attempt)) throw new SsoLinkError('attempt_missing', 'the attempt came to nothing before');
  }

  function answerOf(request: Request, attempt: Attempt, client: SsoClient): ProviderAnswer {
    return {
      attempt,
      client,
      query: request.query,
      previousSession: request.cookies[SESSION_COOKIE],
      log: request.log,
      span: request.span,
    };
  }

  /** Finishes the login, or finds that it is finished: a twin was faster, or COMMIT's answer was lost. */
  async function completeLogin(request: Request, attempt: Attempt, client: SsoClient): Promise<boolean> {
    useOnce(attempt);
    try {
      const result = await finishLogin(deps, answerOf(request, attempt, client));
      if (result.outcome === 'recorded') return result.signedIn;
      if (result.outcome === 'client_changed') {
        throw new SsoLinkError('sso_not_active', 'disabled while the login was under way');
      }
    } catch (error) {
      const mayBeRecorded = !(error instanceof SsoLinkError) || codeOf(error) === 'grant_rejected';
      if (!mayBeRecorded || !(await waitUntilRecorded(attempt))) throw error;
    }
    return isSignedIn(attempt);
  }

  async function isSignedIn(attempt: Attempt): Promise<boolean> {
    const session = await readSession(database, attempt.sessionToken, { idle: config.SESSION_IDLE });
    return session.state === 'signed_in';
  }

  /** Another process may hold the code's one answer, and be about to commit. */
  async function waitUntilRecorded(attempt: Attempt): Promise<boolean> {
    for (let tries = 0; tries < DUPLICATE_CALLBACK_TRIES; tries++) {
      if (tries > 0) await delay(100);
      if (await wasRecorded(database, attempt)) return true;
    }
    return false;
  }

  function redirectAfterLogin(reply: FastifyReply, attempt: Attempt, client: SsoClient, signedIn: boolean) {
    reply.setCookie(SESSION_COOKIE, attempt.sessionToken, {
      ...COOKIE_OPTIONS,
      maxAge: Math.floor(config.SESSION_ABSOLUTE / 1000),
    });
    reply.setCookie(COMPANY_COOKIE, client.company.slug, { ...COOKIE_OPTIONS, maxAge: YEAR_S });
    return reply.redirect(signedIn ? attempt.returnTo : '/login/wait', 303);
  }

  /** No attempt: a consumed callback is reloaded in the browser that holds its session, or it is refused. */
  async function reuseSessionOrRefuse(request: Request, reply: FastifyReply, state: string) {
    const session = await readSession(database, request.cookies[SESSION_COOKIE], {
      idle: config.SESSION_IDLE,
    });
    if (session.state !== 'none' && (await consumedBy(session.session.loginId, state))) {
      return reply.redirect('/login/wait', 303);
    }
    throw new SsoLinkError('attempt_missing', 'no attempt of this browser has this state');
  }

  async function consumedBy(loginId: string, state: string): Promise<boolean> {
    const rows = await database.sql`
      SELECT FROM logins WHERE id = ${loginId} AND state_hash = ${hashToken(state)}`;
    return rows.length > 0;
  }
}

function providerError(error: string): SsoLinkError {
  if (error === 'access_denied')
    return new SsoLinkError('access_denied', 'the provider answered access_denied');
  return KNOWN_ERRORS.has(error)
    ? new SsoLinkError('provider_error', `the provider answered ${error}`)
    : new SsoLinkError('provider_error_unknown', 'the provider answered with an unknown error');
}
