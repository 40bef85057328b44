/**
 * Peer (c): Polis (`@boxyhq/saml-jackson`) on PostgreSQL as its documentation embeds it: Fastify in front, the
 * connection's metadata stored (no discovery for each login), analytics off. Its code is exchanged here in the
 * same request, which spares the browser's second way; a signed cookie holds the session.
 */

import jackson from '@boxyhq/saml-jackson';
import cookie from '@fastify/cookie';
import Fastify from 'fastify';

const { ISSUER, PORT, CLIENT_ID, CLIENT_SECRET, DATABASE_URL } = process.env;
const origin = `http://localhost:${PORT}`;
const provider = new URL(ISSUER).origin;
const silent = () => {};

const { connectionAPIController, oauthController } = await jackson.controllers({
  externalUrl: origin,
  samlPath: '/saml',
  oidcPath: '/login/callback',
  db: { engine: 'sql', type: 'postgres', url: DATABASE_URL },
  noAnalytics: true,
  logger: { info: silent, warn: silent, error: silent },
});
const connection = await connectionAPIController.createOIDCConnection({
  tenant: 'acme',
  product: 'bench',
  defaultRedirectUrl: `${origin}/done`,
  redirectUrl: [`${origin}/done`],
  oidcClientId: CLIENT_ID,
  oidcClientSecret: CLIENT_SECRET,
  oidcMetadata: {
    issuer: ISSUER,
    authorization_endpoint: `${provider}/oauth2/auth`,
    token_endpoint: `${provider}/oauth2/token`,
    userinfo_endpoint: `${provider}/userinfo`,
    jwks_uri: `${provider}/.well-known/jwks.json`,
  },
});

const app = Fastify({ exposeHeadRoutes: false });
await app.register(cookie, { secret: 'a secret of thirty-two characters or more' });
const options = { path: '/', httpOnly: true, sameSite: 'lax', signed: true };

app.get('/login/start', async (_request, reply) => {
  const { redirect_url: url } = await oauthController.authorize({
    tenant: 'acme',
    product: 'bench',
    client_id: connection.clientID,
    redirect_uri: `${origin}/done`,
    state: 'a-state-of-the-product',
    response_type: 'code',
    code_challenge: '',
    code_challenge_method: '',
  });
  return reply.redirect(url, 303);
});

app.get('/login/callback', async (request, reply) => {
  const { redirect_url: url } = await oauthController.oidcAuthzResponse({ ...request.query });
  const answer = new URL(url).searchParams;
  if (answer.get('error')) return reply.code(400).send(answer.get('error_description'));
  const { access_token: token } = await oauthController.token({
    grant_type: 'authorization_code',
    code: answer.get('code'),
    client_id: connection.clientID,
    client_secret: connection.clientSecret,
    redirect_uri: `${origin}/done`,
  });
  const { id, email, firstName } = await oauthController.userInfo(token);
  reply.setCookie('session', JSON.stringify({ id, email, firstName }), options);
  return reply.redirect('/', 303);
});

await app.listen({ host: '127.0.0.1', port: Number(PORT) });
process.send?.('ready');
process.on('disconnect', () => process.exit());
