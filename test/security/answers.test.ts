/** Where requests to a provider go, and what its answers may do: rows 58, 59 and 62 of docs/security.md. */
import { setTimeout as delay } from 'node:timers/promises';
import { exportJWK } from 'jose';
import t from 'tap';
import { advance, realTime, UNTIL_FORGOTTEN_MS } from '../support/hostile/clock.ts';
import { accepted, refused, startHostileService } from '../support/hostile/service.ts';
import { redirecting, type Transport, transports, underStatus } from '../support/hostile/transport.ts';
import {
  type Behaviour,
  type Endpoint,
  type HostileProvider,
  startHostileProvider,
} from '../support/hostile-provider.ts';
import { addCompany } from '../support/service.ts';

const ENDPOINTS = ['discovery', 'token', 'jwks', 'userinfo'] as const;
const WAITING = ['silent', 'dripping'] as const;
const { silent: _, dripping: __, ...quick } = transports;

// A provider for each endpoint that hangs, since one that answers well is remembered.
const broken = new Map<string, HostileProvider>();
for (const endpoint of ENDPOINTS) {
  for (const way of WAITING) broken.set(`${endpoint}-${way}`, await startHostileProvider());
}
const evil = await startHostileProvider({ host: '127.0.0.1' });
t.teardown(() => Promise.all([evil, ...broken.values()].map((p) => p.stop())));

const provider = await startHostileProvider();
const issuers = [`us=${provider.issuer}`, ...[...broken].map(([name, p]) => `${name}=${p.issuer}`)];
const service = await startHostileService(t, { provider, env: { JUMPCLOUD_ISSUERS: issuers.join(',') } });
for (const [slug, jumpcloud] of broken) await addCompany({ ...service, jumpcloud }, slug);
t.beforeEach(() => provider.be());
t.teardown(realTime);

/** Userinfo is asked where the token has no email. */
const misbehaving = (endpoint: Endpoint, transport: Transport): Behaviour => ({
  transport: { [endpoint]: transport },
  claims: { email: undefined },
});

async function allAnswered(providers: HostileProvider[], within: number): Promise<number> {
  const open = () => providers.reduce((sum, p) => sum + p.open(), 0);
  for (const end = performance.now() + within; open() > 0 && performance.now() < end; ) await delay(20);
  return open();
}

t.test('rows 59, 62: a provider that hangs is given 10 s, and keeps nobody else waiting', async (t) => {
  for (const endpoint of ENDPOINTS) {
    for (const way of WAITING) broken.get(`${endpoint}-${way}`)?.be(misbehaving(endpoint, transports[way]));
  }
  const started = performance.now();
  const hanging = [...broken.keys()].flatMap((company) =>
    [1, 2].map(async () => {
      const attempt = await service.signIn({ company });
      return { company, attempt, after: performance.now() - started };
    }),
  );
  for (let i = 0; i < 5; i++) accepted(t, await service.signIn(), 'row 62: another company meanwhile');
  const others = performance.now() - started;

  for (const { company, attempt, after } of await Promise.all(hanging)) {
    refused(t, attempt, company, { status: 504 });
    t.ok(after > others && after < 14_000, `${company} after ${Math.round(after)} ms`);
  }
  t.equal(await allAnswered([...broken.values()], 2_000), 0, 'nothing is still being read');
});

t.test('row 59: endless, huge, truncated and malformed answers', async (t) => {
  for (const endpoint of ENDPOINTS) {
    const company = `${endpoint}-silent`;
    const p = broken.get(company) as HostileProvider;
    for (const [name, transport] of Object.entries(quick)) {
      p.be(misbehaving(endpoint, transport));
      const attempt = await service.signIn({ company });
      const status = name === 'reset' || name === 'truncated' ? attempt.page.status : 502;
      t.ok([502, 503].includes(status), `${endpoint} ${name}: ${status}`);
      refused(t, attempt, `${endpoint} ${name}`, { status });
    }
    for (const status of [201, 204, 206, 400, 401, 404, 500, 503]) {
      p.be(misbehaving(endpoint, underStatus(status)));
      refused(t, await service.signIn({ company }), `${endpoint} under ${status}`, { status: 502 });
    }
    p.be({ claims: { email: undefined } });
    accepted(t, await service.signIn({ company }), `${endpoint} mended`);
    t.ok(p.largest() < 6 * 1024 * 1024, `${p.largest()} bytes were taken at most`);
    t.equal(await allAnswered([p], 2_000), 0, 'nothing is still being read');
  }
});

