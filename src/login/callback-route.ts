import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AppDeps } from '../app-deps.ts';
import type { SsoClient } from '../companies/sso-client-lookup.ts';
import { isDatabaseOutage } from '../db/outage.ts';
import { SsoLinkError } from '../errors.ts';
import { COMPANY_COOKIE, COOKIE_OPTIONS, PROMPT_COOKIE, SESSION_COOKIE } from '../http/cookies.ts';
import { addLogFields } from '../observability/requests.ts';
import { destinationOf } from '../pages/links.ts';
import { sendPage } from '../pages/send-page.ts';
import { readDescription } from '../provider/description.ts';
import { deviceLabel } from '../sessions/device-label.ts';
import { readSession } from '../sessions/session.ts';
import { hashToken } from '../tokens.ts';
import { answerBySession } from './answer-by-session.tsx';
import { type Attempt, openAttempt } from './attempt.ts';
import { beginAttempt } from './begin-attempt.ts';
import { type CompletedLogin, createLoginCompletion } from './complete-login.ts';
import type { ProviderAnswer } from './finish-login.ts';
import { finishTest } from './finish-test.tsx';
import { holdForLinkResult } from './hold-for-link-result.ts';
import type { WaitOutcome } from './link-result-waits.ts';
import type { CallbackQuery, Query } from './query.ts';
import { CALLBACK } from './route-schemas.ts';
import { originOf } from './state.ts';

const YEAR_S = 365 * 24 * 60 * 60;

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
  // Hydra's own: its login or consent request was begun in another browser or tab.
  'request_forbidden',
]);

/** After these the session's state is the answer. Else /login/wait answers, of another process maybe. */
const ANSWERED_HERE: ReadonlySet<string> = new Set(['decided', 'late', 'busy'] satisfies WaitOutcome[]);

type Callback = Query<typeof CallbackQuery>;
type Request = FastifyRequest<{ Querystring: Callback }>;
type CallbackDeps = Pick<
  AppDeps,
  'config' | 'database' | 'sealer' | 'tracing' | 'provider' | 'notifyRelay' | 'linkResults' | 'directory'
>;

