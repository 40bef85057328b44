import t, { type Test } from 'tap';
import { httpBrowser } from '../../dev/browser.ts';
import { openTestLink, sealTestLink, TEST_LINK_TTL } from '../../src/companies/test-link.ts';
import { newId } from '../../src/ids.ts';
import { operator } from '../commands/operator.ts';
import { noteSecret } from '../support/secret-leaks.ts';
import { addCompany, addPerson, linkUser, startService, type TestService } from '../support/service.ts';
import { until } from '../support/until.ts';

async function draftWorld(t: Test, refreshTokens = true) {
  const lines: string[] = [];
  const service = await startService(t, { logs: (line) => lines.push(line) });
  const acme = await addCompany(service, 'acme', { refreshTokens });
  await service.database.sql`UPDATE sso_clients SET status = 'draft'`;
  const run = operator(service.env.DATABASE_URL ?? '', service.env);
  return { service, acme, run, lines };
}

const tables = ['sso_identities', 'logins', 'sessions', 'outbox', 'link_results', 'users'];

async function rows({ database: { sql } }: TestService): Promise<number[]> {
  return Promise.all(tables.map(async (table) => (await sql`SELECT 1 FROM ${sql(table)}`).length));
}

async function link(run: ReturnType<typeof operator>): Promise<string> {
  const { json, err } = await run('client test acme --json');
  if (err) throw new Error(err);
  noteSecret(new URL(json[0].url).searchParams.get('test'));
  return json[0].url;
}

async function testAs(startUrl: string, email: string) {
  const browser = httpBrowser();
  const page = await browser.signIn({ startUrl, email, waitMs: 0 });
  return { browser, page, text: page.$('.card').text() };
}

t.test('a draft is tested by one person, while nobody else sees it', async (t) => {
  const { service, acme, run, lines } = await draftWorld(t);
  const ada = addPerson(service, acme, { claims: { groups: ['engineers', 'admins'] } });
  const { sql } = service.database;
  await sql`INSERT INTO users (id) VALUES ('u-ada')`;
  await sql`INSERT INTO social_accounts (id, user_id, provider, provider_user_id, email, email_verified)
    VALUES (${newId()}, 'u-ada', 'google', '1', ${ada.email}, true)`;
  const before = await rows(service);

  const told = await run('client test acme');
  t.match(told, {
    exitCode: 0,
    err: '',
    out: /\(draft\), good for an hour:\nhttp:\/\/localhost:\d+\/login\/start\?/,
  });
  const url = await link(run);
  const { browser, page, text } = await testAs(url, ada.email);
  t.equal(page.status, 200);
  t.match(text, 'This was a test');
  t.match(text, `✓ Email — ${ada.email} (Ada Byron)`);
  t.match(text, 'Verified email — JumpCloud confirms it');
  t.match(text, 'Domain — acme.test belongs to Acme');
  t.match(text, 'Refresh token — people removed in JumpCloud are signed out here');
  t.match(text, 'Groups — engineers, admins');
  t.match(text, 'you would land in the account that you already have');
  t.notMatch(text, 'To do');

  t.same(await rows(service), before, 'nothing is written');
  const cookies = await browser.jar.getCookies(service.url);
  t.same(
    cookies.map((cookie) => cookie.key).filter((name) => name.startsWith('__Host-')),
    [],
    'and no cookie is left',
  );
  t.match(await (await browser.fetch(`${service.url}/session`)).json(), { state: 'none' });
  await until(async () => service.jumpcloud.requests.count('revoke') === 1);
  const [noted] = lines.map((line) => JSON.parse(line)).filter((line) => line.test);
  t.match(noted, { test: { company: 'acme', outcome: 'linked' }, user_id: 'u-ada', rule: 13 });

  t.equal((await httpBrowser().get(`${service.url}/login/start?company=acme`)).status, 404, 'a draft still');
  await run('client activate acme');
  t.match((await testAs(url, ada.email)).text, 'This was a test', 'activated it is the same client');
});

