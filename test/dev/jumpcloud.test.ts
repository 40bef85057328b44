import { createHash, randomBytes } from 'node:crypto';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import t, { type Test } from 'tap';
import { httpBrowser } from '../../dev/browser.ts';
import { type ClientOptions, type JumpCloud, startJumpCloud } from '../../dev/jumpcloud.ts';

const CALLBACK = 'http://localhost:1/login/callback';
const CLIENT: ClientOptions = { clientId: 'acme', clientSecret: 'acme-secret', redirectUris: [CALLBACK] };
const ADA = {
  sub: '5f1b1bb2c9a4d3001f8e7001',
  email: 'ada@acme.example',
  givenName: 'Ada',
  familyName: 'Lovelace',
  groups: ['engineering'],
  clients: ['acme'],
};

async function start(test: Test, options?: Parameters<typeof startJumpCloud>[0]) {
  const jc = await startJumpCloud(options);
  test.teardown(() => jc.stop());
  jc.addClient(CLIENT);
  jc.addPerson(ADA);
  return jc;
}

const verifier = randomBytes(32).toString('base64url');

function authorizationUrl(jc: JumpCloud, parameters: Record<string, string> = {}): string {
  const url = new URL(`${jc.url}/oauth2/auth`);
  url.search = new URLSearchParams({
    client_id: 'acme',
    response_type: 'code',
    redirect_uri: CALLBACK,
    scope: 'openid email profile offline_access',
    state: 'a-state-of-some-length',
    nonce: 'a-nonce',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...parameters,
  }).toString();
  return url.href;
}

const browser = () => httpBrowser({ stopAt: [CALLBACK] });

async function authorize(jc: JumpCloud, parameters?: Record<string, string>, email = ADA.email) {
  const page = await browser().signIn({ startUrl: authorizationUrl(jc, parameters), email });
  return { page, callback: new URL(page.url).searchParams };
}

