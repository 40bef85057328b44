/** A callback belongs to the browser, the attempt and the SSO client that it began with: rows 33–45. */
import { createHash } from 'node:crypto';
import { pino } from 'pino';
import t from 'tap';
import { freePort } from '../../dev/free-port.ts';
import { setCompanyStatus } from '../../src/companies/companies.ts';
import { disableSsoClient, updateSsoClient } from '../../src/companies/sso-clients.ts';
import { readConfig } from '../../src/config.ts';
import type { Transaction } from '../../src/db/client.ts';
import { SERVER_CONFIG, startServer } from '../../src/roles/server.ts';
import { advance, realTime } from '../support/hostile/clock.ts';
import { accepted, refused, startHostileService } from '../support/hostile/service.ts';
import { startHostileProvider } from '../support/hostile-provider.ts';
import { addCompany, type TestCompany } from '../support/service.ts';

const service = await startHostileService(t);
const { provider, acme } = service;
const borealis = await addCompany(service, 'borealis');
t.beforeEach(() => provider.be());
t.afterEach(realTime);

const NO_CALL = { status: 400, tokenCalls: 0 };

type Change = Record<string, string | string[] | undefined>;

/** The callback with other parameters; undefined drops one, an array doubles it. */
function altered(callback: URL, change: Change): URL {
  const url = new URL(callback);
  for (const [name, value] of Object.entries(change)) {
    url.searchParams.delete(name);
    for (const one of [value ?? []].flat()) url.searchParams.append(name, one);
  }
  return url;
}

t.test('row 33: state missing, wrong or doubled', async (t) => {
  const { browser, callback } = await service.begin();
  const state = callback.searchParams.get('state') ?? '';
  for (const [name, change] of [
    ['missing', { state: undefined }],
    ['empty', { state: '' }],
    ['another', { state: `${state.slice(0, -1)}${state.endsWith('A') ? 'B' : 'A'}` }],
    ['longer', { state: `${state}A` }],
    ['in another case', { state: state.toLowerCase() }],
    ['doubled', { state: [state, state] }],
    ['doubled, the right one last', { state: ['another-state', state] }],
    ['as a nested field', { state: undefined, 'state[]': state }],
    ['of a kilobyte', { state: 'a'.repeat(1024) }],
    ['with a NUL', { state: `${state}\0` }],
  ] as const) {
    refused(t, await service.visit(altered(callback, change as Change), browser), `state ${name}`, NO_CALL);
  }
  const code = callback.searchParams.get('code') ?? '';
  refused(
    t,
    await service.visit(altered(callback, { code: [code, code] }), browser),
    'code doubled',
    NO_CALL,
  );
  accepted(t, await service.visit(callback, browser), 'and the right one');
});

t.test('row 33: a state without its code', async (t) => {
  const { browser, callback } = await service.begin();
  refused(t, await service.visit(altered(callback, { code: undefined }), browser), 'no code', NO_CALL);
});

t.test('row 34: a state replayed', async (t) => {
  const { browser, callback } = await service.begin();
  accepted(t, await service.visit(callback, browser), 'the first time');
  const again = await service.visit(callback, browser);
  t.match(again, { recorded: 0, tokenCalls: 0, session: undefined }, 'the same browser only goes on');
  refused(t, await service.visit(callback), 'another browser', NO_CALL);

  // The browser kept the attempt's cookie although the answer removed it, and the code never expires.
  provider.be({ anyCode: true });
  const kept = await service.begin();
  const cookies = await kept.browser.jar.getCookieString(service.url);
  accepted(t, await service.visit(kept.callback, kept.browser), 'the first time');
  const calls = provider.calls('token');
  const replay = await fetch(kept.callback, { headers: { cookie: cookies }, redirect: 'manual' });
  t.match(replay.headers.getSetCookie().join(), 'sso_session', 'ends in the one session that was recorded');
  t.equal(provider.calls('token'), calls, 'brings the code to nobody');
  t.equal(await service.logins(), 3, 'and records nothing: three logins since the start');
});

t.test('row 35: an attempt expires, whatever the browser says', async (t) => {
  const { browser, callback } = await service.begin();
  const cookies = await browser.jar.getCookieString(service.url);
  advance(10 * 60_000 + 1_000);
  const calls = provider.calls('token');
  const late = await fetch(callback, { headers: { cookie: cookies }, redirect: 'manual' });
  t.equal(late.status, 400);
  t.equal(provider.calls('token'), calls);
  realTime();
  accepted(t, await service.visit(callback, browser), 'in time');
});

t.test('row 35: an attempt of the future', async (t) => {
  advance(60 * 60_000);
  const { browser, callback } = await service.begin();
  realTime();
  refused(t, await service.visit(callback, browser), 'a clock that was wrong', NO_CALL);
});

