import type { FastifyInstance } from 'fastify';
import type { AppDeps } from '../app-deps.ts';
import { findSsoClient, findTested, type SsoClient } from '../companies/sso-client-lookup.ts';
import { openTestLink } from '../companies/test-link.ts';
import { SsoLinkError } from '../errors.ts';
import type { LoginLimits } from '../http/rate-limits.ts';
import { rememberLanguage } from '../pages/languages.ts';
import { beginAttempt } from './begin-attempt.ts';
import { type Query, type StartQuery, takeFirst } from './query.ts';
import { readReturnTo } from './return-to.ts';
import { START } from './route-schemas.ts';

/** `GET /login/start`: a fresh attempt in a sealed cookie, and off to JumpCloud. */
export function startRoute(
  app: FastifyInstance,
  deps: Pick<AppDeps, 'config' | 'database' | 'sealer' | 'provider'>,
  limits: LoginLimits,
): void {
  const { config, database, sealer } = deps;

  app.get<{ Querystring: Query<typeof StartQuery> }>(
    '/login/start',
    { schema: START, preValidation: takeFirst },
    async (request, reply) => {
      rememberLanguage(request, reply);
      const { company, login_hint: loginHint, return_to, test } = request.query;
      const returnTo = readReturnTo(request, return_to, config);
      request.destination = { company, returnTo };
      const client = test === undefined ? await activeClient(company) : await testedClient(company, test);
      await limits.perCompany(client.company.slug, request, reply);

      return beginAttempt(deps, request, reply, {
        client,
        returnTo: returnTo ?? config.APP_URL,
        loginHint,
        test: test !== undefined,
        offlineAccess: true,
      });
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
