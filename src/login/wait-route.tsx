import type { FastifyInstance } from 'fastify';
import type { AppDeps } from '../app-deps.ts';
import { SESSION_COOKIE } from '../http/cookies.ts';
import { PATIENCE_S } from '../pages/wait-page.tsx';
import { readSession, type SessionRow } from '../sessions/session.ts';
import { answerBySession } from './answer-by-session.tsx';
import { holdForLinkResult } from './hold-for-link-result.ts';
import { WAIT } from './route-schemas.ts';

/**
 * `GET /login/wait`: until the link result is there; then on to where the person wanted to go. The request is held
 * like the callback, so that a browser without JavaScript waits without a page that flashes.
 */
export function waitRoute(
  app: FastifyInstance,
  { config, database, linkResults }: Pick<AppDeps, 'config' | 'database' | 'linkResults'>,
): void {
  app.get('/login/wait', { schema: WAIT }, async (request, reply) => {
    const token = request.cookies[SESSION_COOKIE];
    const read = () => readSession(database, token, { idle: config.SESSION_IDLE });
    reply.header('cache-control', 'no-store');
    let session = await read();
    if (session.state === 'pending' && isRecent(session.session)) {
      const login = { id: session.session.loginId, isNew: false };
      const outcome = await holdForLinkResult(linkResults, request, reply, login);
      if (outcome === 'decided') session = await read();
    }
    return answerBySession(request, reply, { session, token }, config);
  });
}

/** Later the page says that it takes longer, and offers other ways: nobody is held back from reading it. */
function isRecent({ createdAt }: SessionRow): boolean {
  return Date.now() - createdAt.getTime() < PATIENCE_S * 1000;
}