/** `GET /login/callback`: the provider's answer becomes a recorded login, and its link result; or a page that says what to do. */
export function callbackRoute(app: FastifyInstance, deps: CallbackDeps): void {
  const { config, database, sealer, linkResults } = deps;
  const login = createLoginCompletion(deps);

  app.get<{ Querystring: Callback }>('/login/callback', { schema: CALLBACK }, async (request, reply) => {
    reply.header('cache-control', 'no-store');
    const { state, error } = request.query;
    if (!state) {
      const code = error ? 'provider_error_unknown' : 'request_malformed';
      throw new SsoLinkError(code, 'a callback without a state');
    }
    const found = openAttempt(sealer, request.cookies, state, config.LOGIN_ATTEMPT_TTL);
    if (found === undefined) return reuseSessionOrRefuse(request, reply, state);
    const { attempt, name } = found;
    request.destination = destinationOf(attempt, config.APP_URL);
    request.isTest = attempt.test === true;
    try {
      const respond = await completeAttempt(request, attempt, error);
      // The attempt is over.
      reply.clearCookie(name, COOKIE_OPTIONS);
      return respond(reply);
    } catch (failure) {
      addLogFields(request, { company: attempt.company });
      // After an outage the attempt is kept: a reload of the same callback completes it.
      if (isDatabaseOutage(failure)) login.release(attempt);
      else reply.clearCookie(name, COOKIE_OPTIONS);
      throw failure;
    }
  });

  async function completeAttempt(request: Request, attempt: Attempt, error: string | undefined) {
    if (error) {
      request.company = attempt.company;
      login.useOnce(attempt);
      const description = readDescription(request.query.error_description);
      if (isOfflineAccessRefused(attempt, error, description)) return beginAgain(request, attempt);
      throw providerError(error, description);
    }
    if (attempt.test) {
      addLogFields(request, { test: { company: attempt.company } });
      const client = await login.findAttemptedClient(attempt);
      login.useOnce(attempt);
      const page = await finishTest(deps, answerOf(request, attempt, client), request);
      return (reply: FastifyReply) => sendPage(reply, page);
    }
    const completed = await login.complete(attempt, (found) => answerOf(request, attempt, found));
    // Also where the login was recorded before, and nothing was asked of the provider.
    request.company = completed.client.company.slug;
    return (reply: FastifyReply) => answerAfterLogin(request, reply, attempt, completed);
  }

  /** The application lacks the Refresh Token grant: people can sign in, and `no_refresh_token` warns at each login. */
  async function beginAgain(request: Request, attempt: Attempt) {
    const client = await login.findAttemptedClient(attempt);
    const { returnTo, test = false } = attempt;
    return (reply: FastifyReply) =>
      beginAttempt(deps, request, reply, { client, returnTo, test, offlineAccess: false });
  }

  function answerOf(request: Request, attempt: Attempt, client: SsoClient): ProviderAnswer {
    request.company = client.company.slug;
    return {
      attempt,
      client,
      query: request.query,
      previousSession: request.cookies[SESSION_COOKIE],
      device: deviceLabel(request.headers['user-agent']),
      log: request.log,
      span: request.span,
    };
  }

  async function answerAfterLogin(
    request: Request,
    reply: FastifyReply,
    attempt: Attempt,
    { client, signedIn, pending }: CompletedLogin,
  ) {
    reply.setCookie(SESSION_COOKIE, attempt.sessionToken, {
      ...COOKIE_OPTIONS,
      maxAge: Math.floor(config.SESSION_ABSOLUTE / 1000),
    });
    reply.setCookie(COMPANY_COOKIE, client.company.slug, { ...COOKIE_OPTIONS, maxAge: YEAR_S });
    reply.clearCookie(PROMPT_COOKIE, COOKIE_OPTIONS);
    if (signedIn) return reply.redirect(attempt.returnTo, 303);
    const outcome =
      pending && (await holdForLinkResult(linkResults, request, reply, { id: pending, isNew: true }));
    if (outcome === undefined || !ANSWERED_HERE.has(outcome)) return reply.redirect('/login/wait', 303);
    const session = await readSession(database, attempt.sessionToken, { idle: config.SESSION_IDLE });
    return answerBySession(request, reply, { session, token: attempt.sessionToken }, config);
  }

  /** No attempt: a consumed callback is reloaded in the browser that holds its session, or it is refused. */
  async function reuseSessionOrRefuse(request: Request, reply: FastifyReply, state: string) {
    const session = await readSession(database, request.cookies[SESSION_COOKIE], {
      idle: config.SESSION_IDLE,
    });
    if (session.state !== 'none' && (await wasConsumedBy(session.session.loginId, state))) {
      return reply.redirect('/login/wait', 303);
    }
    // It may have begun in another browser, a mail program's for example: its company and destination are kept.
    const origin = originOf(sealer, state);
    if (origin) {
      const { company, returnTo = config.APP_URL } = origin;
      request.destination = destinationOf({ company, returnTo }, config.APP_URL);
      addLogFields(request, { company });
      if (!request.headers.cookie)
        throw new SsoLinkError('cookie_missing', 'our state, and no cookie at all');
    }
    throw new SsoLinkError('attempt_missing', 'no attempt of this browser has this state');
  }

  async function wasConsumedBy(loginId: string, state: string): Promise<boolean> {
    const rows = await database.sql`
      SELECT FROM logins WHERE id = ${loginId} AND state_hash = ${hashToken(state)}`;
    return rows.length > 0;
  }
}

/** Errors that the application's settings at JumpCloud cause, and where to look. A Map: an object also has `constructor`. */
const SETTINGS = new Map([
  ['invalid_scope', 'its Standard Scopes need Email and Profile, and its Grant Types Refresh Token'],
  ['unauthorized_client', 'its Grant Types need Authorization Code'],
  ['unsupported_response_type', 'its Grant Types need Authorization Code'],
  ['invalid_request', 'its Redirect URIs need PUBLIC_URL/login/callback'],
]);

/** Hydra names the scope that the application may not request. */
function isOfflineAccessRefused(attempt: Attempt, error: string, description = ''): boolean {
  return (
    error === 'invalid_scope' && attempt.offlineAccess !== false && description.includes('offline_access')
  );
}

/** Hydra, where a step is repeated: by Back, a reload, a double click (the verifier was used) or a second tab. */
function isRepeatedStep(error: string, description = ''): boolean {
  return (
    error === 'request_forbidden' || (error === 'access_denied' && /already been used/.test(description))
  );
}

function providerError(error: string, description: string | undefined): SsoLinkError {
  const known = KNOWN_ERRORS.has(error) || error === 'access_denied';
  const said = description === undefined ? '' : ` (“${description}”)`;
  const answer = known
    ? `the provider answered ${error}${said}`
    : `the provider answered an unknown error${said}`;
  const facts = { facts: { endpoint: 'authorization', ...(known && { oauth_error: error }) } };
  if (isRepeatedStep(error, description)) return new SsoLinkError('provider_step_repeated', answer, facts);
  if (error === 'access_denied') return new SsoLinkError('access_denied', answer, facts);
  const setting = SETTINGS.get(error);
  if (setting !== undefined) {
    const message = `${answer}: look at the application at JumpCloud, ${setting}`;
    return new SsoLinkError('client_misconfigured', message, facts);
  }
  return new SsoLinkError(known ? 'provider_error' : 'provider_error_unknown', answer, facts);
}
