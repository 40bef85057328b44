/**
 * An OpenID provider that is JumpCloud in all but what a test tells it to be: a real HTTP server, real keys,
 * really signed tokens. It asks nobody for a password: the authorization endpoint sends the browser straight
 * back. Its calls are counted.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sign } from './hostile/draft.ts';
import { createGrants, type Grant, Refusal } from './hostile/grants.ts';
import { halfHash, hostileKeys } from './hostile/keys.ts';
import type { Behaviour, Endpoint, HostileClient, HostileProvider, HostileRequest } from './hostile/types.ts';

export type { Behaviour, Endpoint, HostileProvider } from './hostile/types.ts';

type Json = Record<string, unknown>;

const PATHS: Record<string, Endpoint> = {
  '/.well-known/openid-configuration': 'discovery',
  '/.well-known/jwks.json': 'jwks',
  '/oauth2/auth': 'auth',
  '/oauth2/token': 'token',
  '/oauth2/revoke': 'revoke',
  '/oauth2/sessions/logout': 'logout',
  '/userinfo': 'userinfo',
};

/** The person who signs in where no claim says otherwise. */
export const SUBJECT = '65a0e7c1f2d4b8a9c3e5d7f1';

/** @param options.host another loopback host, so that two providers are two hosts */
export async function startHostileProvider(options: { host?: string } = {}): Promise<HostileProvider> {
  const keys = await hostileKeys();
  const clients = new Map<string, HostileClient>();
  const secrets = new Set<string>();
  const grants = createGrants(clients, secrets);
  const accessTokens = new Map<string, Grant>();
  const requests: HostileRequest[] = [];
  let behaviour: Behaviour = {};
  let [open, largest] = [0, 0];

  const server = createServer((request, response) => {
    const { socket } = request;
    const before = socket.bytesWritten;
    open += 1;
    response.on('close', () => {
      open -= 1;
      largest = Math.max(largest, socket.bytesWritten - before);
    });
    void answer(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  server.listen(0, options.host ?? 'localhost');
  await once(server, 'listening');
  const issuer = `http://${options.host ?? 'localhost'}:${(server.address() as AddressInfo).port}/`;

  async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(incoming.url ?? '', issuer);
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    // Beneath /v2 everything is there a second time, for metadata that say so.
    const endpoint = PATHS[url.pathname.replace(/^\/v2/, '')] ?? 'other';
    const request: HostileRequest = {
      endpoint,
      method: incoming.method ?? '',
      url,
      headers: incoming.headers,
      form: new URLSearchParams(Buffer.concat(chunks).toString()),
    };
    requests.push(request);
    const transport = behaviour.transport?.[endpoint];
    const send = async () => {
      try {
        await endpoints[endpoint](request, response);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        json(response, error.status, { error: error.code, error_description: 'The request was refused.' });
      }
    };
    if (transport) await transport(response, () => void send());
    else await send();
  }

  const endpoints: Record<
    Endpoint,
    (request: HostileRequest, response: ServerResponse) => void | Promise<void>
  > = {
    discovery(_request, response) {
      const document = metadata(issuer);
      json(response, 200, behaviour.discovery?.(document) ?? document);
    },
    jwks(_request, response) {
      const set = { keys: [keys.signing.jwk] };
      json(response, 200, behaviour.jwks?.(set) ?? set);
    },
    auth(request, response) {
      const { redirectUri, state, code } = grants.authorize(request);
      // Hydra repeats the scope.
      const parameters = new URLSearchParams({ code, scope: request.url.searchParams.get('scope') ?? '' });
      parameters.set('state', state);
      behaviour.response?.(parameters);
      response.writeHead(303, { location: `${redirectUri}?${parameters}` });
      response.end();
    },
    async token(request, response) {
      await behaviour.duringExchange?.();
      const { grant, client } = grants.redeem(request, behaviour.anyCode);
      const accessToken = grants.secret('access_');
      accessTokens.set(accessToken, grant);
      const idToken = await issueIdToken(grant, accessToken);
      if (idToken) secrets.add(idToken);
      const offline = grant.scope.split(' ').includes('offline_access') && client.refreshTokens !== false;
      const body = {
        access_token: accessToken,
        expires_in: 3599,
        ...(idToken !== undefined && { id_token: idToken }),
        ...(offline && { refresh_token: grants.refreshToken(grant) }),
        scope: grant.scope,
        token_type: 'bearer',
      };
      json(response, 200, behaviour.tokenResponse?.(body) ?? body);
    },
    userinfo(request, response) {
      const [, token = ''] = /^Bearer (.+)$/.exec(String(request.headers.authorization)) ?? [];
      const grant = accessTokens.get(token);
      if (!grant) throw new Refusal(401, 'invalid_token');
      const claims = personOf(grant);
      json(response, 200, behaviour.userinfo?.(claims) ?? claims);
    },
    revoke: (_request, response) => json(response, 200, {}),
    logout(request, response) {
      response.writeHead(303, {
        location: request.url.searchParams.get('post_logout_redirect_uri') ?? issuer,
      });
      response.end();
    },
    other: (_request, response) => json(response, 404, { error: 'not_found' }),
  };

  function personOf(grant: Grant): Json {
    const company = grant.clientId.replace(/-client$/, '');
    return {
      sub: SUBJECT,
      email: `ada@${company}.test`,
      email_verified: 'true',
      given_name: 'Ada',
      family_name: 'Byron',
      name: 'Ada Byron',
      middle_name: '',
      preferred_username: 'ada',
      picture: 'none',
      member_of: 'Engineering',
      jc_org: `org-${company}`,
    };
  }

  function issueIdToken(grant: Grant, accessToken: string) {
    const now = Math.floor(Date.now() / 1000);
    // Fields that are undefined fall out when they are written as JSON.
    const claims = {
      ...personOf(grant),
      at_hash: halfHash(accessToken),
      aud: [grant.clientId],
      auth_time: now - 5,
      exp: now + 3600,
      iat: now,
      iss: issuer,
      jti: grants.secret('jti_'),
      nonce: grant.nonce ?? undefined,
      rat: now - 6,
      sid: grants.secret('sid_'),
      ...behaviour.claims,
    };
    const header = { alg: 'RS256', kid: keys.signing.kid, typ: 'JWT', ...behaviour.header };
    const draft = { header, claims, accessToken, keys };
    return behaviour.idToken ? behaviour.idToken(draft) : sign(draft);
  }

  return {
    issuer,
    keys,
    addClient(client) {
      clients.set(client.clientId, client);
      secrets.add(client.clientSecret);
    },
    rotateSecret(clientId, clientSecret) {
      const client = clients.get(clientId);
      if (client) clients.set(clientId, { ...client, clientSecret });
      secrets.add(clientSecret);
    },
    be(how = {}) {
      behaviour = how;
    },
    calls: (endpoint) => requests.filter((request) => request.endpoint === endpoint).length,
    requests,
    secrets,
    open: () => open,
    largest: () => largest,
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close').catch(() => {});
    },
  };
}

function metadata(issuer: string): Json {
  return {
    issuer,
    authorization_endpoint: `${issuer}oauth2/auth`,
    token_endpoint: `${issuer}oauth2/token`,
    userinfo_endpoint: `${issuer}userinfo`,
    jwks_uri: `${issuer}.well-known/jwks.json`,
    revocation_endpoint: `${issuer}oauth2/revoke`,
    end_session_endpoint: `${issuer}oauth2/sessions/logout`,
    response_types_supported: ['code', 'code id_token', 'id_token', 'token id_token', 'token'],
    subject_types_supported: ['public', 'pairwise'],
    grant_types_supported: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic', 'none'],
    id_token_signing_alg_values_supported: ['RS256'],
    scopes_supported: ['offline_access', 'offline', 'openid'],
    code_challenge_methods_supported: ['plain', 'S256'],
  };
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, {
    'content-type': 'application/json;charset=UTF-8',
    'cache-control': 'no-store',
  });
  response.end(JSON.stringify(body));
}
