/** The three purposes, from the operator's one command to people who sign in. */
import t from 'tap';
import { httpBrowser } from '../../dev/browser.ts';
import { newId } from '../../src/ids.ts';
import { openLink, prepare, problemOf, setupWorld, stateOf, submit, testAs } from './world.ts';

t.test('setup: a company enables SSO by itself', async (t) => {
  const world = await setupWorld(t);
  const { service, run, sql, link, application, publish, person, zone } = world;
  await run('company create acme --name Acme');
  const users = [
    ['u-ada', 'ada@acme.com'],
    ['u-bob', 'bob@acme.com'],
    ['u-eve', 'eve@elsewhere.com'],
  ] as const;
  for (const [id, email] of users) {
    await sql`INSERT INTO users (id) VALUES (${id})`;
    await sql`INSERT INTO social_accounts (id, user_id, provider, provider_user_id, email, email_verified)
      VALUES (${newId()}, ${id}, 'google', ${id}, ${email}, true)`;
  }
  const app = application('app-of-acme');
  person('ada@acme.com', app);
  person('uma@acme.com', app, { emailVerified: 'false' });

  const url = await link('acme', 'setup');
  const { browser, page: start } = await openLink(url);
  t.equal(start.url, `${service.url}/setup`, 'the token leaves the address bar');
  t.same(
    ['jumpcloud', 'domains', 'client', 'test', 'people', 'enable'].map((step) => stateOf(start, step)),
    ['todo', 'todo', 'todo', 'waiting', 'waiting', 'waiting'],
  );
  t.match(start.$('#redirect-uri').text(), `${service.url}/login/callback`);
  t.match(start.$('#login-url').text(), service.appUrl);

  t.match(problemOf(await submit(browser, start, 'domains', { domain: 'acme' })), 'That is no domain');
  let page = await submit(browser, start, 'domains', { domain: ' ACME.com ' });
  page = await submit(browser, page, 'check');
  t.match(page.$('.answer').text(), 'DNS does not show the record yet.');
  zone.set('_sso-link-challenge.acme.com', [[Buffer.from('sso-link=old')]]);
  page = await submit(browser, page, 'check');
  t.match(page.$('.answer').text(), 'DNS shows another value: sso-link=old.');
  publish(page, 'acme.com');
  page = await submit(browser, page, 'check');
  t.equal(stateOf(page, 'domains'), 'done');

  const wrong = await submit(browser, page, 'client', { client_id: app.clientId, client_secret: 'wrong' });
  t.match(problemOf(wrong), 'Check two things');
  t.same(await sql`SELECT 1 FROM sso_clients`, [], 'nothing is saved before JumpCloud agrees');
  page = await submit(browser, page, 'client', {
    client_id: ` ${app.clientId} `,
    client_secret: app.clientSecret,
  });
  t.equal(stateOf(page, 'client'), 'done');
  t.notMatch(page.html, app.clientSecret, 'the secret is shown never again');

  const uma = httpBrowser();
  const tested = await uma.signIn({
    ...{ startUrl: page.$('#test a.button').attr('href') ?? '', email: 'uma@acme.com', waitMs: 0 },
  });
  t.equal(tested.$('a[href="/setup#test"]').length, 0, 'no setup is open in a browser of another person');
  page = await browser.get(`${service.url}/setup`);
  t.match(page.$('#test').text(), 'did not pass');
  t.match(page.$('#test .wrong').text(), 'JumpCloud confirms the email');
  t.equal(page.$('form[action="/setup/enable"]').length, 0);
  page = await testAs(browser, page, 'ada@acme.com');
  t.equal(stateOf(page, 'test'), 'done');

  const people = await browser.click(page, '#people a');
  t.match(people.$('.card').text(), 'Sign in to the account they have: 2');
  t.match(people.html, 'bob@acme.com');
  t.notMatch(people.html, /eve@|u-bob|google/);

  t.notMatch((await httpBrowser().get(`${service.url}/login?company=acme`)).html, 'Continue with JumpCloud');
  page = await submit(browser, page, 'enable');
  t.match(page.$('[role=status]').text(), 'Single sign-on is enabled for Acme.');
  t.match(page.$('#colleagues').text(), `${service.url}/login?company=acme`);
  t.match((await httpBrowser().get(`${service.url}/login?company=acme`)).html, 'Continue with JumpCloud');
  t.match((await browser.get(`${service.url}/setup`)).html, 'Single sign-on is enabled', 'seen again');
  t.equal((await httpBrowser().get(url)).status, 410, 'the link has done its work');

  const audit = await sql`SELECT actor, action FROM audit_log ORDER BY id`;
  const actor = audit.at(-1)?.actor;
  t.match(actor, /^setup:[0-9a-f-]{36}$/);
  t.same(
    audit.filter((entry) => entry.actor === actor).map(({ action }) => action),
    ['setup_link.open', 'domain.challenge', 'domain.add', 'client.create', 'client.activate'],
    'the operator reads who did what',
  );

  const off = await submit(browser, page, 'disable');
  t.match(off.html, 'Single sign-on is disabled for Acme');
  t.notMatch((await httpBrowser().get(`${service.url}/login?company=acme`)).html, 'Continue with JumpCloud');
});

