/** Sessions and cookies: rows 46–55 of docs/security.md. */
import { createHash } from 'node:crypto';
import { inspect } from 'node:util';
import t from 'tap';
import { setCompanyStatus } from '../../src/companies/companies.ts';
import { disableSsoClient } from '../../src/companies/sso-clients.ts';
import { SESSION_COOKIE } from '../../src/http/cookies.ts';
import { advance, realTime } from '../support/hostile/clock.ts';
import { accepted, cookieOf, startHostileService } from '../support/hostile/service.ts';
import { SUBJECT } from '../support/hostile-provider.ts';
import { addCompany, linkUser, type TestCompany } from '../support/service.ts';

const service = await startHostileService(t);
const { provider, acme } = service;
const { sql } = service.database;
await linkUser(service, acme, SUBJECT);
t.beforeEach(() => provider.be());
t.afterEach(realTime);

let companies = 0;
/** A company of its own, whose one person is linked: what ends its sessions ends nobody else's. */
async function freshCompany(): Promise<TestCompany & { userId: string }> {
  const company = await addCompany(service, `fresh-${++companies}`);
  return { ...company, userId: await linkUser(service, company, SUBJECT) };
}

async function signedIn(company: TestCompany = acme): Promise<string> {
  const attempt = await service.signIn({ company: company.slug });
  return attempt.session ?? '';
}

/** What /session says to a cookie, as a thief would send it. */
async function sessionOf(token: string | undefined, cookies = ''): Promise<Record<string, unknown>> {
  const headers = token === undefined ? {} : { cookie: `${SESSION_COOKIE}=${token}${cookies}` };
  const answer = await fetch(`${service.url}/session`, { headers });
  return { status: answer.status, ...((await answer.json()) as object) };
}

const NOBODY = { status: 401, state: 'none' };

t.test('row 46: every cookie is __Host-, Secure, HttpOnly, SameSite=Lax, of no domain', async (t) => {
  const { browser, start, callback } = await service.begin();
  const answers = [start, await browser.fetch(callback.href)];
  const logout = { method: 'POST', origin: service.url };
  answers.push(await browser.fetch(`${service.url}/logout`, logout));
  const again = await service.begin({ browser });
  answers.push(again.start, await browser.fetch(`${again.callback.href}&error=access_denied`));
  const lines = answers.flatMap((answer) => answer.headers.getSetCookie());
  t.ok(lines.length >= 7, `${lines.length} cookies were set`);
  for (const line of lines) {
    const [name, ...attributes] = line.split('; ').map((part, i) => (i === 0 ? part.split('=')[0] : part));
    t.match(name, /^__Host-sso_(session|company|prompt|attempt_[a-z0-9]+_[0-9a-f]{16})$/);
    for (const needed of ['Path=/', 'Secure', 'HttpOnly', 'SameSite=Lax'])
      t.ok(attributes.includes(needed), line);
    t.notOk(
      attributes.some((a) => /^domain/i.test(a ?? '')),
      'no Domain',
    );
  }
});

t.test('row 47: a login gives a new session id, and the old one is dead', async (t) => {
  const browser = service.browser();
  const first = await service.signIn({ browser });
  const second = await service.signIn({ browser });
  accepted(t, second, 'again in the same browser');
  t.not(second.session, first.session);
  t.match(await sessionOf(first.session), NOBODY);
  t.match(await sessionOf(second.session), { status: 200, state: 'signed_in' });
});

t.test('row 47: a session id that an attacker planted is never taken over', async (t) => {
  const planted = 'A'.repeat(43);
  const attacker = await signedIn();
  for (const cookie of [planted, attacker]) {
    const browser = service.browser();
    await browser.jar.setCookie(`${SESSION_COOKIE}=${cookie}; Path=/; Secure; HttpOnly`, service.url);
    const victim = await service.signIn({ browser });
    accepted(t, victim, 'with a planted cookie');
    t.not(victim.session, cookie);
    t.match(await sessionOf(cookie), NOBODY, 'the planted one opens nothing');
  }
});

