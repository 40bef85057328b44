import cookie from '@fastify/cookie';
import formbody from '@fastify/formbody';
import rateLimit from '@fastify/rate-limit';
import { TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import type { AppDeps } from './app-deps.ts';
import { scimRoutes } from './directory/scim-routes.ts';
import { constantHeaders } from './http/constant-headers.ts';
import { createLoginLimits } from './http/rate-limits.ts';
import { closeWithin, HTTP_TIMEOUTS } from './http/timeouts.ts';
import { warnUntrustedProxy } from './http/untrusted-proxy.ts';
import { newId } from './ids.ts';
import { callbackRoute } from './login/callback-route.ts';
import { companyLogoRoute } from './login/company-logo-route.ts';
import { loginRoute } from './login/login-route.tsx';
import { startRoute } from './login/start-route.ts';
import { testLogoutRoute } from './login/test-logout-route.ts';
import { waitRoute } from './login/wait-route.tsx';
import { healthRoutes } from './observability/health.ts';
import { observeRequests } from './observability/requests.ts';
import { assetRoutes } from './pages/assets-routes.ts';
import { errorHandler } from './pages/error-handler.tsx';
import { accountRoutes } from './sessions/account-routes.tsx';
import { backchannelLogoutRoute } from './sessions/backchannel-logout-route.ts';
import { createCurrentSession } from './sessions/current-session.ts';
import { logoutRoute } from './sessions/logout-route.ts';
import { createRevalidate } from './sessions/revalidate.ts';
import { sessionRoutes } from './sessions/session-routes.ts';
import { setupRoutes } from './setup/routes.tsx';

const BODY_LIMIT = 16 * 1024;
/** A login that is under way asks its provider meanwhile. */
const CLOSE_MS = 20_000;

/** The server's app, ready to listen or to be injected into: plugins, then the routes in reading order. */
export async function buildApp(deps: AppDeps): Promise<FastifyInstance> {
  const { config, log } = deps;
  const app = Fastify({
    loggerInstance: log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'request_id' }),
    trustProxy: config.TRUST_PROXY.length > 0 ? config.TRUST_PROXY : false,
    exposeHeadRoutes: false,
    bodyLimit: BODY_LIMIT,
    ...HTTP_TIMEOUTS,
    requestIdHeader: false,
    genReqId: newId,
    // What came before the door closed is answered, and told to come back on another connection.
    return503OnClosing: false,
    routerOptions: { maxParamLength: 200 },
  });
  closeWithin(app, CLOSE_MS);
  app.setValidatorCompiler(TypeBoxValidatorCompiler);
  app.removeAllContentTypeParsers();
  app.decorateRequest('company', null);
  app.decorateRequest('errorCode', null);
  app.decorateRequest('heldMs', 0);
  observeRequests(app, deps.tracing);
  warnUntrustedProxy(app);
  deps.metrics.observe(app);
  errorHandler(app);

  const headers = await constantHeaders(securityHeaders(config));
  app.addHook('onRequest', (_request, reply, done) => {
    reply.headers(headers);
    done();
  });
  await app.register(cookie);
  app.decorate('pages', deps.pages.settings);
  await app.register(formbody, { bodyLimit: BODY_LIMIT });
  await app.register(rateLimit, { global: false });

  healthRoutes(app, deps.health);
  await app.register(assetRoutes, deps.pages);
  companyLogoRoute(app, deps);
  await app.register(async (login) => {
    const limits = createLoginLimits(login, {
      perAddress: config.RATE_LIMIT_PER_ADDRESS,
      perCompany: config.RATE_LIMIT_PER_COMPANY,
    });
    login.addHook('onRequest', limits.perAddress);
    loginRoute(login, deps);
    startRoute(login, deps, limits);
    callbackRoute(login, deps);
    testLogoutRoute(login, deps);
  });
  waitRoute(app, deps);
  await app.register(async (setup) => setupRoutes(setup, deps));
  app.addHook('preClose', async () => deps.linkResults.stop());
  const revalidate = createRevalidate({ ...deps, revalidateAfter: config.SESSION_REVALIDATE_AFTER });
  const currentSession = createCurrentSession(deps, revalidate);
  await app.register(sessionRoutes, { deps, currentSession });
  accountRoutes(app, { deps, currentSession });
  logoutRoute(app, deps);
  backchannelLogoutRoute(app, deps);
  await app.register(async (scim) => scimRoutes(scim, deps), { prefix: '/scim/v2' });
  return app;
}

/** A page loads its own style and script and nothing else, and its forms lead here: the headers have a fixed size. */
function securityHeaders(config: AppDeps['config']) {
  const https = config.PUBLIC_URL.startsWith('https:');
  return {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        styleSrc: ["'self'"],
        scriptSrc: ["'self'"],
        imgSrc: ["'self'"],
        connectSrc: ["'self'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
      },
    },
    hsts: https && { maxAge: 63_072_000, includeSubDomains: false },
    referrerPolicy: { policy: 'no-referrer' as const },
    // /session is read by the product's origin: CORS says which; a shared site is not enough to say no.
    crossOriginResourcePolicy: { policy: 'same-site' as const },
    frameguard: { action: 'deny' as const },
  };
}
