import t from 'tap';
import { httpBrowser } from '../../dev/browser.ts';
import { addCompany, addPerson, startService } from '../support/service.ts';

t.test('a page that ends a sign-in leads back to where it began', async (t) => {
  const service = await startService(t, { jumpcloud: { unassigned: 'access_denied' } });
  const { url, appUrl } = service;
  const acme = await addCompany(service, 'acme');
  const ada = addPerson(service, acme);
  service.jumpcloud.unassign(ada.sub, acme.clientId);
  const returnTo = `${appUrl}/reports?week=3`;
  const again = `/login?${new URLSearchParams({ company: 'acme', return_to: returnTo })}`;
  const other = `${appUrl}/social?${new URLSearchParams({ return_to: returnTo })}`;
  const start = (to: string) =>
    `${url}/login/start?${new URLSearchParams({ company: 'acme', return_to: to })}`;

  const denied = await httpBrowser().signIn({ startUrl: start(returnTo), email: ada.email });
  t.equal(denied.status, 403);
  t.equal(denied.$('a.button').attr('href'), again);
  t.equal(denied.$('.aside a').attr('href'), other);

  service.jumpcloud.assign(ada.sub, acme.clientId);
  const browser = httpBrowser();
  await browser.signIn({ startUrl: start(returnTo), email: ada.email, waitMs: 0 });
  await service.database.sql`
    INSERT INTO link_results (login_id, sso_identity_id, company_id, outcome, reason, matched, policy_version, evidence)
    SELECT id, sso_identity_id, company_id, 'refused', 'email_unverified', '[]', 1, '{}' FROM logins`;
  const refused = await browser.get(`${url}/login/wait`);
  t.equal(refused.$('a.button').attr('href'), again);

  await service.database.sql`UPDATE sso_clients SET status = 'disabled'`;
  const off = await httpBrowser().get(start(returnTo));
  t.equal(off.status, 404);
  t.equal(off.$('a.button').attr('href'), other, 'to sign in again would not help');
  const form = `/login?company=&return_to=${encodeURIComponent(returnTo)}`;
  t.equal(off.$('.aside a').attr('href'), form, 'another email might');
  const strange = await httpBrowser().get(start('https://evil.test/'));
  t.equal(strange.$('a.button').attr('href'), `${appUrl}/social`, 'and never anywhere else');
  t.equal(strange.$('.aside a').attr('href'), '/login?company=');
  const login = await httpBrowser().get(`${url}/login?return_to=${encodeURIComponent(returnTo)}`);
  t.equal(login.$('.aside a').attr('href'), other);
});

t.test('the sign-in page: a company that is named goes before the email, and / leads there', async (t) => {
  const service = await startService(t);
  await addCompany(service, 'acme');
  await addCompany(service, 'globex');
  const shown = async (query: string) =>
    (await httpBrowser().get(`${service.url}/login?${query}`)).$('.card > p').first().text();
  t.match(await shown('company=acme&login_hint=x@other.com'), /^Acme signs in/);
  t.match(await shown('company=acme&login_hint=x@globex.test'), /^Acme signs in/);
  t.match(await shown('company=nobody&login_hint=x@globex.test'), /^Globex signs in/);
  t.match(await shown('company=&login_hint=x@globex.test'), /^Globex signs in/);
  t.equal((await httpBrowser().get(service.url)).url, `${service.url}/login`);
});

t.test('a product without a sign-in page of its own: no link leads in a circle', async (t) => {
  const APP_URL = 'http://localhost:9/app';
  for (const SOCIAL_LOGIN_URL of ['', APP_URL]) {
    const service = await startService(t, { env: { SOCIAL_LOGIN_URL, APP_URL } });
    await addCompany(service, 'acme');
    await service.database.sql`UPDATE sso_clients SET status = 'disabled'`;
    for (const path of ['/login', '/login/start?company=acme', '/login?login_hint=x@nowhere.test']) {
      const page = await httpBrowser().get(service.url + path);
      t.notMatch(page.html, 'Other ways to sign in', path);
      t.notMatch(page.html, 'localhost:9', path);
    }
    const refused = await httpBrowser().get(`${service.url}/login/start?company=acme`);
    t.equal(refused.$('a.button').attr('href'), '/login?company=', 'another email is what can help');
  }
});

t.test('the form continues to JumpCloud at once, and Back leads to the form', async (t) => {
  const service = await startService(t);
  await addCompany(service, 'acme');
  const browser = httpBrowser();
  const form = await browser.get(`${service.url}/login`);
  const known = await browser.submit(form, { login_hint: 'ada@acme.test' });
  t.match(known.headers.get('refresh'), /^0;url=\/login\/start\?company=acme&login_hint=ada%40acme\.test$/);
  t.match(known.html, 'Not Acme? Use another email');
  const unknown = await browser.submit(form, { login_hint: 'ada@nowhere.test' });
  t.equal(unknown.headers.get('refresh'), null);
  const link = await browser.get(`${service.url}/login?login_hint=ada@acme.test`);
  t.equal(link.headers.get('refresh'), null, 'a link shows the page: nobody has pressed anything yet');
});

t.test('a browser without cookies is told so, and does not start again in a circle', async (t) => {
  const service = await startService(t);
  const acme = await addCompany(service, 'acme');
  const ada = addPerson(service, acme);
  const callback = `${service.url}/login/callback`;
  const halted = httpBrowser({ stopAt: [callback] });
  const { url } = await halted.signIn({
    startUrl: `${service.url}/login/start?company=acme`,
    email: ada.email,
  });
  const page = await httpBrowser().get(url);
  t.match(page.html, 'Allow cookies for this site');
});