t.test('row 48: 256 bits, and only their hash is stored', async (t) => {
  const token = await signedIn();
  t.equal(Buffer.from(token, 'base64url').length, 32);
  const hash = createHash('sha256').update(token).digest();
  t.equal((await sql`SELECT FROM sessions WHERE token_hash = ${hash}`).length, 1);

  const tables = await sql<{ name: string }[]>`
    SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'`;
  t.ok(tables.length > 10);
  for (const { name } of tables) {
    const found = await sql`SELECT FROM ${sql(name)} AS r WHERE strpos(r::text, ${token}) > 0
      OR strpos(r::text, ${Buffer.from(token).toString('hex')}) > 0`;
    t.equal(found.length, 0, `${name} doesn't hold it`);
  }
});

t.test('row 48: a thief of the database finds no token, code or secret of the provider’s', async (t) => {
  await signedIn();
  const rows = await sql`
    SELECT r::text AS text FROM sessions r UNION ALL SELECT r::text FROM sso_clients r
    UNION ALL SELECT r::text FROM signing_keys r UNION ALL SELECT r::text FROM logins r
    UNION ALL SELECT convert_from(payload, 'UTF8') || headers::text FROM outbox`;
  const everything = rows.map((row) => row.text).join('\n');
  t.match(everything, 's1.', 'what has to be kept is sealed');
  t.same(
    [...provider.secrets].filter((secret) => everything.includes(secret)),
    [],
  );
});

t.test('row 49: the idle end and the absolute one are kept by the server', async (t) => {
  const token = await signedIn();
  const hash = createHash('sha256').update(token).digest();
  const [row] = await sql<{ hours: number }[]>`
    SELECT extract(epoch FROM expires_at - now()) / 3600 AS hours FROM sessions WHERE token_hash = ${hash}`;
  t.ok(Number(row?.hours) > 167.9 && Number(row?.hours) <= 168, '7 days');

  advance(11 * 3_600_000);
  t.match(await sessionOf(token), { status: 200 }, 'idle for 11 hours');
  await sql`UPDATE sessions SET last_used_at = now() - interval '11 hours 59 minutes' WHERE token_hash = ${hash}`;
  realTime();
  t.match(await sessionOf(token), { status: 200 }, 'a minute before the idle end');
  const [touched] = await sql`
    SELECT now() - last_used_at < '1 minute' AS now FROM sessions WHERE token_hash = ${hash}`;
  t.equal(touched?.now, true, 'and reading is use');
  advance(12 * 3_600_000 + 1_000);
  t.match(await sessionOf(token), NOBODY, 'idle for 12 hours');
  realTime();
  t.match(await sessionOf(token), NOBODY, 'it is over, not asleep');

  const other = await signedIn();
  await sql`UPDATE sessions SET expires_at = now() + interval '7 hours', last_used_at = now() + interval '8 hours'
    WHERE token_hash = ${createHash('sha256').update(other).digest()}`;
  t.match(await sessionOf(other), { status: 200 }, 'in use');
  advance(8 * 3_600_000);
  t.match(await sessionOf(other), NOBODY, 'in use to the last, and over all the same');
});

t.test('row 50: a sign-out ends the session on the server', async (t) => {
  const { browser, session } = await service.signIn();
  const revoked = provider.calls('revoke');
  const answer = await browser.fetch(`${service.url}/logout`, { method: 'POST', origin: service.url });
  t.equal(answer.status, 303);
  t.equal(await cookieOf(browser, service.url, SESSION_COOKIE), undefined);
  t.match(await sessionOf(session), NOBODY, 'whoever kept the cookie has nothing');
  for (
    const end = performance.now() + 2_000;
    provider.calls('revoke') === revoked && performance.now() < end;
  ) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  t.equal(provider.calls('revoke') - revoked, 1, 'the refresh token is revoked at the provider');
});

const ENDINGS: [string, (company: TestCompany & { userId: string }) => Promise<unknown>, string][] = [
  [
    'a suspended user',
    ({ userId }) => sql`UPDATE users SET status = 'suspended' WHERE id = ${userId}`,
    'user_suspended',
  ],
  [
    'a disabled SSO client',
    ({ slug }) => service.database.transaction((tx) => disableSsoClient(tx, 'operator:test', slug)),
    'sso_disabled',
  ],
  [
    'a disabled company',
    ({ slug }) =>
      service.database.transaction((tx) => setCompanyStatus(tx, 'operator:test', slug, 'disabled')),
    'sso_disabled',
  ],
  [
    'a user moved to another company',
    ({ userId }) => sql`UPDATE users SET company_id = ${acme.id} WHERE id = ${userId}`,
    'not_linked',
  ],
  [
    'a user of no company any more, who is linked at another',
    async ({ userId }) => {
      await linkAtAcme(userId);
      await sql`UPDATE users SET company_id = NULL, company_set_by = NULL WHERE id = ${userId}`;
    },
    'not_linked',
  ],
];

