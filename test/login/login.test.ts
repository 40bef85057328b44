import { createRemoteJWKSet, jwtVerify } from 'jose';
import t from 'tap';
import { httpBrowser } from '../../dev/browser.ts';
import { deleteUser } from '../../src/accounts/users.ts';
import { ssoAuthenticated } from '../../src/events/sso-authenticated.ts';
import { addCompany, addPerson, linkUser, startService } from '../support/service.ts';

t.test('a person whose identity is linked lands where they wanted, signed in', async (t) => {
  const service = await startService(t);
  const acme = await addCompany(service, 'acme');
  const ada = addPerson(service, acme);
  const userId = await linkUser(service, acme, ada.sub);
  const browser = httpBrowser({ stopAt: [service.appUrl] });
  const returnTo = `${service.appUrl}/reports?week=3`;

  const login = await browser.get(
    `${service.url}/login?login_hint=${ada.email}&return_to=${encodeURIComponent(returnTo)}`,
  );
  t.match(login.html, 'Continue with JumpCloud');
  const form = await browser.click(login, 'a.button');
  t.equal(form.$('input[name=email]').val(), ada.email, 'login_hint reaches JumpCloud');
  const landed = await browser.submit(form, { email: ada.email, password: 'password' });
  t.equal(landed.url, returnTo);

  const origin = new URL(service.appUrl).origin;
  const answer = await browser.fetch(`${service.url}/session`, { origin });
  t.equal(answer.status, 200);
  t.equal(answer.headers.get('access-control-allow-origin'), origin);
  t.equal(answer.headers.get('access-control-allow-credentials'), 'true');
  const session = (await answer.json()) as Record<string, unknown>;
  t.match(session, { state: 'signed_in', user: { id: userId, name: 'Ada Byron' }, company: 'acme' });

  const keys = createRemoteJWKSet(new URL(`${service.url}/.well-known/jwks.json`));
  const { payload } = await jwtVerify(String(session.token), keys, { issuer: service.url, audience: origin });
  t.match(payload, { sub: userId, company: 'acme' });
  t.equal((payload.exp ?? 0) - (payload.iat ?? 0), 60);

  const again = await browser.get(`${service.url}/login`);
  t.match(again.html, 'Continue with JumpCloud', 'the company is remembered: one press');
});

t.test('a login is recorded with its event, in one commit', async (t) => {
  const service = await startService(t);
  const acme = await addCompany(service, 'acme');
  const ada = addPerson(service, acme);
  const browser = httpBrowser({ stopAt: [service.appUrl] });
  const waiting = await browser.signIn({
    startUrl: `${service.url}/login/start?company=acme`,
    email: ada.email,
    waitMs: 0,
  });
  t.equal(waiting.status, 200);
  t.match(waiting.html, 'Signing you in');

  const { sql } = service.database;
  const [login] = await sql`SELECT * FROM logins`;
  const rows = await sql`SELECT * FROM outbox`;
  t.equal(rows.length, 1);
  const data = ssoAuthenticated.parse(rows[0]?.payload);
  t.match(data, {
    login_id: login?.id,
    company: 'acme',
    subject: ada.sub,
    email: ada.email,
    email_verified: true,
    first_login: true,
    name: 'Ada Byron',
  });
  t.match(rows[0]?.headers, { ce_id: login?.id, ce_type: 'user.sso_authenticated', ce_specversion: '1.0' });
  const pending = await browser.fetch(`${service.url}/session`);
  t.equal(pending.status, 401);
  t.same(await pending.json(), { state: 'pending' });
});

t.test(
  'a callback that is sent again, with the attempt or without it, ends in the one session',
  async (t) => {
    const service = await startService(t);
    const acme = await addCompany(service, 'acme');
    const ada = addPerson(service, acme);
    await linkUser(service, acme, ada.sub);
    const browser = httpBrowser({ stopAt: [service.appUrl] });
    const form = await browser.get(`${service.url}/login/start?company=acme`);
    const attempt = (await browser.jar.getCookies(service.url)).find((c) => c.key.includes('attempt'));
    const landed = await browser.submit(form, { email: ada.email, password: 'password' });
    const callback = landed.redirects.find((url) => url.startsWith(`${service.url}/login/callback`)) ?? '';

    const reloaded = await browser.get(callback);
    t.equal(reloaded.url, service.appUrl, 'reloaded in the browser that holds the session: goes on');

    // The answer was lost after the commit: the browser still has the attempt, and no session.
    const lost = httpBrowser({ stopAt: [service.appUrl] });
    await lost.jar.setCookie(attempt?.toString() ?? '', service.url);
    t.equal((await lost.get(callback)).url, service.appUrl);
    t.equal((await lost.fetch(`${service.url}/session`)).status, 200);

    const stranger = await httpBrowser().get(callback);
    t.equal(stranger.status, 400, 'another browser has neither');
    const [{ n } = { n: 0 }] = await service.database.sql<
      { n: number }[]
    >`SELECT count(*)::int AS n FROM logins`;
    t.equal(n, 1);
  },
);