t.test('row 59: key sets that are none, or hold what no key set should', async (t) => {
  const company = 'jwks-dripping';
  const p = broken.get(company) as HostileProvider;
  const { signing } = p.keys;
  const privateKey = await exportJWK(signing.privateKey);
  const small = {
    kty: 'RSA',
    e: 'AQAB',
    n: 'sXchDaQebHnPiGvyDOAT4saGEUetSyo9MKLOoWFsueri',
    kid: signing.kid,
  };
  for (const [name, set, status] of [
    ['no keys', {}, 502],
    ['keys a text', { keys: 'x' }, 502],
    ['a key that is null', { keys: [null] }, 502],
    ['the private key', { keys: [{ ...privateKey, ...signing.jwk }] }, 502],
    ['none', { keys: [] }, 400],
    ['a key without its numbers', { keys: [{ kty: 'RSA', kid: signing.kid }] }, 400],
    ['a key of 256 bits', { keys: [small] }, 400],
    ['a secret key', { keys: [{ kty: 'oct', k: 'c2VjcmV0', kid: signing.kid }] }, 400],
    ['a thousand strange keys', { keys: Array(1000).fill({ kty: 'wat', x: { y: 1 } }) }, 400],
  ] as const) {
    p.be({ jwks: () => set });
    refused(t, await service.signIn({ company }), name, { status });
    advance(UNTIL_FORGOTTEN_MS);
  }
});

t.test('row 58: an issuer that is not listed is never contacted', async (t) => {
  await addCompany({ ...service, jumpcloud: evil }, 'unlisted');
  refused(t, await service.signIn({ company: 'unlisted' }), 'not listed', { status: 404 });
  t.equal(evil.requests.length, 0);
});

t.test('row 58: endpoints are on the issuer’s own scheme, host and port', async (t) => {
  const p = broken.get('discovery-dripping') as HostileProvider;
  const { host } = new URL(p.issuer);
  const elsewhere = [
    `${evil.issuer}oauth2/token`,
    `http://${host}@127.0.0.1:${new URL(evil.issuer).port}/`,
    `http://user:password@${host}/oauth2/token`,
    `https://${host}/oauth2/token`,
    `http://${host}.evil.test/`,
    `//${new URL(evil.issuer).host}/`,
    '/oauth2/token',
    'javascript:alert(1)',
    'file:///etc/passwd',
    ['http://a.test/'],
    7,
    '',
  ];
  for (const name of [
    'authorization_endpoint',
    'token_endpoint',
    'jwks_uri',
    'userinfo_endpoint',
    'revocation_endpoint',
    'end_session_endpoint',
  ]) {
    for (const value of elsewhere) {
      p.be({ discovery: (document) => ({ ...document, [name]: value }) });
      refused(t, await service.signIn({ company: 'discovery-dripping' }), `${name} ${value}`, {
        status: 502,
      });
    }
  }
  t.equal(evil.requests.length, 0);
});

t.test('row 58: no redirect is followed, and none is an answer', async (t) => {
  for (const endpoint of ENDPOINTS) {
    const company = `${endpoint}-dripping`;
    const p = broken.get(company) as HostileProvider;
    for (const status of [301, 302, 303, 307, 308]) {
      p.be(misbehaving(endpoint, redirecting(`${evil.issuer}oauth2/token`, status)));
      refused(t, await service.signIn({ company }), `${endpoint} ${status}`, { status: 502 });
      p.be(misbehaving(endpoint, underStatus(status)));
      refused(t, await service.signIn({ company }), `${endpoint} ${status} with a good body`, {
        status: 502,
      });
    }
  }
  t.equal(evil.requests.length, 0);
  // What was refused above was refused for that alone.
  for (const endpoint of ENDPOINTS) {
    const company = `${endpoint}-dripping`;
    broken.get(company)?.be({ claims: { email: undefined } });
    accepted(t, await service.signIn({ company }), `${endpoint} mended`);
  }
});
