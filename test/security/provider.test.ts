/** What a provider says around its ID token: rows 1, 11, 13–19, 31, 32 and 60 of docs/security.md. */
import t from 'tap';
import { advance, realTime, UNTIL_FORGOTTEN_MS } from '../support/hostile/clock.ts';
import { sign } from '../support/hostile/draft.ts';
import { createKey, type HostileKey } from '../support/hostile/keys.ts';
import { accepted, lastEvent, refused, startHostileService, startUrl } from '../support/hostile/service.ts';
import { type Behaviour, startHostileProvider } from '../support/hostile-provider.ts';
import { addCompany } from '../support/service.ts';

const service = await startHostileService(t);
const { provider } = service;
t.beforeEach(() => provider.be());
t.teardown(realTime);

const withoutEmail = { email: undefined, email_verified: undefined };
const COOL_DOWN_MS = 31_000;

/** The provider signs with this key, publishes it alone, and calls it so. */
function signingWith(key: HostileKey, { kid }: { kid: string | undefined } = key): Behaviour {
  return {
    idToken: (draft) => sign({ ...draft, header: { ...draft.header, kid } }, key),
    jwks: () => ({ keys: [{ ...key.jwk, kid }] }),
  };
}

t.test('row 1: the plain code flow, and the code flow with userinfo', async (t) => {
  accepted(t, await service.signIn(), 'plain');
  t.equal(provider.calls('userinfo'), 0, 'the ID token told the email: userinfo is not asked');
  provider.be({ claims: withoutEmail });
  accepted(t, await service.signIn(), 'with userinfo');
  t.equal(provider.calls('userinfo'), 1);
  t.match(await lastEvent(service), { email: 'ada@acme.test', email_verified: true });
});

t.test('row 11: userinfo of another subject, or of none', async (t) => {
  for (const sub of ['65a0e7c1f2d4b8a9c3e5d7f2', '', undefined, 7, ['65a0e7c1f2d4b8a9c3e5d7f1']]) {
    provider.be({ claims: withoutEmail, userinfo: (claims) => ({ ...claims, sub }) });
    refused(t, await service.signIn(), `sub ${JSON.stringify(sub)}`);
  }
  provider.be({ claims: withoutEmail, userinfo: (claims) => ({ ...claims, email: undefined }) });
  accepted(t, await service.signIn(), 'the email is nowhere');
  t.match(await lastEvent(service), { email: null, email_verified: false }, 'and a flag alone says nothing');
});

t.test('row 13: the scopes that are asked for, and the claims that come by them', async (t) => {
  accepted(t, await service.signIn(), 'all');
  const asked = provider.requests.findLast((request) => request.endpoint === 'auth')?.url.searchParams;
  t.equal(asked?.get('scope'), 'openid email profile offline_access');
  t.match(await lastEvent(service), { name: 'Ada Byron', groups: ['Engineering'] });

  const strange: [string, Record<string, unknown>, object][] = [
    ['no name', { name: undefined, preferred_username: undefined }, { name: 'Ada Byron' }],
    ['a name that is no text', { name: { toString: 'x' } }, { name: 'Ada Byron' }],
    ['a NUL in the name', { name: 'Ada\0' }, { name: 'Ada Byron' }],
    ['half a surrogate pair', { name: '\ud800' }, { name: 'Ada Byron' }],
    ['markup', { name: '<script>alert(1)</script>' }, { name: '<script>alert(1)</script>' }],
    ['a name of ten thousand letters', { name: 'a'.repeat(10_000) }, { name: 'Ada Byron' }],
    ['two emails in one', { email: 'ada@acme.test,eve@evil.test' }, { email: 'ada@acme.test,eve@evil.test' }],
    ['groups of all kinds', { member_of: ['A', 7, null, ['B'], ''] }, { groups: ['A'] }],
    ['ten thousand groups', { member_of: Array(10_000).fill('A') }, { groups: Array(200).fill('A') }],
    ['a prototype', { __proto__: { email: 'eve@evil.test' } }, { email: 'ada@acme.test' }],
  ];
  for (const [name, claims, expected] of strange) {
    provider.be({ claims });
    const attempt = await service.signIn();
    accepted(t, attempt, name);
    t.notMatch(attempt.page.html, '<script>alert', 'nothing is written unescaped');
    t.match(await lastEvent(service), expected, name);
  }
  provider.be({
    claims: { email: ['ada@acme.test'] },
    userinfo: (claims) => ({ ...claims, email: { a: 1 } }),
  });
  accepted(t, await service.signIn(), 'emails that are no text');
  t.match(await lastEvent(service), { email: null, email_verified: false });
  provider.be({ claims: { name: 'a'.repeat(100_000) } });
  refused(t, await service.signIn(), 'a token of 130 kB', { status: 502 });
});

