/** What a setup link may not do, each by trying it over HTTP. */
import t from 'tap';
import { type HttpBrowser, httpBrowser, type Page } from '../../dev/browser.ts';
import { listSsoClients } from '../../src/companies/sso-client-rows.ts';
import { updateSsoClient } from '../../src/companies/sso-clients.ts';
import { SETUP_COOKIE } from '../../src/http/cookies.ts';
import { openLink, prepare, problemOf, type SetupWorld, setupWorld, submit } from './world.ts';

const POSTS: Record<string, Record<string, string>> = {
  domains: { domain: 'evil.com' },
  check: { domain: 'acme.com' },
  forget: { domain: 'acme.com' },
  client: { client_id: 'evil-app', client_secret: 'evil-secret' },
  secret: { client_secret: 'evil-secret' },
  enable: { client: '00000000-0000-7000-8000-000000000000', version: '1' },
  disable: {},
  refresh: {},
};

const csrfOf = (page: Page): string => page.$('input[name=csrf]').attr('value') ?? '';

/** A POST as a browser of our own page would send it, except for what `init` changes. */
async function post(
  { service: { url } }: SetupWorld,
  browser: HttpBrowser,
  path: string,
  body: Record<string, string>,
  headers: Record<string, string> = { origin: url, 'sec-fetch-site': 'same-origin' },
): Promise<Response> {
  return browser.fetch(`${url}/setup/${path}`, { method: 'POST', body: new URLSearchParams(body), headers });
}

/** Everything that a link could change. */
async function stored({ sql }: SetupWorld): Promise<object> {
  return {
    clients: await sql`SELECT id, company_id, client_id, status, version FROM sso_clients ORDER BY id`,
    secrets: await sql`SELECT id, retired_at FROM sso_client_secrets ORDER BY id`,
    domains: await sql`SELECT domain, company_id FROM company_domains ORDER BY domain`,
    challenges: await sql`SELECT company_id, domain, value FROM domain_challenges ORDER BY 1, 2`,
  };
}

/** A company that has SSO by its own application. */
async function running(world: SetupWorld, slug: string) {
  await world.run(`company create ${slug} --name ${slug}`);
  const app = world.application(`app-of-${slug}`);
  world.person(`ada@${slug}.com`, app);
  const link = await world.link(slug, 'setup');
  const ready = await prepare(world, link, {
    ...{ domain: `${slug}.com`, application: app, email: `ada@${slug}.com` },
  });
  await submit(ready.browser, ready.page, 'enable');
  return { app, link, browser: ready.browser };
}

t.test('a scanner that opens each link ten times changes nothing', async (t) => {
  const world = await setupWorld(t);
  await world.run('company create acme --name Acme');
  const link = await world.link('acme', 'setup');
  const before = await world.sql`SELECT * FROM setup_links`;
  for (let i = 0; i < 10; i += 1) {
    for (const method of ['GET', 'HEAD']) {
      const answer = await fetch(link, { method });
      t.equal(answer.status, 200);
      t.same(answer.headers.getSetCookie(), [], 'no cookie');
      t.equal(answer.headers.get('cache-control'), 'no-store');
      t.equal(answer.headers.get('referrer-policy'), 'same-origin');
    }
  }
  t.same(await world.sql`SELECT * FROM setup_links`, before);
  t.equal((await world.sql`SELECT 1 FROM audit_log WHERE action = 'setup_link.open'`).length, 0);
  for (const action of ['open', 'open again']) {
    const { page } = await openLink(link);
    t.equal(page.$('.step').length, 6, action);
    t.notMatch(page.html, link.slice(-43), 'the token is nowhere in the page');
  }
  const opened = await world.sql`SELECT actor, details FROM audit_log WHERE action = 'setup_link.open'`;
  t.match(opened, [{ details: { network: /./ } }, {}], 'each opening is audited');
});