let linkedAtAcme = 0;
/** As if the product had moved the user to acme, where it came by SSO. */
async function linkAtAcme(userId: string): Promise<void> {
  await sql`INSERT INTO sso_identities (id, company_id, issuer, subject, user_id, linked_at)
    VALUES (gen_random_uuid(), ${acme.id}, ${provider.issuer}, ${`moved-${++linkedAtAcme}`}, ${userId}, now())`;
}

for (const [name, act, reason_class] of ENDINGS) {
  t.test(`row 51: ${name} ends the sessions`, async (t) => {
    const company = await freshCompany();
    const token = await signedIn(company);
    t.match(await sessionOf(token), { status: 200 });
    await act(company);
    t.match(await sessionOf(token), { status: 401, state: 'refused', reason_class });
    const page = await fetch(`${service.url}/login/wait`, {
      headers: { cookie: `${SESSION_COOKIE}=${token}` },
      redirect: 'manual',
    });
    t.equal(page.status, 403, 'and the page says so');
    await sql`UPDATE users SET status = 'active', company_id = ${company.id}, company_set_by = 'link'
      WHERE id = ${company.userId}`;
    await sql`UPDATE companies SET status = 'active' WHERE id = ${company.id}`;
    await sql`UPDATE sso_clients SET status = 'active' WHERE id = ${company.ssoClientId}`;
    t.match(
      await sessionOf(token),
      { status: 401, state: 'refused' },
      'ended is ended, whatever changes later',
    );
  });
}

t.test('row 51: nor does the next login sign a user in who belongs elsewhere by now', async (t) => {
  const { slug, userId } = await freshCompany();
  t.equal((await service.signIn({ company: slug })).page.status, 0, 'at the product, while it belongs here');
  await sql`UPDATE users SET company_id = NULL, company_set_by = NULL WHERE id = ${userId}`;
  t.equal(
    (await service.signIn({ company: slug })).page.status,
    0,
    'and where no company has a better claim',
  );
  await linkAtAcme(userId);
  t.match(await service.signIn({ company: slug }), { recorded: 1, page: { status: 403 } });
});

t.test('row 51: a link that an operator removed ends the sessions', async (t) => {
  const company = await freshCompany();
  const token = await signedIn(company);
  await sql`UPDATE sso_identities SET user_id = NULL, linked_at = NULL, link_removed_at = now()
    WHERE company_id = ${company.id}`;
  t.match(await sessionOf(token), { status: 401 });
});

t.test('row 52: an attempt’s cookie is never a session', async (t) => {
  const { browser } = await service.begin();
  const [attempt] = await browser.jar.getCookies(service.url);
  t.match(await sessionOf(attempt?.value), NOBODY);
  t.match(await sessionOf('x', `; ${attempt?.key}=${attempt?.value}`), NOBODY);
  const sealed = service.sealer.open(attempt?.value ?? '', attempt?.key ?? '');
  const { sessionToken } = JSON.parse(sealed) as { sessionToken: string };
  t.match(await sessionOf(sessionToken), NOBODY, 'nor is what it leads to, before the login is recorded');
});