async function token(jc: JumpCloud, body: Record<string, string>, headers: Record<string, string> = {}) {
  const response = await fetch(`${jc.url}/oauth2/token`, {
    method: 'POST',
    headers,
    body: new URLSearchParams(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, string> };
}

const secret = { client_id: 'acme', client_secret: 'acme-secret' };

const exchange = (jc: JumpCloud, code: string | null) =>
  token(jc, {
    grant_type: 'authorization_code',
    code: code ?? '',
    redirect_uri: CALLBACK,
    code_verifier: verifier,
    ...secret,
  });

const refresh = (jc: JumpCloud, refreshToken: string | undefined) =>
  token(jc, { grant_type: 'refresh_token', refresh_token: refreshToken ?? '', ...secret });

const signIn = async (jc: JumpCloud) => exchange(jc, (await authorize(jc)).callback.get('code'));

async function claimsOf(jc: JumpCloud, idToken: string | undefined) {
  const keys = createRemoteJWKSet(new URL(`${jc.url}/.well-known/jwks.json`));
  return jwtVerify(idToken ?? '', keys, { issuer: jc.issuer, audience: 'acme' });
}

const userinfo = (jc: JumpCloud, accessToken: string | undefined) =>
  fetch(`${jc.url}/userinfo`, { headers: { authorization: `Bearer ${accessToken}` } });

t.test("discovery names the issuer with its slash and JumpCloud's paths", async (t) => {
  const jc = await start(t);
  const response = await fetch(`${jc.issuer}.well-known/openid-configuration`);
  t.match(await response.json(), {
    issuer: `http://localhost:${jc.port}/`,
    authorization_endpoint: `${jc.url}/oauth2/auth`,
    token_endpoint: `${jc.url}/oauth2/token`,
    userinfo_endpoint: `${jc.url}/userinfo`,
    jwks_uri: `${jc.url}/.well-known/jwks.json`,
    end_session_endpoint: `${jc.url}/oauth2/sessions/logout`,
    revocation_endpoint: `${jc.url}/oauth2/revoke`,
    authorization_response_iss_parameter_supported: undefined,
  });
  t.equal(jc.requests.count('discovery'), 1);
});

t.test("an ID token looks like JumpCloud's", async (t) => {
  const jc = await start(t);
  const { page, callback } = await authorize(jc);
  t.equal(callback.get('state'), 'a-state-of-some-length');
  t.equal(callback.get('iss'), null, 'no iss unless asked for');
  t.match(page.redirects[0], /\/oauth2\/auth\?/);
  const { status, body } = await exchange(jc, callback.get('code'));
  t.equal(status, 200);
  t.notMatch(body.access_token, /\./, 'the access token is opaque');
  const { payload, protectedHeader } = await claimsOf(jc, body.id_token);
  t.equal(protectedHeader.alg, 'RS256');
  t.match(payload, {
    iss: `http://localhost:${jc.port}/`,
    aud: ['acme'],
    sub: ADA.sub,
    email: ADA.email,
    email_verified: 'true',
    name: 'Ada Lovelace',
    given_name: 'Ada',
    family_name: 'Lovelace',
    preferred_username: 'ada',
    middle_name: '',
    picture: 'none',
    member_of: 'engineering',
    nonce: 'a-nonce',
    jc_org: /^[0-9a-f]{24}$/,
    jti: String,
    sid: /.+/,
    rat: Number,
    auth_time: Number,
  });
  t.equal((payload.exp ?? 0) - (payload.iat ?? 0), 3600);
  const digest = createHash('sha256')
    .update(body.access_token ?? '')
    .digest();
  t.equal(payload.at_hash, digest.subarray(0, 16).toString('base64url'));
  t.match(await (await userinfo(jc, body.access_token)).json(), { sub: ADA.sub, email_verified: 'true' });
});

t.test('several groups are an array, and the admin decides what email_verified says', async (t) => {
  const jc = await start(t);
  jc.updatePerson(ADA.sub, { groups: ['a', 'b'], emailVerified: false });
  const { payload } = await claimsOf(jc, (await signIn(jc)).body.id_token);
  t.same(payload.member_of, ['a', 'b']);
  t.equal(payload.email_verified, false);
  jc.updatePerson(ADA.sub, { emailVerified: undefined, claims: { name: undefined } });
  const dropped = await claimsOf(jc, (await signIn(jc)).body.id_token);
  t.notOk('email_verified' in dropped.payload);
  t.notOk('name' in dropped.payload);
});

t.test('a short state comes back with invalid_state, an absent one as an empty one', async (t) => {
  const jc = await start(t);
  for (const state of ['short', '']) {
    const { callback } = await authorize(jc, { state });
    t.equal(callback.get('error'), 'invalid_state');
    t.equal(callback.get('state'), state);
  }
});

t.test('iss comes with the response where the instance says so', async (t) => {
  const jc = await start(t, { iss: true });
  const { callback } = await authorize(jc);
  t.equal(callback.get('iss'), jc.issuer);
  const metadata = (await (await fetch(`${jc.issuer}.well-known/openid-configuration`)).json()) as object;
  t.match(metadata, { authorization_response_iss_parameter_supported: true });
});

t.test('the token endpoint tells a wrong client from a wrong code', async (t) => {
  const jc = await start(t);
  const bogus = { grant_type: 'authorization_code', code: 'bogus', redirect_uri: CALLBACK };
  const right = await token(jc, { ...bogus, ...secret });
  t.match(right, { status: 400, body: { error: 'invalid_grant' } });
  const wrong = await token(jc, { ...bogus, ...secret, client_secret: 'wrong' });
  t.match(wrong, { status: 401, body: { error: 'invalid_client' } });
  const unknown = await token(jc, { ...bogus, client_id: 'nobody', client_secret: 'x' });
  t.match(unknown, { status: 401, body: { error: 'invalid_client' } });

  const basic = { authorization: `Basic ${Buffer.from('acme:acme-secret').toString('base64')}` };
  t.match(await token(jc, bogus, basic), { status: 401, body: { error: 'invalid_client' } }, 'wrong method');
  jc.updateClient('acme', { authMethod: 'client_secret_basic' });
  t.match(await token(jc, bogus, basic), { status: 400, body: { error: 'invalid_grant' } });
  t.match(await token(jc, { ...bogus, ...secret }), { status: 401, body: { error: 'invalid_client' } });

  jc.updateClient('acme', { authMethod: 'client_secret_post' });
  jc.rotateSecret('acme', 'new-secret');
  t.match(await token(jc, { ...bogus, ...secret }), { status: 401 });
  t.match(await token(jc, { ...bogus, ...secret, client_secret: 'new-secret' }), { status: 400 });
  t.match(jc.requests.list('token').at(-1), {
    clientId: 'acme',
    authMethod: 'client_secret_post',
    status: 400,
  });
});

t.test('a code is good once, and only with its verifier', async (t) => {
  const jc = await start(t);
  const code = (await authorize(jc)).callback.get('code') ?? '';
  const other = { grant_type: 'authorization_code', code, redirect_uri: CALLBACK, ...secret };
  t.match(await token(jc, { ...other, code_verifier: 'x'.repeat(43) }), { body: { error: 'invalid_grant' } });
  const again = (await authorize(jc)).callback.get('code');
  t.match(await exchange(jc, again), { status: 200 });
  t.match(await exchange(jc, again), { status: 400, body: { error: 'invalid_grant' } });
});

t.test('a refresh token is good once', async (t) => {
  const jc = await start(t);
  const first = await signIn(jc);
  const second = await refresh(jc, first.body.refresh_token);
  t.equal(second.status, 200);
  t.not(second.body.refresh_token, first.body.refresh_token);
  t.match((await claimsOf(jc, second.body.id_token)).payload, { sub: ADA.sub, aud: ['acme'] });
  t.match(await refresh(jc, first.body.refresh_token), { status: 400, body: { error: 'invalid_grant' } });
});

t.test('no refresh token without the scope or without the grant', async (t) => {
  const jc = await start(t);
  const { callback } = await authorize(jc, { scope: 'openid email' });
  t.equal((await exchange(jc, callback.get('code'))).body.refresh_token, undefined);
  jc.updateClient('acme', { refreshTokens: false });
  t.match(await signIn(jc), { status: 200, body: { refresh_token: undefined, id_token: String } });
});

t.test('somebody removed from the directory or the application is out', async (t) => {
  const jc = await start(t);
  const unassigned = await signIn(jc);
  jc.unassign(ADA.sub, 'acme');
  t.match(await refresh(jc, unassigned.body.refresh_token), { body: { error: 'invalid_grant' } });
  jc.assign(ADA.sub, 'acme');
  const removed = await signIn(jc);
  t.equal((await userinfo(jc, removed.body.access_token)).status, 200);
  jc.removePerson(ADA.sub);
  t.match(await refresh(jc, removed.body.refresh_token), { status: 400, body: { error: 'invalid_grant' } });
  t.equal((await userinfo(jc, removed.body.access_token)).status, 401);
});

t.test(
  "who isn't assigned sees JumpCloud's page; the application hears of it where it is told to",
  async (t) => {
    const jc = await start(t);
    jc.unassign(ADA.sub, 'acme');
    const { page } = await authorize(jc);
    t.equal(page.status, 403);
    t.match(page.html, /do not have access/);

    const telling = await start(t, { unassigned: 'access_denied' });
    telling.unassign(ADA.sub, 'acme');
    t.equal((await authorize(telling)).callback.get('error'), 'access_denied');
  },
);

t.test('the form: a stranger is refused, login_hint fills it in, a session answers at once', async (t) => {
  const jc = await start(t);
  const same = browser();
  const form = await same.get(authorizationUrl(jc, { login_hint: ADA.email }));
  t.equal(form.$('input[name=email]').attr('value'), ADA.email);
  const refused = await same.submit(form, { email: 'nobody@acme.example', password: 'x' });
  t.match(refused.html, /wrong/);
  const through = await same.submit(refused, { email: ADA.email });
  t.ok(new URL(through.url).searchParams.get('code'));
  const again = await same.get(authorizationUrl(jc));
  t.ok(new URL(again.url).searchParams.get('code'), 'no form the second time');

  const bob = { ...ADA, sub: '5f1b1bb2c9a4d3001f8e7002', email: 'bob@acme.example' };
  jc.addPerson(bob);
  const switched = await same.signIn({
    startUrl: authorizationUrl(jc, { login_hint: bob.email }),
    email: bob.email,
  });
  const tokens = await exchange(jc, new URL(switched.url).searchParams.get('code'));
  t.equal(
    (await claimsOf(jc, tokens.body.id_token)).payload.sub,
    bob.sub,
    'another person, the same browser',
  );
  jc.removePerson(bob.sub);
  t.equal((await same.get(authorizationUrl(jc))).$('input[name=password]').length, 1, 'the session is over');
});

t.test('fastLogin answers at once for the person whom login_hint names', async (t) => {
  const jc = await start(t, { fastLogin: true });
  const response = await fetch(authorizationUrl(jc, { login_hint: ADA.email }), { redirect: 'manual' });
  const code = new URL(response.headers.get('location') ?? '').searchParams.get('code');
  t.match(await exchange(jc, code), { status: 200, body: { refresh_token: String } });
});

t.test('logout: the hint skips the question, an unregistered address is refused', async (t) => {
  const after = 'http://localhost:1/login';
  const jc = await start(t);
  const same = httpBrowser({ stopAt: ['http://localhost:1/'] });
  const done = await same.signIn({ startUrl: authorizationUrl(jc), email: ADA.email });
  const { id_token: hint = '' } = (await exchange(jc, new URL(done.url).searchParams.get('code'))).body;
  const url = new URL(`${jc.url}/oauth2/sessions/logout`);
  url.search = new URLSearchParams({
    id_token_hint: hint,
    post_logout_redirect_uri: after,
    state: 'after',
  }).toString();
  t.equal((await same.get(url.href)).status, 400);
  jc.updateClient('acme', { postLogoutRedirectUris: [after] });
  t.equal((await same.get(url.href)).url, `${after}?state=after`);
  t.equal((await same.get(authorizationUrl(jc))).$('input[name=password]').length, 1, 'the session is over');
});

t.test('an outage refuses, hangs or fails, and ends', async (t) => {
  const jc = await start(t);
  const get = () =>
    fetch(`${jc.issuer}.well-known/openid-configuration`, { signal: AbortSignal.timeout(300) });
  await jc.outage('refuse');
  await t.rejects(get(), { cause: { code: 'ECONNREFUSED' } });
  await jc.outage('hang');
  await t.rejects(get(), { name: 'TimeoutError' });
  await jc.outage('500');
  t.equal((await get()).status, 500);
  await jc.outage('500', ['token']);
  t.equal((await get()).status, 200);
  t.equal((await fetch(`${jc.url}/oauth2/token`, { method: 'POST' })).status, 500);
  await jc.outage(null);
  t.match(await signIn(jc), { status: 200 });
});

t.test('a test can tamper with what the provider says, and rotate its keys', async (t) => {
  const jc = await start(t);
  jc.tamper({ idTokenClaims: (claims) => ({ ...claims, iss: jc.url }) });
  await t.rejects(claimsOf(jc, (await signIn(jc)).body.id_token), /"iss" claim/);
  jc.tamper(null);
  const { id_token: old } = (await signIn(jc)).body;
  await jc.rotateKeys({ keepOld: true });
  await t.resolves(claimsOf(jc, old));
  await t.resolves(claimsOf(jc, (await signIn(jc)).body.id_token));
  await jc.rotateKeys();
  await t.rejects(claimsOf(jc, old), { code: 'ERR_JWKS_NO_MATCHING_KEY' });
});

t.test('two regions run side by side in one browser', async (t) => {
  const [us, eu] = [await start(t), await start(t)];
  const same = browser();
  for (const jc of [us, eu]) {
    const page = await same.signIn({ startUrl: authorizationUrl(jc), email: ADA.email });
    const { body } = await exchange(jc, new URL(page.url).searchParams.get('code'));
    t.equal((await claimsOf(jc, body.id_token)).payload.iss, jc.issuer);
  }
});