t.test('row 36: one company’s state with another’s client', async (t) => {
  const browser = service.browser();
  const first = await service.begin({ company: 'acme', browser });
  const second = await service.begin({ company: 'borealis', browser });
  const code = second.callback.searchParams.get('code') ?? '';

  // A callback names no client: it is the attempt that does, so the code is brought where it isn't known.
  const crossed = altered(first.callback, { code });
  refused(t, await service.visit(crossed, browser), 'the code of the other', { status: 400, tokenCalls: 1 });

  // A provider that takes any code gives a token for the client that the code was made for.
  provider.be({ anyCode: true });
  const third = await service.begin({ company: 'acme', browser });
  refused(t, await service.visit(altered(third.callback, { code }), browser), 'the token of the other', {
    status: 400,
    tokenCalls: 1,
  });
});

t.test('row 36: one company’s attempt under the name of another’s', async (t) => {
  const browser = service.browser();
  const first = await service.begin({ company: 'acme', browser });
  const [cookie] = await browser.jar.getCookies(service.url);
  const second = await service.begin({ company: 'borealis', browser: service.browser() });
  const [other] = await second.browser.jar.getCookies(service.url);
  const calls = provider.calls('token');
  for (const [callback, name, value] of [
    [second.callback, other?.key, cookie?.value],
    [first.callback, other?.key, cookie?.value],
    [first.callback, cookie?.key, other?.value],
    [first.callback, cookie?.key, cookie?.value.replace(/.$/, (last) => (last === 'A' ? 'Q' : 'A'))],
  ] as const) {
    const answer = await fetch(callback, { headers: { cookie: `${name}=${value}` }, redirect: 'manual' });
    t.equal(answer.status, 400);
  }
  t.equal(provider.calls('token'), calls, 'no token call');
});

t.test('row 37: iss in the response', async (t) => {
  for (const [name, iss] of [
    ['another issuer', 'https://oauth.id.evil.test/'],
    ['without its slash', provider.issuer.slice(0, -1)],
    ['empty', ''],
    ['doubled', [provider.issuer, provider.issuer]],
  ] as const) {
    const { browser, callback } = await service.begin();
    const wrong = altered(callback, { iss: iss as string });
    refused(t, await service.visit(wrong, browser), `${name}, none advertised`, NO_CALL);
  }
  provider.be({ response: (parameters) => parameters.set('iss', provider.issuer) });
  accepted(t, await service.signIn(), 'right, though none is advertised');

  const advertising = await startHostileProvider();
  advertising.be({
    discovery: (document) => ({ ...document, authorization_response_iss_parameter_supported: true }),
  });
  const strict = await startHostileService(t, { provider: advertising });
  refused(t, await strict.signIn(), 'missing where advertised', NO_CALL);
  advertising.be({ response: (parameters) => parameters.set('iss', advertising.issuer) });
  accepted(t, await strict.signIn(), 'right where advertised');
});

t.test('row 38: an error ends the attempt, and no code that comes with it is tried', async (t) => {
  for (const [error, status] of [
    ['access_denied', 403],
    ['server_error', 502],
    ['temporarily_unavailable', 502],
    ['login_required', 502],
    ['invalid_state', 502],
    ['wat', 400],
    ['<script>alert(1)</script>', 400],
  ] as const) {
    const { browser, callback } = await service.begin();
    const answer = altered(callback, { error, error_description: 'The <b>resource owner</b> said no' });
    const attempt = await service.visit(answer, browser);
    refused(t, attempt, `${error} and a code`, { status, tokenCalls: 0 });
    t.notMatch(attempt.page.html, /<script>alert|<b>resource|resource owner/, 'nothing of it is repeated');
    refused(t, await service.visit(callback, browser), 'the attempt is over', NO_CALL);
  }
  for (const query of [
    'error=access_denied',
    'error=invalid_state&state=',
    'error=access_denied&state=unknown',
  ]) {
    refused(t, await service.visit(`${service.url}/login/callback?${query}`), query, NO_CALL);
  }
  const { browser, callback } = await service.begin();
  const two = altered(callback, { error: ['access_denied', 'server_error'] });
  refused(t, await service.visit(two, browser), 'two errors', NO_CALL);
});

t.test('row 39: state, nonce and verifier are fresh, and used once', async (t) => {
  const seen: Record<string, Set<string>> = {};
  const note = (name: string, value: string | null | undefined) => {
    seen[name] ??= new Set();
    seen[name].add(value ?? '');
  };
  for (let i = 0; i < 20; i++) {
    const { browser, authorize, callback } = await service.begin();
    for (const name of ['state', 'nonce', 'code_challenge']) note(name, authorize.searchParams.get(name));
    accepted(t, await service.visit(callback, browser), `login ${i}`);
    note(
      'code_verifier',
      provider.requests.findLast((r) => r.endpoint === 'token')?.form.get('code_verifier'),
    );
  }
  for (const [name, values] of Object.entries(seen)) {
    t.equal(values.size, 20, `${name} is never the same`);
    t.notOk(values.has(''), `${name} is never empty`);
  }
  const bits = (name: string) => Buffer.from([...(seen[name] ?? [])][0] ?? '', 'base64url').length * 8;
  t.ok(bits('state') >= 128 && bits('nonce') >= 128 && bits('code_verifier') >= 256);
});

