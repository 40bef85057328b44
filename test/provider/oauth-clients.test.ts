import { createServer } from 'node:http';
import t from 'tap';
import { createOAuthClients } from '../../src/provider/oauth-clients.ts';

t.test('token requests of all SSO clients share kept connections', async (t) => {
  let connections = 0;
  const provider = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ access_token: 'a', token_type: 'bearer' }));
  });
  provider.on('connection', () => (connections += 1));
  await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve));
  const oauth = createOAuthClients('http://localhost/login/callback');
  t.teardown(async () => {
    await oauth.close();
    provider.closeAllConnections();
    await new Promise((resolve) => provider.close(resolve));
  });
  const { port } = provider.address() as { port: number };
  const issuer = `http://127.0.0.1:${port}/`;
  const metadata = {
    issuer,
    authorizationEndpoint: `${issuer}oauth2/auth`,
    tokenEndpoint: `${issuer}oauth2/token`,
    jwksUri: `${issuer}jwks.json`,
    issInResponse: false,
  };
  for (const id of ['one', 'two', 'one', 'two']) {
    const client = {
      id,
      version: 1,
      clientId: id,
      clientSecret: 's',
      authMethod: 'client_secret_post' as const,
    };
    const tokens = await oauth.exchange(client, metadata, { code: 'c', state: 's', verifier: 'v' });
    t.equal(tokens.accessToken, 'a');
  }
  t.equal(connections, 1);
});