t.test('CSRF: every POST needs the value of the form, and our origin', async (t) => {
  const world = await setupWorld(t);
  const { service } = world;
  await world.run('company create acme --name Acme');
  const link = await world.link('acme', 'setup');
  const { browser, page } = await openLink(link);
  const csrf = csrfOf(page);
  const before = await stored(world);
  const evil = 'https://evil.test';
  const good = { origin: service.url, 'sec-fetch-site': 'same-origin' };
  for (const [path, body] of Object.entries(POSTS)) {
    const tries: [string, Record<string, string>, Record<string, string>][] = [
      ['no value', body, good],
      ['another value', { ...body, csrf: 'a'.repeat(43) }, good],
      ['an empty value', { ...body, csrf: '' }, good],
      ['another origin', { ...body, csrf }, { origin: evil }],
      ['another origin, same-origin', { ...body, csrf }, { ...good, origin: evil }],
      ['a neighbour', { ...body, csrf }, { origin: service.url, 'sec-fetch-site': 'same-site' }],
      ['a null origin', { ...body, csrf }, { origin: 'null' }],
      ['no origin at all', { ...body, csrf }, {}],
    ];
    for (const [name, form, headers] of tries) {
      const { status } = await post(world, browser, path, form, headers);
      t.equal(status, 403, `${path}: ${name}`);
    }
  }
  const token = link.slice(-43);
  for (const headers of [
    { origin: evil },
    { origin: 'null' },
    {},
    { ...good, 'sec-fetch-site': 'cross-site' },
  ]) {
    t.equal((await post(world, httpBrowser(), token, {}, headers)).status, 403, 'opening, too');
  }
  t.same(await stored(world), before);
  const nullOrigin = { origin: 'null', 'sec-fetch-site': 'same-origin' };
  const fine = await post(world, browser, 'domains', { csrf, domain: 'acme.com' }, nullOrigin);
  t.equal(fine.status, 303, 'a browser that hides its origin and sends Fetch Metadata');
  const other = await openLink(link);
  t.not(csrfOf(other.page), csrf);
  const crossed = await post(world, other.browser, 'refresh', { csrf });
  t.equal(crossed.status, 403, 'the value of another browser');
});

t.test('a link of one company does nothing to another, on any route', async (t) => {
  const world = await setupWorld(t);
  const { sql } = world;
  const acme = await running(world, 'acme');
  await world.run('company create beta --name Beta');
  const linkOfBeta = await world.link('beta', 'setup');
  const { browser, page } = await openLink(linkOfBeta);
  const [client] = await sql`SELECT id, version FROM sso_clients`;
  const before = await stored(world);
  const csrf = csrfOf(page);
  const tries: [string, Record<string, string>][] = [
    ['check', { domain: 'acme.com' }],
    ['forget', { domain: 'acme.com' }],
    ['client', { client_id: acme.app.clientId, client_secret: acme.app.clientSecret }],
    ['secret', { client_secret: acme.app.clientSecret }],
    ['enable', { client: String(client?.id), version: String(client?.version) }],
    ['disable', {}],
    ['refresh', {}],
  ];
  for (const [path, body] of tries) {
    const answer = await post(world, browser, path, { csrf, ...body });
    t.notMatch(await answer.text(), /acme(?!\.com)|Acme/, `${path} names no other company`);
  }
  t.same(await stored(world), before);
  t.equal((await browser.get(`${world.service.url}/setup/people`)).url, `${world.service.url}/setup#people`);

  // Beta's admin publishes a record at Acme's domain: only who owns DNS can, and even then it stays Acme's.
  const asked = await submit(browser, await browser.get(`${world.service.url}/setup`), 'domains', {
    domain: 'acme.com',
  });
  t.equal(problemOf(asked), '', 'no oracle for who is a customer');
  world.publish(asked, 'acme.com');
  const taken = await submit(browser, asked, 'check');
  t.match(problemOf(taken), 'already in use elsewhere');
  t.notMatch(taken.html, /app-of-acme|Acme/);
  t.match(await sql`SELECT c.slug FROM company_domains d JOIN companies c ON c.id = d.company_id`, [
    { slug: 'acme' },
  ]);
  const api = await world.run('audit list --company beta --json');
  t.notMatch(api.out, /app-of-acme/);
});