t.test('row 39: an attempt whose exchange failed is over, whoever keeps its cookie', async (t) => {
  provider.be({ anyCode: true });
  const good = (await service.begin()).callback.searchParams.get('code') ?? '';
  for (const [name, change, status] of [
    ['a code that the provider refuses', { code: 'nobodys-code' }, 400],
    ['an error', { error: 'server_error' }, 502],
    ['another issuer', { iss: 'https://evil.test/' }, 400],
  ] as const) {
    const { browser, callback } = await service.begin();
    const cookie = await browser.jar.getCookieString(service.url);
    provider.be();
    const first = await fetch(altered(callback, change), { headers: { cookie }, redirect: 'manual' });
    t.equal(first.status, status, name);
    provider.be({ anyCode: true });
    const calls = provider.calls('token');
    for (const url of [callback, altered(callback, { code: good })]) {
      const again = await fetch(url, { headers: { cookie }, redirect: 'manual' });
      t.equal(again.status, 400, `${name}: brought again`);
    }
    t.equal(provider.calls('token'), calls, `${name}: no code is brought any more`);
  }
});

t.test('row 40: only S256, whatever the provider offers', async (t) => {
  const { browser, authorize, callback } = await service.begin();
  t.equal(authorize.searchParams.get('code_challenge_method'), 'S256');
  accepted(t, await service.visit(callback, browser), 'S256');
  const verifier = provider.requests.findLast((r) => r.endpoint === 'token')?.form.get('code_verifier') ?? '';
  const challenge = createHash('sha256').update(verifier).digest('base64url');
  t.equal(authorize.searchParams.get('code_challenge'), challenge, 'the challenge is the verifier’s');

  const plain = await startHostileProvider();
  plain.be({ discovery: (document) => ({ ...document, code_challenge_methods_supported: ['plain'] }) });
  const other = await startHostileService(t, { provider: plain });
  const begun = await other.begin();
  t.equal(begun.authorize.searchParams.get('code_challenge_method'), 'S256');
});

t.test('row 41: the attacker’s code in the victim’s browser', async (t) => {
  const attacker = await service.begin();
  refused(t, await service.visit(attacker.callback), 'a browser that began nothing', NO_CALL);

  const victim = await service.begin();
  refused(t, await service.visit(attacker.callback, victim.browser), 'one that began its own', NO_CALL);
  const code = attacker.callback.searchParams.get('code') ?? '';
  const injected = altered(victim.callback, { code });
  refused(t, await service.visit(injected, victim.browser), 'the code with the victim’s state', {
    status: 400,
    tokenCalls: 1, // PKCE: the code belongs to another verifier, so the provider refuses it.
  });
  provider.be({ anyCode: true });
  const again = await service.begin();
  refused(t, await service.visit(altered(again.callback, { code }), again.browser), 'and no PKCE there', {
    status: 400,
    tokenCalls: 1, // The nonce is the attacker's.
  });
});

t.test('row 42: two tabs, two companies at once', async (t) => {
  const browser = service.browser();
  const tabs = [];
  for (const company of ['acme', 'borealis', 'acme', 'borealis']) {
    tabs.push(await service.begin({ company, browser }));
  }
  for (const [i, { callback }] of tabs.reverse().entries()) {
    accepted(t, await service.visit(callback, browser), `tab ${tabs.length - i}`);
  }
});

t.test('row 42: a sixth tab drops the first', async (t) => {
  const browser = service.browser();
  const tabs = [];
  for (let i = 0; i < 6; i++) tabs.push(await service.begin({ browser }));
  const [first, second] = tabs;
  refused(t, await service.visit(first?.callback ?? '', browser), 'the first', NO_CALL);
  accepted(t, await service.visit(second?.callback ?? '', browser), 'the second');
});

