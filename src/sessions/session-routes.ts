import cors from '@fastify/cors';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { AppDeps } from '../app-deps.ts';
import { SESSION_COOKIE } from '../http/cookies.ts';
import type { CurrentSession } from './current-session.ts';
import { JWKS, SESSION } from './route-schemas.ts';
import { touchSession } from './session.ts';
import { publishedKeys } from './signing-keys.ts';

/** `GET /session` and the published keys: how the product learns who is signed in. */
export async function sessionRoutes(
  app: FastifyInstance,
  { deps, currentSession }: { deps: AppDeps; currentSession: CurrentSession },
): Promise<void> {
  const { config, database, issueToken } = deps;
  await app.register(cors, {
    origin: config.RETURN_ORIGINS,
    credentials: true,
    methods: ['GET'],
    maxAge: 600,
  });

  app.get('/session', { schema: SESSION }, async (request, reply) => {
    reply.header('cache-control', 'no-store');
    const audience = audienceOf(request);
    if (audience === undefined) return reply.code(403).send({ error: 'origin_not_allowed' });

    const state = await currentSession(request.cookies[SESSION_COOKIE]);
    if (state.state === 'pending') return reply.code(401).send({ state: 'pending' });
    if (state.state === 'refused') {
      return reply.code(401).send({ state: 'refused', reason_class: state.reasonClass });
    }
    if (state.state === 'none') return reply.code(401).send({ state: 'none' });

    const { session, userId } = state;
    const { company, loginId } = session;
    const [{ token, expiresAt }] = await Promise.all([
      issueToken({ userId, audience, company, loginId }),
      touchSession(database, session),
    ]);
    return {
      state: 'signed_in',
      user: { id: userId, name: session.name, email: session.email },
      company,
      identity: session.ssoIdentityId,
      token,
      token_expires_at: expiresAt.toISOString(),
    };
  });

  app.get('/.well-known/jwks.json', { schema: JWKS, exposeHeadRoute: true }, async (_request, reply) => {
    reply.header('cache-control', 'public, max-age=300').header('access-control-allow-origin', '*');
    return { keys: await publishedKeys(database) };
  });

  /** Whom the token is for: the asking origin where it is listed, the product where none is given. */
  function audienceOf(request: FastifyRequest): string | undefined {
    const { origin } = request.headers;
    if (origin === undefined || origin === config.PUBLIC_URL) return new URL(config.APP_URL).origin;
    return config.RETURN_ORIGINS.includes(origin) ? origin : undefined;
  }
}