t.test('a login holds the hash of its event, the first and every other', async (t) => {
  const service = await startService(t);
  const acme = await addCompany(service, 'acme');
  const ada = addPerson(service, acme);
  for (let i = 0; i < 2; i++) {
    const browser = httpBrowser({ stopAt: [service.appUrl] });
    await browser.signIn({
      startUrl: `${service.url}/login/start?company=acme`,
      email: ada.email,
      waitMs: 0,
    });
  }
  const rows = await service.database.sql`
    SELECT l.event_hash = sha256(o.payload) AS same FROM logins l JOIN outbox o ON o.headers->>'ce_id' = l.id::text`;
  t.same([...rows], [{ same: true }, { same: true }]);
});

t.test(
  'an identity holds the last email and whether it was verified, and nothing of who was erased',
  async (t) => {
    const service = await startService(t);
    const acme = await addCompany(service, 'acme');
    const ada = addPerson(service, acme, { email: 'ada@acme.test' });
    const { sql } = service.database;
    const signIn = async (email: string, emailVerified: unknown = true) => {
      service.jumpcloud.updatePerson(ada.sub, { email, emailVerified });
      const browser = httpBrowser({ stopAt: [service.appUrl] });
      await browser.signIn({ startUrl: `${service.url}/login/start?company=acme`, email, waitMs: 0 });
      return browser;
    };
    const known = async () => [
      ...(await sql`SELECT email, email_verified AS verified, name FROM sso_identities`),
    ];
    const name = 'Ada Byron';
    await signIn('ada@acme.test', 'false');
    t.same(await known(), [{ email: 'ada@acme.test', verified: false, name }], 'from the first login on');
    await signIn('ada@acme.test');
    t.same(await known(), [{ email: 'ada@acme.test', verified: true, name }]);
    await signIn('Colleague@acme.test', false);
    t.same(await known(), [{ email: 'colleague@acme.test', verified: false, name }]);
    await signIn('new@acme.test');
    t.same(await known(), [{ email: 'new@acme.test', verified: true, name }]);

    const userId = await linkUser(service, acme, ada.sub);
    const browser = await signIn('new@acme.test', false);
    const session = await (await browser.fetch(`${service.url}/session`)).json();
    t.match(session, { user: { id: userId, email: 'new@acme.test' } }, 'shown as it was given');

    await service.database.transaction((tx) => deleteUser(tx, 'operator:test', userId));
    t.match(await known(), [{ email: null, name: null }]);
    for (const verified of [true, false]) {
      await signIn('new@acme.test', verified);
      t.match(await known(), [{ email: null, name: null }], 'erased is erased');
    }
  },
);

t.test('two tabs at once both finish', async (t) => {
  const service = await startService(t, { jumpcloud: { severalTabs: true } });
  const acme = await addCompany(service, 'acme');
  const ada = addPerson(service, acme);
  await linkUser(service, acme, ada.sub);
  const browser = httpBrowser({ stopAt: [service.appUrl] });
  const startUrl = `${service.url}/login/start?company=acme`;
  const first = await browser.get(startUrl);
  const second = await browser.get(startUrl);
  for (const form of [second, first]) {
    const landed = await browser.submit(form, { email: ada.email, password: 'password' });
    t.equal(landed.url, service.appUrl);
  }
});

t.test('the company that has no SSO, and the person who is not assigned, are told what to do', async (t) => {
  const service = await startService(t, { jumpcloud: { unassigned: 'access_denied' } });
  const acme = await addCompany(service, 'acme');
  const ada = addPerson(service, acme);
  service.jumpcloud.unassign(ada.sub, acme.clientId);
  const browser = httpBrowser();

  const elsewhere = await browser.get(`${service.url}/login?login_hint=bob@nowhere.test`);
  t.equal(elsewhere.status, 200);
  t.equal(elsewhere.$('.aside a').attr('href'), `${service.appUrl}/social`);
  t.notMatch(elsewhere.html, 'Continue with JumpCloud');

  const denied = await browser.signIn({
    startUrl: `${service.url}/login/start?company=acme`,
    email: ada.email,
  });
  t.equal(denied.status, 403);
  t.match(denied.html, 'assign this application to you');
  t.equal((await browser.get(`${service.url}/login/start?company=nobody`)).status, 404);
});

t.test('a provider that is away, hangs or fails is told as such, and never as a plain 500', async (t) => {
  const service = await startService(t);
  const acme = await addCompany(service, 'acme');
  const ada = addPerson(service, acme);
  for (const [mode, status] of [
    ['refuse', 503],
    ['500', 502],
  ] as const) {
    const browser = httpBrowser({ stopAt: [service.appUrl] });
    const form = await browser.get(`${service.url}/login/start?company=acme`);
    await service.jumpcloud.outage(mode, ['token']);
    const page = await browser.submit(form, { email: ada.email, password: 'password' });
    await service.jumpcloud.outage(null);
    t.equal(page.status, status, mode);
    t.match(page.html, 'Try again in a few minutes');
  }
  t.equal((await service.database.sql`SELECT 1 FROM logins`).length, 0, 'no row is written');
});
