/**
 * A provider for a million sign-ins, in a process of its own: it signs real ID tokens with JumpCloud's claims, and keeps
 * nothing. The code says who signs in; `prepared-load.ts` makes it in place of a browser at the login form.
 * ISSUER says where it listens.
 */
import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { idTokenClaims } from '../../../dev/jumpcloud/claims.ts';
import { answerJson, createSigner } from '../../../dev/jumpcloud/lean.ts';
import type { PreparedCode } from './prepared-load.ts';

const KID = 'prepared';
const signer = createSigner(KID);
const issuer = process.env.ISSUER ?? '';
const at = (path: string) => issuer.replace(/\/$/, path);
const DISCOVERY = {
  issuer,
  authorization_endpoint: at('/oauth2/auth'),
  token_endpoint: at('/oauth2/token'),
  jwks_uri: at('/.well-known/jwks.json'),
  response_types_supported: ['code'],
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['RS256'],
  token_endpoint_auth_methods_supported: ['client_secret_post'],
  code_challenge_methods_supported: ['S256'],
};
const ANSWERS: Record<string, string> = {
  '/.well-known/openid-configuration': JSON.stringify(DISCOVERY),
  '/.well-known/jwks.json': signer.jwks,
};

const server = createServer((request, response) => {
  if (request.url === '/oauth2/token') return void token(request, response);
  const body = ANSWERS[request.url ?? ''];
  answerJson(response, body ?? '{"error":"not_found"}', body === undefined ? 404 : 200);
});

async function token(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let body = '';
  for await (const chunk of request) body += chunk;
  const form = new URLSearchParams(body);
  const code = readCode(form.get('code') ?? '');
  const proof = createHash('sha256')
    .update(form.get('code_verifier') ?? '')
    .digest('base64url');
  if (code === undefined || code.challenge !== proof)
    return answerJson(response, '{"error":"invalid_grant"}', 400);
  const accessToken = randomBytes(32).toString('base64url');
  const claims = idTokenClaims({
    ...{ issuer, accessToken, nonce: code.nonce, authTime: undefined, sid: KID, ttl: 3600 },
    client: { clientId: code.clientId, clientSecret: '', redirectUris: [] },
    person: {
      ...{ sub: code.sub, email: code.email, givenName: 'Ada', familyName: 'Byron', clients: [] },
      ...(!code.emailVerified && { emailVerified: false }),
    },
    scopes: new Set(['openid', 'email', 'profile']),
    requestedAt: Math.floor(Date.now() / 1000),
  });
  const tokens = { access_token: accessToken, token_type: 'bearer', expires_in: 3600 };
  const refreshToken = randomBytes(32).toString('base64url');
  answerJson(
    response,
    JSON.stringify({ ...tokens, refresh_token: refreshToken, id_token: signer.sign(claims) }),
  );
}

/** Undefined of the code by which `client create` asks whose client it is. */
function readCode(code: string): PreparedCode | undefined {
  try {
    return JSON.parse(Buffer.from(code, 'base64url').toString()) as PreparedCode;
  } catch {
    return undefined;
  }
}

server.keepAliveTimeout = 60_000;
server.listen(Number(new URL(issuer).port), 'localhost', () => process.send?.('ready'));
process.on('disconnect', () => process.exit());
