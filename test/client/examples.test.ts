/** examples/backend/ in a project of its own, with the built client, against a server on loopback. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import t, { type Test } from 'tap';
import { productProject } from '../support/product-project.ts';

const audience = 'https://app.example.com';
const { privateKey, publicKey } = await generateKeyPair('ES256');
const jwk = { ...(await exportJWK(publicKey)), kid: 'a', alg: 'ES256', use: 'sig' };
let status = 200;
const issuer = await listen(t, (_request, response) => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ keys: [jwk] }));
});
const token = await new SignJWT({ company: 'acme', login_id: 'login-1' })
  .setProtectedHeader({ alg: 'ES256', kid: 'a' })
  .setIssuer(issuer)
  .setAudience(audience)
  .setSubject('u-1')
  .setExpirationTime('1h')
  .sign(privateKey);
const folder = await productProject(t, 'backend', ['fastify']);
process.env.SSO_LINK_URL = issuer;
process.env.APP_ORIGIN = audience;

type Ask = (authorization?: string) => Promise<{ status: number; body: unknown }>;

async function listen(
  t: Test,
  handler: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<string> {
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** The keys are down first: a verifier that has them keeps them. */
async function answers(t: Test, ask: Ask): Promise<void> {
  status = 503;
  t.same(await ask(`Bearer ${token}`), { status: 503, body: { error: 'keys_unavailable' } });
  status = 200;
  t.same(await ask(`Bearer ${token}`), { status: 200, body: { user_id: 'u-1', company: 'acme' } });
  t.same(await ask(`Bearer ${token}x`), { status: 401, body: { error: 'signed_out' } });
  t.same(await ask(), { status: 401, body: { error: 'signed_out' } });
}

t.test('Fastify', async (t) => {
  const { buildApp } = await import(join(folder, 'fastify.mjs'));
  const app: FastifyInstance = buildApp({ issuer, audience });
  t.teardown(() => app.close());
  await answers(t, async (authorization) => {
    const headers = authorization ? { authorization } : {};
    const response = await app.inject({ url: '/me', headers });
    return { status: response.statusCode, body: response.json() };
  });
});

t.test('the middleware for Express, by its calling convention', async (t) => {
  const { requireSession } = await import(join(folder, 'express.mjs'));
  const middleware = requireSession({ issuer, audience });
  const url = await listen(t, (request, response) => {
    middleware(request, response, () => {
      const { userId, company } = (request as unknown as { session: Record<string, string> }).session;
      response.end(JSON.stringify({ user_id: userId, company }));
    });
  });
  await answers(t, async (authorization) => {
    const response = await fetch(url, { headers: authorization ? { authorization } : {} });
    return { status: response.status, body: await response.json() };
  });
});

t.test('the Next.js route handler', async (t) => {
  const { GET } = await import(join(folder, 'next-route.mjs'));
  await answers(t, async (authorization) => {
    const headers = new Headers(authorization ? { authorization } : {});
    const response: Response = await GET(new Request(`${audience}/api/me`, { headers }));
    return { status: response.status, body: await response.json() };
  });
});