t.test('secret: a new secret for the same Client ID', async (t) => {
  const world = await setupWorld(t);
  const { service, run, sql, link, application, person } = world;
  await run('company create acme --name Acme');
  const app = application('app-of-acme');
  person('ada@acme.com', app);
  const { browser: first, page: ready } = await prepare(world, await link('acme', 'setup'), {
    ...{ domain: 'acme.com', application: app, email: 'ada@acme.com' },
  });
  await submit(first, ready, 'enable');

  const { browser, page } = await openLink(await link('acme', 'secret'));
  t.equal(page.$('.step').length, 1);
  t.equal(page.$('#client-id').text(), 'app-of-acme');
  t.notMatch(page.html, /acme\.com|ada@/, 'nothing else of the company');
  t.match(
    problemOf(await submit(browser, page, 'secret', { client_secret: 'guessed-one' })),
    'Check two things',
  );
  service.jumpcloud.rotateSecret('app-of-acme', 'the-second-secret');
  const done = await submit(browser, page, 'secret', { client_secret: ' the-second-secret ' });
  t.match(done.$('[role=status]').text(), 'The new Client Secret works');
  t.equal(
    (await sql`SELECT 1 FROM setup_links WHERE purpose = 'secret' AND fulfilled_at IS NOT NULL`).length,
    1,
  );
  const again = httpBrowser({ stopAt: [service.appUrl] });
  const signIn = { startUrl: `${service.url}/login/start?company=acme`, email: 'ada@acme.com', waitMs: 0 };
  t.equal((await again.signIn(signIn)).status, 200, 'people sign in by it');
});

t.test('replace: another application, once DNS agrees again', async (t) => {
  const world = await setupWorld(t);
  const { run, sql, link, application, person, zone } = world;
  await run('company create acme --name Acme');
  const [old, fresh] = [application('old-app'), application('new-app')];
  person('ada@acme.com', old);
  person('bea@acme.com', fresh);
  const first = await prepare(world, await link('acme', 'setup'), {
    ...{ domain: 'acme.com', application: old, email: 'ada@acme.com' },
  });
  await submit(first.browser, first.page, 'enable');

  const url = await link('acme', 'replace');
  const { browser, page } = await openLink(url);
  t.equal(stateOf(page, 'client'), 'waiting');
  t.equal(page.$('form[action="/setup/client"]').length, 0);
  const checked = await submit(browser, page, 'check');
  t.match(checked.$('.answer').text(), 'DNS shows another value', 'the record of the first proof');
  const ready = await prepare(world, url, { domain: 'acme.com', application: fresh, email: 'bea@acme.com' });
  t.equal(zone.get('_sso-link-challenge.acme.com')?.length, 2, 'both records live side by side');
  t.match(await sql`SELECT client_id, status FROM sso_clients ORDER BY client_id DESC`, [
    { client_id: 'old-app', status: 'active' },
    { client_id: 'new-app', status: 'draft' },
  ]);
  await submit(ready.browser, ready.page, 'enable');
  t.match(await sql`SELECT client_id, status FROM sso_clients ORDER BY client_id DESC`, [
    { client_id: 'old-app', status: 'disabled' },
    { client_id: 'new-app', status: 'active' },
  ]);
});