t.test('row 53: doubled and oversized cookies', async (t) => {
  const token = await signedIn();
  const other = await signedIn();
  for (const cookies of [
    `; ${SESSION_COOKIE}=x`,
    `; ${SESSION_COOKIE}=${other}`,
    '; =; ;;=x; a',
    '; __proto__=x',
  ]) {
    t.match(await sessionOf(token, cookies), { status: 200 }, `${cookies}: the first counts`);
    t.match(await sessionOf('x', `; ${SESSION_COOKIE}=${token}`), NOBODY, 'and no other');
  }
  for (const value of [
    '',
    'a'.repeat(42),
    'a'.repeat(44),
    `${token}=`,
    `"${token}"`,
    `${token}%00`,
    '../../etc',
    "' OR 1=1",
  ]) {
    const { status } = await sessionOf(encodeURI(value) === value ? value : encodeURIComponent(value));
    t.equal(status, 401, value);
  }
  const huge = await fetch(`${service.url}/session`, { headers: { cookie: `a=${'a'.repeat(12_000)}` } });
  t.equal(huge.status, 401, '12 kB of somebody else’s cookies');
  const beyond = await fetch(`${service.url}/session`, { headers: { cookie: `a=${'a'.repeat(20_000)}` } });
  t.equal(beyond.status, 431, '20 kB');

  // Thirty attempts' cookies, made elsewhere: the oldest go, and the login works.
  const browser = service.browser();
  for (let i = 0; i < 20; i++) {
    const name = `__Host-sso_attempt_m${String(i).padStart(7, '0')}_${'0'.repeat(16)}`;
    await browser.jar.setCookie(`${name}=${'a'.repeat(400)}; Path=/; Secure; HttpOnly`, service.url);
  }
  accepted(t, await service.signIn({ browser }), 'with twenty stale attempts');
  const left = (await browser.jar.getCookies(service.url)).filter((c) => c.key.includes('attempt'));
  t.ok(left.length <= 5, `${left.length} are left`);
});

t.test('row 54: no token in a page, a URL or a log', async (t) => {
  const seen: string[] = [];
  const { browser, start, callback } = await service.begin({ query: { return_to: `${service.appUrl}/x` } });
  seen.push(start.headers.get('location') ?? '');
  for (const path of [callback.href, `${service.url}/login`, `${service.url}/login/wait`, callback.href]) {
    const answer = await browser.fetch(path);
    seen.push(answer.headers.get('location') ?? '', await answer.text());
  }
  const mine = [...provider.secrets].filter((secret) => !/^jti_|^sid_/.test(secret));
  // The state, the nonce and the challenge go to the provider: that is what they are for.
  const forTheProvider = ['state', 'nonce', 'code_challenge'].map((name) =>
    new URL(seen[0] ?? '').searchParams.get(name),
  );
  const session = await cookieOf(browser, service.url, SESSION_COOKIE);
  const found = [...mine, session ?? ''].filter(
    (secret) =>
      secret !== '' && !forTheProvider.includes(secret) && seen.some((text) => text.includes(secret)),
  );
  t.same(found, []);
  t.ok(
    seen.join().length > 1_000 && mine.length > 10,
    `${seen.join().length} characters, ${mine.length} secrets`,
  );
});

t.test('row 55: CSRF on every POST, and there is only one', async (t) => {
  const tries: [string, Record<string, string>][] = [
    ['another site', { origin: 'https://evil.test' }],
    ['a sandboxed frame', { origin: 'null' }],
    ['a look-alike', { origin: `${service.url}.evil.test` }],
    ['another port', { origin: 'http://localhost:1' }],
    ['two origins', { origin: `${service.url}, https://evil.test` }],
    ['no origin, another site', { 'sec-fetch-site': 'cross-site' }],
    ['no origin, the same site', { 'sec-fetch-site': 'same-site' }],
    ['nothing told', {}],
  ];
  const token = await signedIn();
  for (const [name, headers] of tries) {
    const answer = await fetch(`${service.url}/logout`, {
      method: 'POST',
      headers: { cookie: `${SESSION_COOKIE}=${token}`, ...headers },
      redirect: 'manual',
    });
    t.equal(answer.status, 403, name);
    t.equal(answer.headers.getSetCookie().length, 0, `${name}: no cookie is cleared`);
    t.match(await sessionOf(token), { status: 200 }, `${name}: still signed in`);
  }
  const byLink = await fetch(`${service.url}/logout`, { headers: { cookie: `${SESSION_COOKIE}=${token}` } });
  t.equal(byLink.status, 405, 'GET never signs out');
  for (const headers of [{ 'sec-fetch-site': 'same-origin' }, { origin: new URL(service.appUrl).origin }]) {
    const other = await signedIn();
    const answer = await fetch(`${service.url}/logout`, {
      method: 'POST',
      headers: { cookie: `${SESSION_COOKIE}=${other}`, ...headers },
      redirect: 'manual',
    });
    t.equal(answer.status, 303, inspect(headers));
    t.match(await sessionOf(other), NOBODY);
  }
});
