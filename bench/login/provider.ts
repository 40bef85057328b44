/**
 * A provider as lean as can be, in a process of its own: what is measured is who asks it. It sends the browser
 * back at once; the token endpoint checks the code and PKCE and signs, for real, an ID token that looks like
 * JumpCloud's (shared claims: dev/jumpcloud/claims.ts). ISSUER says where it listens.
 */
import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { idTokenClaims } from '../../dev/jumpcloud/claims.ts';
import { createSigner, answerJson as json } from '../../dev/jumpcloud/lean.ts';
import { subjectOf } from './subject.ts';

const KID = 'bench';
const signer = createSigner(KID);

interface Grant {
  clientId: string;
  nonce: string | undefined;
  challenge: string | null;
  sub: string;
  email: string;
}

const grants = new Map<string, Grant>();
/** What userinfo answers, for a client that asks it in spite of a complete ID token. */
const profiles = new Map<string, string>();
const issuer = process.env.ISSUER ?? '';
let visits = 0;
/** People who come back, as most logins are. */
const PEOPLE = 500;

const server = createServer((request, response) => {
  const [path, query] = (request.url ?? '').split('?');
  switch (path) {
    case '/oauth2/auth':
      return authorize(new URLSearchParams(query), response);
    case '/oauth2/token':
      return void token(request, response);
    case '/userinfo':
      return json(response, profiles.get(request.headers.authorization?.slice(7) ?? '') ?? '{}');
    case '/.well-known/jwks.json':
      return json(response, signer.jwks);
    case '/.well-known/openid-configuration':
      return json(response, discovery());
    default:
      return json(response, '{"error":"not_found"}', 404);
  }
});

/** The person is the one whom `login_hint` names, else each in turn. */
function authorize(query: URLSearchParams, response: ServerResponse): void {
  const email = query.get('login_hint') ?? `person-${visits++ % PEOPLE}@acme.test`;
  const code = randomBytes(16).toString('base64url');
  grants.set(code, {
    clientId: query.get('client_id') ?? '',
    nonce: query.get('nonce') ?? undefined,
    challenge: query.get('code_challenge'),
    sub: subjectOf(email),
    email,
  });
  const back = new URL(query.get('redirect_uri') ?? '');
  back.searchParams.set('code', code);
  back.searchParams.set('state', query.get('state') ?? '');
  response.writeHead(302, { location: back.href }).end();
}

async function token(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let body = '';
  for await (const chunk of request) body += chunk;
  const form = new URLSearchParams(body);
  const code = form.get('code') ?? '';
  const grant = grants.get(code);
  grants.delete(code);
  if (grant === undefined || !proves(grant, form.get('code_verifier'))) {
    return json(response, '{"error":"invalid_grant"}', 400);
  }
  const accessToken = randomBytes(32).toString('base64url');
  const claims = idTokenClaims({
    issuer,
    client: { clientId: grant.clientId, clientSecret: '', redirectUris: [] },
    person: {
      sub: grant.sub,
      email: grant.email,
      givenName: 'Ada',
      familyName: 'Byron',
      groups: ['Staff'],
      clients: [],
    },
    scopes: new Set(['openid', 'email', 'profile']),
    accessToken,
    nonce: grant.nonce,
    authTime: undefined,
    requestedAt: Math.floor(Date.now() / 1000),
    sid: KID,
    ttl: 3600,
  });
  profiles.set(accessToken, JSON.stringify(claims));
  if (profiles.size > 1_000) profiles.delete(profiles.keys().next().value ?? '');
  json(
    response,
    JSON.stringify({
      access_token: accessToken,
      token_type: 'bearer',
      expires_in: 3600,
      scope: 'openid email profile offline_access',
      refresh_token: randomBytes(32).toString('base64url'),
      id_token: signer.sign(claims),
    }),
  );
}

/** RFC 7636 §4.6, S256. */
function proves({ challenge }: Grant, verifier: string | null): boolean {
  if (challenge === null) return true;
  return verifier !== null && createHash('sha256').update(verifier).digest('base64url') === challenge;
}

function discovery(): string {
  const at = (path: string) => issuer.replace(/\/$/, path);
  return JSON.stringify({
    issuer,
    authorization_endpoint: at('/oauth2/auth'),
    token_endpoint: at('/oauth2/token'),
    userinfo_endpoint: at('/userinfo'),
    jwks_uri: at('/.well-known/jwks.json'),
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
    code_challenge_methods_supported: ['S256'],
    scopes_supported: ['openid', 'email', 'profile', 'offline_access'],
    claims_supported: ['sub', 'email', 'email_verified', 'name'],
  });
}

server.keepAliveTimeout = 60_000;
server.listen(Number(new URL(issuer).port), 'localhost', () => process.send?.('ready'));
process.on('disconnect', () => process.exit());