t.test('row 14: the client authenticates as it was set up', async (t) => {
  const basic = await addCompany(service, 'basic', { authMethod: 'client_secret_basic' });
  accepted(t, await service.signIn({ company: 'basic' }), 'client_secret_basic');
  const sent = provider.requests.findLast((request) => request.endpoint === 'token');
  t.match(sent?.headers.authorization, /^Basic /);
  t.notOk(sent?.form.has('client_secret'), 'and not in the body as well');

  accepted(t, await service.signIn(), 'client_secret_post');
  const posted = provider.requests.findLast((request) => request.endpoint === 'token');
  t.equal(posted?.headers.authorization, undefined);
  t.equal(posted?.form.get('client_id'), 'acme-client');

  provider.rotateSecret(basic.clientId, 'another-secret');
  refused(t, await service.signIn({ company: 'basic' }), 'a wrong secret', { status: 502 });
});

t.test('row 15: the endpoints are those of discovery', async (t) => {
  advance(UNTIL_FORGOTTEN_MS);
  provider.be({
    claims: withoutEmail,
    discovery: (document) => {
      const moved = Object.entries(document).map(([name, value]) => [
        name,
        /_endpoint$|jwks_uri/.test(name)
          ? String(value).replace(provider.issuer, `${provider.issuer}v2/`)
          : value,
      ]);
      return Object.fromEntries(moved);
    },
  });
  const before = provider.requests.length;
  accepted(t, await service.signIn(), 'moved endpoints');
  const paths = provider.requests.slice(before).map(({ url }) => url.pathname);
  t.same(paths, [
    '/.well-known/openid-configuration',
    '/v2/oauth2/auth',
    '/v2/oauth2/token',
    '/v2/.well-known/jwks.json',
    '/v2/userinfo',
  ]);
  advance(UNTIL_FORGOTTEN_MS);
});

t.test('row 16: the keys come from jwks_uri, and are kept for a while', async (t) => {
  advance(UNTIL_FORGOTTEN_MS);
  const before = provider.calls('jwks');
  accepted(t, await service.signIn(), 'first');
  accepted(t, await service.signIn(), 'second');
  t.equal(provider.calls('jwks') - before, 1);
});

t.test('row 17: discovery that speaks for another issuer', async (t) => {
  const fresh = await startHostileProvider();
  const other = await startHostileService(t, { provider: fresh });
  const calls = () => fresh.calls('auth') + fresh.calls('token');
  for (const issuer of [
    'https://oauth.id.evil.test/',
    fresh.issuer.slice(0, -1),
    undefined,
    [fresh.issuer],
  ]) {
    fresh.be({ discovery: (document) => ({ ...document, issuer }) });
    refused(t, await other.signIn(), `issuer ${JSON.stringify(issuer)}`, { status: 502 });
  }
  t.equal(calls(), 0, 'neither the browser nor a code went there');
  fresh.be();
  accepted(t, await other.signIn(), 'the right one');
});

t.test('row 18: after a rotation the next login fetches the keys again', async (t) => {
  accepted(t, await service.signIn(), 'before');
  advance(COOL_DOWN_MS);
  const before = provider.calls('jwks');
  provider.be(signingWith(provider.keys.second));
  accepted(t, await service.signIn(), 'after');
  t.equal(provider.calls('jwks') - before, 1);
  advance(COOL_DOWN_MS);
  provider.be();
  accepted(t, await service.signIn(), 'and back');
});

