/**
 * The administrative API on a listener of its own: the public port has no route of it. A request passes
 * authentication.ts (key, rate limit, scope), its route's schema, and company-scope.ts; the route then calls the use
 * case that the command of the same name calls.
 */
import rateLimit from '@fastify/rate-limit';
import { TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import { closeWithin, HTTP_TIMEOUTS } from '../http/timeouts.ts';
import { newId } from '../ids.ts';
import { healthRoutes } from '../observability/health.ts';
import { observeRequests } from '../observability/requests.ts';
import { accountRoutes } from './account-routes.ts';
import type { ApiDeps } from './api-deps.ts';
import { auditRoutes } from './audit-routes.ts';
import { authenticate } from './authentication.ts';
import { clientRoutes } from './client-routes.ts';
import { clientSecretRoutes } from './client-secret-routes.ts';
import { companyRoutes } from './company-routes.ts';
import { directoryRoutes } from './directory-routes.ts';
import { directoryTokenRoutes } from './directory-token-routes.ts';
import { domainRoutes } from './domain-routes.ts';
import { acceptIdempotencyKeys } from './idempotency.ts';
import { identityRoutes } from './identity-routes.ts';
import { importRoute } from './import-route.ts';
import { lateMatchRoutes } from './late-match-routes.ts';
import { answerNotFound } from './not-found.ts';
import { previewRoutes } from './preview-routes.ts';
import { problemHandler } from './problem.ts';
import { recoveryRoutes } from './recovery-routes.ts';
import { resultRoutes } from './result-routes.ts';
import { sessionRoutes } from './session-routes.ts';
import { setupLinkRoutes } from './setup-link-routes.ts';
import { userRoutes } from './user-routes.ts';

const BODY_LIMIT = 64 * 1024;
const CLOSE_MS = 20_000;
/** An import may take half an hour; a connection without traffic is cut off after a minute. */
const TIMEOUTS = {
  requestTimeout: 30 * 60_000,
  connectionTimeout: 60_000,
  http: { ...HTTP_TIMEOUTS.http, requestTimeout: 30 * 60_000 },
};
/** A user id has up to 255 characters, each up to nine when it is encoded. */
const MAX_PARAM_LENGTH = 2_400;

/** @param describe is handed the app before there is a route: a document of the routes is made from them */
export async function buildApiApp(
  deps: ApiDeps,
  describe: (app: FastifyInstance) => Promise<void> = async () => {},
): Promise<FastifyInstance> {
  const app = Fastify({
    loggerInstance: deps.log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'request_id' }),
    exposeHeadRoutes: false,
    bodyLimit: BODY_LIMIT,
    ...TIMEOUTS,
    requestIdHeader: false,
    genReqId: newId,
    return503OnClosing: false,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
  });
  closeWithin(app, CLOSE_MS);
  app.setValidatorCompiler(TypeBoxValidatorCompiler);
  app.removeContentTypeParser('text/plain');
  app.decorateRequest('errorCode', null);
  observeRequests(app, deps.tracing);
  problemHandler(app);
  answerNotFound(app);
  app.addHook('onRequest', async (request, reply) => {
    void reply.headers({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-request-id': request.id,
    });
  });
  await describe(app);
  await app.register(rateLimit, { global: false });
  healthRoutes(app, deps.health);
  await app.register(
    async (v1) => {
      authenticate(v1, deps);
      answerNotFound(v1);
      acceptIdempotencyKeys(v1, deps);
      companyRoutes(v1, deps);
      domainRoutes(v1, deps);
      clientRoutes(v1, deps);
      clientSecretRoutes(v1, deps);
      setupLinkRoutes(v1, deps);
      userRoutes(v1, deps);
      accountRoutes(v1, deps);
      importRoute(v1, deps);
      previewRoutes(v1, deps);
      identityRoutes(v1, deps);
      lateMatchRoutes(v1, deps);
      resultRoutes(v1, deps);
      recoveryRoutes(v1, deps);
      sessionRoutes(v1, deps);
      directoryRoutes(v1, deps);
      directoryTokenRoutes(v1, deps);
      auditRoutes(v1, deps);
    },
    { prefix: '/v1' },
  );
  return app;
}
