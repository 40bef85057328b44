/** A Fastify app whose routes know who is signed in. */
import Fastify from 'fastify';
import { createSessionVerifier } from 'sso-link-client/session';

/** @param {{ issuer: string, audience: string }} options the service's `PUBLIC_URL`, and this product's origin */
export function buildApp(options) {
  const verifySession = createSessionVerifier(options);
  const app = Fastify();
  app.decorateRequest('session', null);
  app.addHook('onRequest', async (request, reply) => {
    request.session = await verifySession(request.headers.authorization);
    if (request.session === undefined) return reply.code(401).send({ error: 'signed_out' });
  });
  app.setErrorHandler((error, _request, reply) => {
    const isOutage = error.code === 'keys_unavailable';
    return reply.code(isOutage ? 503 : 500).send({ error: isOutage ? error.code : 'internal' });
  });
  app.get('/me', async (request) => ({ user_id: request.session.userId, company: request.session.company }));
  return app;
}
