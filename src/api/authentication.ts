/**
 * Who calls, in one place: every route below /v1 is registered inside this plugin, and no text of a URL is compared. A
 * caller is what the key says, never a field of the body or another header.
 */
import type { FastifyInstance } from 'fastify';
import { authenticateApiKey, type Caller } from '../api-keys/authenticate.ts';
import { SCOPES } from '../api-keys/scopes.ts';
import { bearerKeyOf } from '../bearer-keys.ts';
import { SsoLinkError } from '../errors.ts';
import { addLogFields } from '../observability/requests.ts';
import type { ApiDeps } from './api-deps.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set before a body is read. */
    caller: Caller;
  }
}

/**
 * Authenticates, limits and authorizes each request of `v1` before its body is read.
 * @throws Error when the app is built, for a route without a scope
 */
export function authenticate(v1: FastifyInstance, deps: Pick<ApiDeps, 'database' | 'config'>): void {
  v1.decorateRequest('caller');
  const limit = v1.createRateLimit({
    max: deps.config.RATE_LIMIT_PER_KEY,
    timeWindow: '1 minute',
    keyGenerator: (request) => request.caller.id,
  });

  v1.addHook('onRoute', ({ method, url, config }) => {
    if (!SCOPES.includes(config?.scope ?? '')) throw new Error(`${method} ${url} has no scope`);
  });

  v1.addHook('onRequest', async (request, reply) => {
    const key = bearerKeyOf(request.headers.authorization);
    const caller = key === null ? null : await authenticateApiKey(deps.database, key);
    if (!caller) {
      void reply.header('www-authenticate', 'Bearer');
      throw new SsoLinkError('key_invalid', 'expected a valid key: Authorization: Bearer ssol_…');
    }
    request.caller = caller;
    addLogFields(request, { key: caller.actor });
    const state = await limit(request);
    if (!state.isAllowed && state.isExceeded) {
      void reply.header('retry-after', state.ttlInSeconds);
      throw new SsoLinkError('rate_limited', 'more requests of this key than allowed');
    }
    const { scope } = request.routeOptions.config;
    if (scope !== undefined && !caller.scopes.has(scope)) {
      void reply.header('www-authenticate', `Bearer error="insufficient_scope", scope="${scope}"`);
      throw new SsoLinkError('scope_missing', `the key has not the scope ${scope}`);
    }
  });
}

/** For what is of no single company. @throws SsoLinkError `key_of_one_company` */
export function requireAllCompanies(caller: Caller): void {
  if (caller.companyId !== null) {
    throw new SsoLinkError('key_of_one_company', 'a key of one company may not do this');
  }
}
