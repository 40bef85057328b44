import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Static } from 'typebox';
import type { AppDeps } from '../app-deps.ts';
import { LOST_RACES, retryOnCodes } from '../db/retry-on-codes.ts';
import { SsoLinkError } from '../errors.ts';
import { SESSION_COOKIE } from '../http/cookies.ts';
import { sendPage } from '../pages/send-page.ts';
import { SessionsPage } from '../pages/sessions-page.tsx';
import { accountToken, signOutToken } from '../tokens.ts';
import type { CurrentSession } from './current-session.ts';
import { listSessions, revokeSessions } from './revoke.ts';
import { ACCOUNT_SESSIONS, type AccountQuery, END_SESSIONS, type EndSessionsBody } from './route-schemas.ts';
import { comesFrom } from './same-site.ts';
import { type SignedIn, touchSession } from './session.ts';

/** More than anybody reads; "sign out everywhere else" ends all of them. */
const SHOWN = 50;

/** `GET /account/sessions` and the forms of its page: where a person is signed in, and how they end it elsewhere. */
export function accountRoutes(
  app: FastifyInstance,
  {
    deps,
    currentSession,
  }: {
    deps: Pick<AppDeps, 'config' | 'database' | 'notifyRelay'>;
    currentSession: CurrentSession;
  },
): void {
  const { config, database, notifyRelay } = deps;

  app.get<{ Querystring: Static<typeof AccountQuery> }>(
    '/account/sessions',
    { schema: ACCOUNT_SESSIONS },
    async (request, reply) => {
      const found = await signedInOrElse(request, reply);
      if (found === undefined) return reply;
      const { cookie, session, userId } = found;
      await touchSession(database, session);
      const sessions = await listSessions(database, { userId }, SHOWN);
      const page = {
        sessions: sessions.map((one) => ({ ...one, isThis: one.id === session.id })),
        now: new Date(),
        token: accountToken(cookie),
        signOutToken: signOutToken(cookie),
        ended: request.query.ended !== undefined,
      };
      return sendPage(reply, <SessionsPage {...page} />);
    },
  );

  app.post<{ Body: Static<typeof EndSessionsBody> }>(
    '/account/sessions/end',
    { schema: END_SESSIONS },
    async (request, reply) => {
      const found = await signedInOrElse(request, reply);
      if (found === undefined) return reply;
      const { cookie, session, userId } = found;
      const { token, session: sessionId, others } = request.body;
      // Both: the page is ours alone, and no other site's form may name sessions.
      if (comesFrom(request, [config.PUBLIC_URL]) === false || token !== accountToken(cookie)) {
        throw new SsoLinkError('cross_site', 'a request from another site to end sessions');
      }
      if (others === undefined && sessionId === undefined) {
        throw new SsoLinkError('request_malformed', 'expected `session` or `others`');
      }
      const of = { userId, otherThan: session.id, ...(others === undefined && { sessionId }) };
      const end = () =>
        database.transaction((tx) => revokeSessions(tx, `user:${userId}`, { of, target: userId }));
      const { ended } = await retryOnCodes(end, {
        codes: LOST_RACES,
        tries: 5,
        pause: (tries) => 20 * tries,
      });
      if (ended > 0) notifyRelay();
      return reply.redirect('/account/sessions?ended=1', 303);
    },
  );

  /** Nobody who is signed in: the sign-in page. Not yet or refused: the page that says so. */
  async function signedInOrElse(
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<(SignedIn & { cookie: string }) | undefined> {
    reply.header('cache-control', 'no-store');
    const cookie = request.cookies[SESSION_COOKIE];
    const state = await currentSession(cookie);
    if (state.state === 'signed_in' && cookie !== undefined) return { ...state, cookie };
    reply.redirect(state.state === 'none' ? '/login' : '/login/wait', 303);
    return undefined;
  }
}
