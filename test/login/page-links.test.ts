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
  t.equal(off.$('a.button').attr('href'), again, 'from the start, too');
  const strange = await httpBrowser().get(start('https://evil.test/'));
  t.equal(strange.$('a.button').attr('href'), '/login?company=acme', 'and never anywhere else');
  t.equal(strange.$('.aside a').attr('href'), `${appUrl}/social`);
  const login = await httpBrowser().get(`${url}/login?return_to=${encodeURIComponent(returnTo)}`);
  t.equal(login.$('.aside a').attr('href'), other);
});

t.test('the sign-in page: a company that is named goes before the email, and / leads there', async (t) => {
  const service = await startService(t);
  await addCompany(service, 'acme');
  await addCompany(service, 'globex');
  const shown = async (query: string) =>
    (await httpBrowser().get(`${service.url}/login?${query}`)).$('.card strong').text();
  t.equal(await shown('company=acme&login_hint=x@other.com'), 'Acme');
  t.equal(await shown('company=acme&login_hint=x@globex.test'), 'Acme');
  t.equal(await shown('company=nobody&login_hint=x@globex.test'), 'Globex');
  t.equal(await shown('company=&login_hint=x@globex.test'), 'Globex');
  t.equal((await httpBrowser().get(service.url)).url, `${service.url}/login`);
});