t.test('a stolen link of a running company cannot redirect it', async (t) => {
  const world = await setupWorld(t);
  const { sql, service } = world;
  const acme = await running(world, 'acme');
  const evil = world.application('evil-app');
  world.person('ceo@acme.com', evil);
  const thief = { client_id: evil.clientId, client_secret: evil.clientSecret };
  const before = await stored(world);

  const secret = await openLink(await world.link('acme', 'secret'));
  const csrf = csrfOf(secret.page);
  for (const [path, body] of Object.entries({ ...POSTS, client: thief })) {
    if (path === 'secret' || path === 'refresh') continue;
    const { status } = await post(world, secret.browser, path, { csrf, ...body });
    t.ok([403, 410].includes(status), `secret: ${path} ${status}`);
  }
  t.equal((await secret.browser.get(`${service.url}/setup/people`)).status, 403);
  for (const guess of [evil.clientSecret, 'a', '']) {
    const { status } = await post(world, secret.browser, 'secret', {
      csrf,
      client_secret: guess,
      client_id: 'evil-app',
    });
    t.equal(status, 200, 'refused in the step');
  }
  t.same(await stored(world), before, 'the secret of another application is refused');

  const replace = await openLink(await world.link('acme', 'replace'));
  const ofReplace = csrfOf(replace.page);
  const act = async (path: string, body: Record<string, string>) => {
    const answer = await post(world, replace.browser, path, { csrf: ofReplace, ...body });
    return { status: answer.status, text: await answer.text() };
  };
  t.match(await act('client', thief), { status: 200, text: /Prove a domain first/ }, 'no draft without DNS');
  t.match((await act('domains', { domain: 'evil.com' })).status, 403, 'a domain of the thief’s own');
  t.match((await act('check', { domain: 'evil.com' })).text, 'no longer on the list');
  await act('check', { domain: 'acme.com' });
  t.equal((await act('forget', { domain: 'acme.com' })).status, 403);
  t.equal((await act('secret', { client_secret: 'x' })).status, 403);
  const [active] = await sql`SELECT id, version FROM sso_clients WHERE status = 'active'`;
  t.match((await act('enable', { client: String(active?.id), version: '1' })).text, 'Someone else changed');
  t.equal(
    (await replace.browser.get(`${service.url}/setup/people`)).url,
    `${service.url}/setup#people`,
    'no addresses',
  );
  t.same(await stored(world), before);

  // The thief proves a domain of his own by an operator's hand, after the link was made: it does not count.
  await world.run('domain add acme evil.com --verified-by operator');
  const reopened = await openLink((await world.link('acme', 'replace')).replace(/$/, ''));
  t.notMatch(replace.page.html, 'evil.com');
  t.match(reopened.page.html, 'evil.com', 'a later link may use what the company had by then');
  const again = await replace.browser.get(`${service.url}/setup`);
  t.notMatch(again.html, 'evil.com');
  t.equal((await world.run('client list acme --json')).json.length, 1);

  // The link that set the company up is over, whatever happens to the SSO client later.
  await world.run('client disable acme');
  t.equal((await httpBrowser().get(acme.link)).status, 410);
  const fresh = await openLink(await world.link('acme', 'setup'));
  const refused = await post(world, fresh.browser, 'client', { csrf: csrfOf(fresh.page), ...thief });
  t.match(
    await refused.text(),
    'Prove a domain first',
    'people signed in here before: DNS has to agree again',
  );
});

t.test('two admins at once: Enable is for what the admin saw', async (t) => {
  const world = await setupWorld(t);
  const { sql, service } = world;
  await world.run('company create acme --name Acme');
  const [app, other] = [world.application('one'), world.application('two')];
  world.person('ada@acme.com', app);
  const link = await world.link('acme', 'setup');
  const first = await prepare(world, link, { domain: 'acme.com', application: app, email: 'ada@acme.com' });
  const second = await openLink(link);
  await submit(second.browser, second.page, 'client', {
    client_id: 'two',
    client_secret: other.clientSecret,
  });
  const refused = await submit(first.browser, first.page, 'enable');
  t.match(problemOf(refused), 'Someone else changed this meanwhile');
  t.match(await sql`SELECT status FROM sso_clients`, [{ status: 'draft' }]);
  t.equal(refused.$('form[action="/setup/enable"]').length, 0, 'the test was of another version');

  // Both press Enable at the same moment.
  const ready = await prepare(world, link, { domain: 'acme.com', application: app, email: 'ada@acme.com' });
  const same = await openLink(link);
  const pages = [await ready.browser.get(`${service.url}/setup`), same.page] as const;
  const both = await Promise.all([
    submit(ready.browser, pages[0], 'enable'),
    submit(same.browser, pages[1], 'enable'),
  ]);
  t.same(both.map(({ status }) => status).sort(), [200, 410], 'one enables, the other reads that it is done');
  t.match(await sql`SELECT status FROM sso_clients`, [{ status: 'active' }]);
  const loser = both[0]?.status === 410 ? ready.browser : same.browser;
  const csrf = csrfOf(pages[both[0]?.status === 410 ? 0 : 1]);
  t.equal((await post(world, loser, 'disable', { csrf })).status, 410, 'only who enabled may disable');
  t.match(await sql`SELECT status FROM sso_clients`, [{ status: 'active' }]);
});

t.test('a draft that is enabled while its change is checked stays as it was', async (t) => {
  const world = await setupWorld(t);
  const { sql, service } = world;
  const { database, sealer } = service;
  await world.run('company create acme --name Acme');
  const app = world.application('one');
  world.person('ada@acme.com', app);
  const link = await world.link('acme', 'setup');
  const admin = await prepare(world, link, { domain: 'acme.com', application: app, email: 'ada@acme.com' });
  // As it was read before JumpCloud was asked.
  const [draft] = await listSsoClients(database, 'acme');
  if (!draft) throw new Error('no draft');
  t.match((await submit(admin.browser, admin.page, 'enable')).html, 'Single sign-on is enabled');
  const late = database.transaction((tx) =>
    updateSsoClient(tx, 'setup:thief', sealer, draft, { clientId: 'evil', clientSecret: 'evil-secret' }),
  );
  await t.rejects(late, { code: 'client_changed' });
  t.match(await sql`SELECT client_id, status FROM sso_clients`, [{ client_id: 'one', status: 'active' }]);
});

