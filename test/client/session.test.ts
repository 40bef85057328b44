/** client/src/session.ts against a server on loopback that publishes keys. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import t, { type Test } from 'tap';
import { createSessionVerifier, getSession } from '../../client/src/session.ts';

const audience = 'https://app.example.com';
const claims = { company: 'acme', login_id: 'login-1' };

async function service(t: Test) {
  const keys = new Map<string, Awaited<ReturnType<typeof generateKeyPair>>>();
  let published: string[] = [];
  let reads = 0;
  let status = 200;
  const server = createServer(async (_request, response) => {
    reads += 1;
    const jwks = published.map(async (kid) => ({
      ...(await exportJWK(keys.get(kid)?.publicKey as CryptoKey)),
      ...{ kid, alg: 'ES256', use: 'sig' },
    }));
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ keys: await Promise.all(jwks) }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    issuer,
    reads: () => reads,
    fail: (code: number) => (status = code),
    async publish(...kids: string[]) {
      for (const kid of kids) if (!keys.has(kid)) keys.set(kid, await generateKeyPair('ES256'));
      published = kids;
    },
    sign(kid: string, changed: Record<string, unknown> = {}) {
      const payload = { iss: issuer, aud: audience, sub: 'u-1', ...claims, ...changed };
      const token = new SignJWT(payload).setProtectedHeader({ alg: 'ES256', kid });
      if (!('exp' in changed)) token.setExpirationTime('60s');
      return token.sign(keys.get(kid)?.privateKey as CryptoKey);
    },
  };
}

t.test('a valid token names its user; keys are read once', async (t) => {
  const sso = await service(t);
  await sso.publish('a');
  const verify = createSessionVerifier({ issuer: `${sso.issuer}/`, audience });
  const token = await sso.sign('a');
  const session = { userId: 'u-1', company: 'acme', loginId: 'login-1' };
  t.same(await verify(token), session);
  t.same(await verify(`Bearer ${token}`), session, 'the header as it is');
  t.equal(sso.reads(), 1);
});

t.test('any other token names nobody', async (t) => {
  const sso = await service(t);
  await sso.publish('a');
  const verify = createSessionVerifier({ issuer: sso.issuer, audience });
  const token = await sso.sign('a');
  const refused = {
    none: undefined,
    empty: '',
    'not a token': 'x.y.z',
    changed: `${token.slice(0, -6)}AAAAAA`,
    'another origin': await sso.sign('a', { aud: 'https://other.example.com' }),
    'another issuer': await sso.sign('a', { iss: 'https://other.example.com' }),
    expired: await sso.sign('a', { exp: 1 }),
    'without an end': await sso.sign('a', { exp: undefined }),
    'without a user': await sso.sign('a', { sub: undefined }),
    'without a company': await sso.sign('a', { company: undefined }),
  };
  for (const [name, bad] of Object.entries(refused)) t.equal(await verify(bad), undefined, name);
});

t.test('a new key is fetched when a token names it, without a restart', async (t) => {
  const sso = await service(t);
  await sso.publish('a');
  const verify = createSessionVerifier({ issuer: sso.issuer, audience });
  t.ok(await verify(await sso.sign('a')));
  await sso.publish('b', 'a');
  const { now } = Date;
  t.teardown(() => (Date.now = now));
  Date.now = () => now() + 31_000;
  t.ok(await verify(await sso.sign('b')));
  t.ok(await verify(await sso.sign('a')), 'and the former one is still good');
  t.equal(sso.reads(), 2);
});

t.test('keys that cannot be fetched are an outage, not a refusal', async (t) => {
  const sso = await service(t);
  await sso.publish('a');
  sso.fail(503);
  const verify = createSessionVerifier({ issuer: sso.issuer, audience });
  const token = await sso.sign('a');
  await t.rejects(verify(token), { code: 'keys_unavailable' });
  sso.fail(200);
  t.ok(await verify(token), 'and the next request asks again');
  const nowhere = createSessionVerifier({ issuer: 'http://127.0.0.1:1', audience });
  await t.rejects(nowhere(token), { code: 'keys_unavailable' });
});

t.test('the five answers of getSession', async (t) => {
  const answers = [
    { state: 'signed_in', user: { id: 'u-1', name: null, email: null }, token: 'x' },
    { state: 'pending' },
    { state: 'refused', reason_class: 'not_linked' },
    { state: 'none' },
  ];
  let asked: unknown;
  const ask = (body: unknown) =>
    (async (url: URL, init: RequestInit) => {
      asked = { url: String(url), credentials: init.credentials };
      return new Response(typeof body === 'string' ? body : JSON.stringify(body));
    }) as typeof fetch;
  for (const answer of answers) {
    t.same(await getSession('https://account.example.com', { fetch: ask(answer) }), answer);
  }
  t.same(asked, { url: 'https://account.example.com/session', credentials: 'include' });
  for (const outage of [{ error: 'database_unavailable' }, { state: 'later' }, '<html>', 'null']) {
    t.same(await getSession('https://account.example.com', { fetch: ask(outage) }), { state: 'unavailable' });
  }
  t.same(await getSession('http://127.0.0.1:1'), { state: 'unavailable' });
  await t.rejects(
    getSession('https://account.example.com', { fetch: ask({ error: 'origin_not_allowed' }) }),
    {
      code: 'origin_not_allowed',
    },
  );
});
