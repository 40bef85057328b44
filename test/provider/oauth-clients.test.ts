import { createServer, type RequestListener } from 'node:http';
import t, { type Test } from 'tap';
import { createOAuthClients } from '../../src/provider/oauth-clients.ts';

/** OAuth clients of a token endpoint that answers so. */
async function tokenEndpoint(t: Test, answer: RequestListener) {
  const provider = createServer(answer);
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
    backchannelLogout: false,
  };
  return { provider, oauth, metadata };
}

const client = (id: string) => ({
  id,
  version: 1,
  clientId: id,
  clientSecret: 's',
  authMethod: 'client_secret_post' as const,
});

t.test('token requests of all SSO clients share kept connections', async (t) => {
  let connections = 0;
  const { provider, oauth, metadata } = await tokenEndpoint(t, (_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ access_token: 'a', token_type: 'bearer' }));
  });
  provider.on('connection', () => (connections += 1));
  for (const id of ['one', 'two', 'one', 'two']) {
    const grant = { code: 'c', state: 's', verifier: 'v' };
    t.equal((await oauth.exchange(client(id), metadata, grant)).accessToken, 'a');
  }
  t.equal(connections, 1);
});

t.test('what an answer of the token endpoint means, by its status and its error', async (t) => {
  let answer: { status: number; body: string; type?: string } = { status: 200, body: '' };
  const { oauth, metadata } = await tokenEndpoint(t, (_request, response) => {
    response.writeHead(answer.status, { 'content-type': answer.type ?? 'application/json' });
    response.end(answer.body);
  });
  const error = (code: string) => JSON.stringify({ error: code, error_description: 'why' });
  const meanings: [number, string, string][] = [
    [400, error('invalid_grant'), 'grant_rejected'],
    [401, error('token_inactive'), 'grant_rejected'],
    [403, error('access_denied'), 'grant_rejected'],
    [401, error('invalid_client'), 'client_rejected'],
    [400, error('unauthorized_client'), 'client_rejected'],
    [400, error('invalid_scope'), 'client_misconfigured'],
    [400, error('invalid_request'), 'client_misconfigured'],
    [429, '', 'provider_failed'],
    [429, error('invalid_grant'), 'provider_failed'],
    [500, error('server_error'), 'provider_failed'],
    [502, '<html>Bad Gateway</html>', 'provider_failed'],
    [503, '', 'provider_failed'],
    [503, error('invalid_grant'), 'provider_failed'],
  ];
  for (const [status, body, code] of meanings) {
    answer = { status, body, ...(body.startsWith('<') && { type: 'text/html' }) };
    await t.rejects(oauth.refresh(client('one'), metadata, 'token'), { code }, `${status} ${body} ${code}`);
  }
});