t.test('expired and revoked half-way, and a browser without the cookie', async (t) => {
  const world = await setupWorld(t);
  const { sql, service } = world;
  await world.run('company create acme --name Acme');
  const app = world.application('one');
  world.person('ada@acme.com', app);
  for (const [end, text] of [
    ['expired', 'This setup link has expired'],
    ['revoked', 'This setup link was revoked'],
    ['disabled', 'This setup link was revoked'],
  ] as const) {
    const link = await world.link('acme', 'setup');
    const { browser, page } = await openLink(link);
    const [row] = await sql`SELECT id FROM setup_links ORDER BY id DESC LIMIT 1`;
    if (end === 'expired') await sql`UPDATE setup_links SET expires_at = now() WHERE id = ${row?.id}`;
    if (end === 'revoked') await world.run(`setup revoke ${row?.id}`);
    if (end === 'disabled') await world.run('company disable acme');
    const before = await stored(world);
    for (const [path, body] of Object.entries(POSTS)) {
      const answer = await post(world, browser, path, { csrf: csrfOf(page), ...body });
      t.equal(answer.status, 410, `${end}: ${path}`);
    }
    t.match((await browser.get(`${service.url}/setup`)).html, text);
    t.match((await browser.get(link)).html, text);
    t.equal(
      (await browser.submit(await browser.get(`${service.url}/login`), { login_hint: 'a@b.c' })).status,
      200,
    );
    t.same(await stored(world), before);
    if (end === 'disabled') await world.run('company enable acme');
  }
  const stranger = httpBrowser();
  for (const cookie of ['', 'x', 's1.00000000.AAAA', service.sealer.seal('{}', 'elsewhere')]) {
    for (const [path, body] of Object.entries(POSTS)) {
      const headers = { origin: service.url, cookie: `${SETUP_COOKIE}=${cookie}` };
      t.equal(
        (await post(world, stranger, path, { csrf: 'x', ...body }, headers)).status,
        410,
        `${path} '${cookie}'`,
      );
    }
  }
  const old = { linkId: 'x', csrf: 'x', openedAt: Date.now() - 8 * 3_600_000 };
  const cookie = `${SETUP_COOKIE}=${service.sealer.seal(JSON.stringify(old), 'setup')}`;
  const late = await fetch(`${service.url}/setup`, { headers: { cookie } });
  t.equal(late.status, 410);
  t.match(await late.text(), 'Open the setup link again');
  for (const token of ['x', 'A'.repeat(43), '%00', '..%2f..']) {
    t.equal((await fetch(`${service.url}/setup/${token}`)).status, 404, token);
  }
});

t.test('nobody enables without a proof and a fresh test of this version', async (t) => {
  const world = await setupWorld(t);
  const { sql, service } = world;
  await world.run('company create acme --name Acme');
  const app = world.application('one');
  world.person('ada@acme.com', app);
  const { browser, page } = await openLink(await world.link('acme', 'setup'));
  const csrf = csrfOf(page);
  const client = { csrf, client_id: 'one', client_secret: app.clientSecret };
  const enable = async () => {
    const [draft] = await sql`SELECT id, version FROM sso_clients`;
    const body = { csrf, client: String(draft?.id), version: String(draft?.version) };
    const answer = await post(world, browser, 'enable', body);
    return answer.text();
  };
  t.match(await enable(), 'Someone else changed', 'no client');
  t.equal((await post(world, browser, 'client', client)).status, 303);
  t.match(await enable(), 'Prove a domain first');
  const ready = await prepare(world, await world.link('acme', 'setup'), {
    ...{ domain: 'acme.com', application: app, email: 'ada@acme.com' },
  });
  t.equal(ready.page.$('form[action="/setup/enable"]').length, 1);
  await sql`UPDATE sso_client_tests SET tested_at = now() - interval '24 hours 1 second'`;
  t.match(await enable(), 'Test the sign-in first', 'too old');
  await sql`UPDATE sso_client_tests SET tested_at = now(), passed = false`;
  t.match(await enable(), 'Test the sign-in first', 'not passed');
  await sql`UPDATE sso_client_tests SET passed = true`;
  await post(world, browser, 'client', client);
  t.match(await enable(), 'Test the sign-in first', 'of another version');
  t.match(await sql`SELECT status FROM sso_clients`, [{ status: 'draft' }]);
  const login = await httpBrowser().get(`${service.url}/login?company=acme`);
  t.notMatch(login.html, 'Continue with JumpCloud', 'nobody without a link sees it before');
  t.equal((await httpBrowser().get(`${service.url}/login/start?company=acme`)).status, 404);
});