t.test('what is missing is told, and a refusal by its class alone', async (t) => {
  const { service, acme, run, lines } = await draftWorld(t, false);
  const eve = addPerson(service, acme, { email: 'eve@elsewhere.test', emailVerified: 'false' });
  const { text } = await testAs(await link(run), eve.email);
  t.match(text, 'To do: Verified email — JumpCloud does not confirm it');
  t.match(text, 'To do: Domain — elsewhere.test is not proven to belong to Acme');
  t.match(text, 'To do: Refresh token — missing');
  t.match(text, 'Groups — none');
  t.match(text, 'you would not get in. The page would say: “Your email isn’t verified.');

  // A user of another company has the email: a stranger must not learn that from a test either.
  const globex = await addCompany(service, 'globex');
  const mallory = addPerson(service, acme);
  const { sql } = service.database;
  await sql`INSERT INTO users (id, company_id, company_set_by) VALUES ('u-m', ${globex.id}, 'import')`;
  await sql`INSERT INTO social_accounts (id, user_id, provider, provider_user_id, email, email_verified)
    VALUES (${newId()}, 'u-m', 'google', '2', ${mallory.email}, true)`;
  const refused = await testAs(await link(run), mallory.email);
  t.match(refused.text, 'We could not connect you to an account');
  t.notMatch(refused.page.html, /other_company|u-m|another company/);
  const noted = lines.map((line) => JSON.parse(line)).filter((line) => line.test);
  t.match(noted.at(-1), { test: { outcome: 'refused' }, reason: 'other_company' }, 'the log has the reason');
});

t.test('a test signs nobody in who could sign in, and ends no session', async (t) => {
  const { service, acme, run } = await draftWorld(t);
  const ada = addPerson(service, acme);
  await linkUser(service, acme, ada.sub);
  await run('client activate acme');
  const browser = httpBrowser({ stopAt: [service.appUrl] });
  await browser.signIn({ startUrl: `${service.url}/login/start?company=acme`, email: ada.email });
  const before = await rows(service);
  const page = await browser.signIn({ startUrl: await link(run), email: ada.email });
  t.match(page.html, 'land in your account, as before');
  t.same(await rows(service), before);
  t.match(await (await browser.fetch(`${service.url}/session`)).json(), { state: 'signed_in' });

  const fresh = await testAs(await link(run), ada.email);
  t.match(await (await fresh.browser.fetch(`${service.url}/session`)).json(), { state: 'none' });
  t.equal((await fresh.browser.get(fresh.page.url)).status, 400, 'a reload begins nothing');
});

t.test('a link is good for its client as it is, for an hour, and for nothing else', async (t) => {
  const { service, acme, run } = await draftWorld(t);
  const { sealer, url } = service;
  const start = async (company: string, test: string) =>
    (await fetch(`${url}/login/start?${new URLSearchParams({ company, test })}`, { redirect: 'manual' }))
      .status;
  const client = { ssoClientId: acme.ssoClientId, version: 1 };
  const inMs = (ms: number) => new Date(Date.now() + ms);
  const good = sealTestLink(sealer, client, inMs(TEST_LINK_TTL));
  t.equal(await start('acme', good), 303);

  await addCompany(service, 'globex');
  t.equal(await start('globex', good), 400, 'another company’s');
  t.equal(await start('acme', sealTestLink(sealer, client, inMs(-1))), 400, 'its hour is over');
  t.equal(await start('acme', ''), 400);
  t.equal(await start('acme', `${good}x`), 400, 'altered');
  t.equal(
    await start('acme', sealer.seal(JSON.stringify(client), 'elsewhere')),
    400,
    'sealed for another use',
  );
  t.equal(openTestLink(sealer, sealer.seal('null', 'test-link')), undefined);

  const ada = addPerson(service, acme);
  const browser = httpBrowser();
  const form = await browser.get(
    `${url}/login/start?${new URLSearchParams({ company: 'acme', test: good })}`,
  );
  await service.database.sql`UPDATE sso_clients SET version = 2 WHERE company_id = ${acme.id}`;
  service.jumpcloud.requests.clear();
  const late = await browser.submit(form, { email: ada.email, password: 'password' });
  t.equal(late.status, 400, 'changed while the test was under way');
  t.equal(service.jumpcloud.requests.count('token'), 0);
  t.equal(await start('acme', good), 400, 'changed since');
  await run('client activate acme');
  await run('client disable acme');
  t.match(await run('client test acme'), { exitCode: 1, err: /no draft or active SSO client/ });
  t.match(await run(`client test acme --sso-client ${acme.ssoClientId}`), {
    exitCode: 1,
    err: /is disabled/,
  });
});
