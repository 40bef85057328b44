/** A middleware for Express, or for any server that calls `(request, response, next)`. */
import { createSessionVerifier } from 'sso-link-client/session';

/**
 * `app.use('/api', requireSession({ issuer, audience }))`; a route reads `request.session.userId`.
 * @param {{ issuer: string, audience: string }} options the service's `PUBLIC_URL`, and this product's origin
 */
export function requireSession(options) {
  const verifySession = createSessionVerifier(options);
  return async (request, response, next) => {
    try {
      request.session = await verifySession(request.headers.authorization);
      return request.session ? next() : answer(response, 401, 'signed_out');
    } catch (error) {
      return error.code === 'keys_unavailable' ? answer(response, 503, error.code) : next(error);
    }
  };
}

function answer(response, status, error) {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ error }));
}
