/**
 * Peer (a): the least that a service of this kind can be. Fastify, openid-client with every check of the ID
 * token on (its signature too, as ours), two signed cookies; no database, no companies, no event.
 */
import cookie from '@fastify/cookie';
import Fastify from 'fastify';
import * as oidc from 'openid-client';

const { ISSUER, PORT, CLIENT_ID, CLIENT_SECRET } = process.env;
const origin = `http://localhost:${PORT}`;

const provider = await oidc.discovery(
  new URL(ISSUER),
  CLIENT_ID,
  undefined,
  oidc.ClientSecretPost(CLIENT_SECRET),
  { execute: [oidc.allowInsecureRequests, oidc.enableNonRepudiationChecks] },
);
const app = Fastify({ exposeHeadRoutes: false });
await app.register(cookie, { secret: 'a secret of thirty-two characters or more' });
const options = { path: '/', httpOnly: true, sameSite: 'lax', signed: true };

app.get('/login/start', async (_request, reply) => {
  const [state, nonce, verifier] = [oidc.randomState(), oidc.randomNonce(), oidc.randomPKCECodeVerifier()];
  const url = oidc.buildAuthorizationUrl(provider, {
    redirect_uri: `${origin}/login/callback`,
    scope: 'openid email profile offline_access',
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    nonce,
  });
  reply.setCookie('attempt', `${state}.${nonce}.${verifier}`, options);
  return reply.redirect(url.href, 303);
});

app.get('/login/callback', async (request, reply) => {
  const { valid, value } = request.unsignCookie(request.cookies.attempt ?? '');
  if (!valid) return reply.code(400).send();
  const [expectedState, expectedNonce, pkceCodeVerifier] = value.split('.');
  const tokens = await oidc.authorizationCodeGrant(provider, new URL(request.url, origin), {
    expectedState,
    expectedNonce,
    pkceCodeVerifier,
    idTokenExpected: true,
  });
  const { sub, email, name } = tokens.claims();
  reply.clearCookie('attempt', { path: '/' });
  reply.setCookie('session', JSON.stringify({ sub, email, name }), options);
  return reply.redirect('/', 303);
});

await app.listen({ host: '127.0.0.1', port: Number(PORT) });
process.send?.('ready');
process.on('disconnect', () => process.exit());
