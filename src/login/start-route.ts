import type { FastifyInstance } from 'fastify';
import type { AppDeps } from '../app-deps.ts';
import { findSsoClient, findTested, type SsoClient } from '../companies/sso-client-lookup.ts';
import { openTestLink } from '../companies/test-link.ts';
import { SsoLinkError } from '../errors.ts';
import { COOKIE_OPTIONS } from '../http/cookies.ts';
import type { LoginLimits } from '../http/rate-limits.ts';
import { addLogFields } from '../observability/requests.ts';
import { randomToken } from '../tokens.ts';
import { attemptsToForget, sealAttempt } from './attempt.ts';
import type { Query, StartQuery } from './query.ts';
import { readReturnTo } from './return-to.ts';
import { START } from './route-schemas.ts';

/** `GET /login/start`: a fresh attempt in a sealed cookie, and off to JumpCloud. */
export function startRoute(
  app: FastifyInstance,
  deps: Pick<AppDeps, 'config' | 'database' | 'sealer' | 'provider'>,
  limits: LoginLimits,
): void {
  const { config, database, sealer, provider } = deps;

  app.get<{ Querystring: Query<typeof StartQuery> }>(
    '/login/start',
    { schema: START },
    async (request, reply) => {
      const { company, login_hint: loginHint, return_to, test } = request.query;
      const returnTo = readReturnTo(return_to, { appUrl: config.APP_URL, origins: config.RETURN_ORIGINS });
      if (return_to && !returnTo) addLogFields(request, { return_to: 'ignored: not a listed origin' });
      request.destination = { company, returnTo };
      const client = test === undefined ? await activeClient(company) : await testedClient(company, test);
      await limits.perCompany(client.company.slug, request, reply);

      const [state, nonce] = [randomToken(), randomToken()];
      const { url, verifier } = await provider.authorizationUrl(client, {
        state,
        nonce,
        ...(loginHint && { loginHint }),
      });
      const cookie = sealAttempt(sealer, {
        state,
        nonce,
        verifier,
        ssoClientId: client.id,
        ssoClientVersion: client.version,
        ...(test !== undefined && { test: true }),
        company: client.company.slug,
        returnTo: returnTo ?? config.APP_URL,
        sessionToken: randomToken(),
        startedAt: Date.now(),
      });
      for (const name of attemptsToForget(request.cookies)) reply.clearCookie(name, COOKIE_OPTIONS);
      reply.setCookie(cookie.name, cookie.value, {
        ...COOKIE_OPTIONS,
        maxAge: Math.floor(config.LOGIN_ATTEMPT_TTL / 1000),
      });
      return reply.header('cache-control', 'no-store').redirect(url, 303);
    },
  );

  async function activeClient(company: string): Promise<SsoClient> {
    const client = await findSsoClient(database, sealer, { company });
    if (client) return client;
    throw new SsoLinkError('sso_not_active', 'no such company, or it has no active SSO client');
  }

  async function testedClient(company: string, token: string): Promise<SsoClient> {
    const tested = openTestLink(sealer, token);
    const client = tested && (await findTested(database, sealer, { company, ...tested }));
    if (client) return client;
    throw new SsoLinkError(
      'test_link_expired',
      'a test link that is over, or of an SSO client that was changed',
    );
  }
}