t.test('row 19: a rotation just before signing', async (t) => {
  advance(UNTIL_FORGOTTEN_MS);
  accepted(t, await service.signIn(), 'before');
  const rotated = signingWith(await createKey());
  provider.be(rotated);
  accepted(t, await service.signIn(), 'a moment after the last fetch');
  advance(COOL_DOWN_MS);
  accepted(t, await service.signIn(), 'and later');

  // No kid, or the old one: what is known fits, and its signature doesn't.
  for (const kid of [undefined, 'always-the-same']) {
    advance(UNTIL_FORGOTTEN_MS);
    provider.be(signingWith(provider.keys.signing, { kid }));
    accepted(t, await service.signIn(), `kid ${kid}, the first key`);
    advance(COOL_DOWN_MS);
    provider.be(signingWith(provider.keys.second, { kid }));
    const before = provider.calls('jwks');
    accepted(t, await service.signIn(), `kid ${kid}, the second key`);
    t.equal(provider.calls('jwks') - before, 1);
  }
  advance(UNTIL_FORGOTTEN_MS);
});

t.test('row 31: token_type in any case, no expires_in; and what is no token response', async (t) => {
  for (const token_type of ['bearer', 'Bearer', 'BEARER']) {
    provider.be({ tokenResponse: ({ expires_in: _, ...body }) => ({ ...body, token_type }) });
    accepted(t, await service.signIn(), token_type);
  }
  for (const change of [
    { token_type: undefined },
    { token_type: 'mac' },
    { token_type: 'N_A' },
    { token_type: ['bearer'] },
    { access_token: undefined },
    { access_token: '' },
    { access_token: 7 },
    { id_token: undefined },
    { id_token: '' },
    { id_token: { a: 1 } },
  ]) {
    provider.be({ tokenResponse: (body) => ({ ...body, ...change }) });
    refused(t, await service.signIn(), JSON.stringify(change), { status: 502 });
  }
  for (const expires_in of ['3600', -1, 'soon', null, {}]) {
    provider.be({ tokenResponse: (body) => ({ ...body, expires_in }) });
    accepted(t, await service.signIn(), `expires_in ${JSON.stringify(expires_in)} is nobody's business`);
  }
});

t.test('row 32: what counts as a verified email', async (t) => {
  for (const [email_verified, expected] of [
    [true, true],
    ['true', true],
    [false, false],
    ['false', false],
    [undefined, false],
    [1, false],
    ['yes', false],
    ['True', false],
    [null, false],
    [['true'], false],
    [{}, false],
  ] as const) {
    provider.be({ claims: { email_verified } });
    accepted(t, await service.signIn(), JSON.stringify(email_verified));
    t.equal((await lastEvent(service)).email_verified, expected, JSON.stringify(email_verified));
  }
  provider.be({
    claims: { email: undefined },
    userinfo: (claims) => ({ ...claims, email_verified: 'false' }),
  });
  accepted(t, await service.signIn(), 'the email from userinfo');
  t.equal(
    (await lastEvent(service)).email_verified,
    false,
    'the flag is of the document that the email is of',
  );
});

t.test('row 60: a flood of random kid costs two key fetches in 30 s', async (t) => {
  advance(UNTIL_FORGOTTEN_MS);
  accepted(t, await service.signIn(), 'before');
  advance(COOL_DOWN_MS);
  const before = provider.calls('jwks');
  provider.be({
    idToken: (draft) => sign({ ...draft, header: { ...draft.header, kid: crypto.randomUUID() } }),
  });
  const flood = await Promise.all(
    Array.from({ length: 40 }, () => service.browser().get(startUrl(service.url, { company: 'acme' }))),
  );
  t.same(new Set(flood.map((page) => page.status)), new Set([400]));
  const ofFlood = provider.calls('jwks') - before;
  t.ok(ofFlood === 1 || ofFlood === 2, `${ofFlood} fetches for 40 sign-ins`);
  advance(COOL_DOWN_MS);
  refused(t, await service.signIn(), 'one more, later');
  t.equal(provider.calls('jwks') - before, ofFlood + 1);
  provider.be();
  accepted(t, await service.signIn(), 'the keys that were known are known');
});