for (const anyCode of [false, true]) {
  t.test(
    `row 43: a callback sent five times at once, the code ${anyCode ? 'good each time' : 'good once'}`,
    async (t) => {
      for (let round = 0; round < 5; round++) {
        provider.be({ anyCode });
        const { browser, callback } = await service.begin();
        const cookie = await browser.jar.getCookieString(service.url);
        const [before, calls] = [await service.logins(), provider.calls('token')];
        const sent = Array.from({ length: 5 }, () =>
          fetch(callback, { headers: { cookie }, redirect: 'manual' }),
        );
        const answers = await Promise.all(sent);
        t.same(
          answers.map((answer) => answer.status),
          [303, 303, 303, 303, 303],
          'each goes on',
        );
        const sessions = answers.map(
          (answer) => /sso_session=([^;]+)/.exec(answer.headers.getSetCookie().join())?.[1],
        );
        t.equal(new Set(sessions).size, 1, 'with the same session');
        t.equal((await service.logins()) - before, 1, 'one login');
        t.equal(provider.calls('token') - calls, 1, 'the code is brought once: a second time revokes');
        const [counted] = await service.database.sql`
        SELECT (SELECT count(*) FROM sessions s WHERE s.login_id = l.id) AS sessions,
          (SELECT count(*) FROM outbox o WHERE o.headers->>'ce_id' = l.id::text) AS events
        FROM logins l ORDER BY id DESC LIMIT 1`;
        t.same(counted, { sessions: '1', events: '1' }, 'one session, one event');
      }
    },
  );
}

t.test('row 43: a callback sent to two servers at once', async (t) => {
  const port = await freePort();
  const config = readConfig({ ...service.env, PORT: String(port) }, SERVER_CONFIG);
  const twin = await startServer({ config, log: pino({ level: 'silent' }) });
  t.teardown(() => twin.stop());
  const { browser, callback } = await service.begin();
  const cookie = await browser.jar.getCookieString(service.url);
  const there = new URL(callback.pathname + callback.search, twin.address);
  const before = await service.logins();
  const sent = [callback, there, there].map((url) => fetch(url, { headers: { cookie }, redirect: 'manual' }));
  const answers = await Promise.all(sent);
  t.same(
    answers.map((answer) => answer.status),
    [303, 303, 303],
  );
  t.equal((await service.logins()) - before, 1);
});

type Act = (tx: Transaction, company: TestCompany) => Promise<unknown>;

const byId = (company: TestCompany) =>
  ({ id: company.ssoClientId, version: 1, status: 'active', company: company.slug }) as const;
const CHANGES: [string, Act, number][] = [
  [
    'changed',
    (tx, c) => updateSsoClient(tx, 'operator:test', service.sealer, byId(c), { logoutAtProvider: true }),
    400,
  ],
  ['disabled', (tx, c) => disableSsoClient(tx, 'operator:test', c.slug), 404],
  ['deleted', (tx, c) => tx.sql`DELETE FROM sso_clients WHERE id = ${c.ssoClientId}`, 404],
  [
    'of a company that is disabled',
    (tx, c) => setCompanyStatus(tx, 'operator:test', c.slug, 'disabled'),
    404,
  ],
];
let companies = 0;
const freshCompany = () => addCompany(service, `fresh-${++companies}`);

for (const [name, change, status] of CHANGES) {
  t.test(`row 44: the SSO client is ${name} between start and callback`, async (t) => {
    const company = await freshCompany();
    const { browser, callback } = await service.begin({ company: company.slug });
    await service.database.transaction((tx) => change(tx, company));
    refused(t, await service.visit(callback, browser), name, { status, tokenCalls: 0 });
  });

  t.test(`row 44: the SSO client is ${name} while the code is exchanged`, async (t) => {
    const company = await freshCompany();
    const { browser, callback } = await service.begin({ company: company.slug });
    provider.be({ duringExchange: () => service.database.transaction((tx) => change(tx, company)) });
    refused(t, await service.visit(callback, browser), name, { status: 404, tokenCalls: 1 });
  });
}

t.test('row 45: the secret is rotated between start and callback', async (t) => {
  const company = await freshCompany();
  const { browser, callback } = await service.begin({ company: company.slug });
  provider.rotateSecret(company.clientId, 'rotated-secret');
  await service.database.transaction((tx) =>
    updateSsoClient(tx, 'operator:test', service.sealer, byId(company), { clientSecret: 'rotated-secret' }),
  );
  refused(t, await service.visit(callback, browser), 'the attempt of before', NO_CALL);
  accepted(t, await service.signIn({ company: company.slug }), 'the next');
});

t.test('row 45: the secret is rotated at the provider alone', async (t) => {
  const company = await freshCompany();
  provider.rotateSecret(company.clientId, 'rotated-secret');
  const attempt = await service.signIn({ company: company.slug });
  refused(t, attempt, 'the operator has to act', { status: 502, tokenCalls: 1 });
  t.match(attempt.page.html, 'Tell your administrator');
  t.match(
    service.logs.findLast((line) => line.includes('invalid_client')),
    'look at the client secret',
  );
});

t.test('row 44: the two companies of this file are as they were', async (t) => {
  for (const { slug } of [acme, borealis]) accepted(t, await service.signIn({ company: slug }), slug);
});
