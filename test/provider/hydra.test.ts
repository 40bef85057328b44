/** The service against a JumpCloud that answers as a real Ory Hydra does, row by row. */
import t, { type Test } from 'tap';
import { httpBrowser } from '../../dev/browser.ts';
import type { JumpCloudOptions } from '../../dev/jumpcloud.ts';
import { operator } from '../commands/operator.ts';
import { addCompany, addPerson, linkUser, startService } from '../support/service.ts';
import { until } from '../support/until.ts';

async function start(t: Test, jumpcloud: JumpCloudOptions = {}) {
  const logs: Record<string, unknown>[] = [];
  const service = await startService(t, {
    jumpcloud,
    env: { SESSION_REVALIDATE_AFTER: '1s' },
    logs: (line) => logs.push(JSON.parse(line)),
  });
  const acme = await addCompany(service, 'acme');
  const ada = addPerson(service, acme);
  await linkUser(service, acme, ada.sub);
  const browser = httpBrowser({ stopAt: [service.appUrl] });
  const startUrl = `${service.url}/login/start?company=acme`;
  return {
    ...{ service, acme, ada, logs, browser, startUrl },
    jumpcloud: service.jumpcloud,
    signIn: () => browser.signIn({ startUrl, email: ada.email }),
    /** The session's state after a revalidation. */
    async revalidated(): Promise<unknown> {
      await service.database.sql`UPDATE sessions SET revalidated_at = now() - interval '1 hour'`;
      return ((await (await browser.fetch(`${service.url}/session`)).json()) as { state: string }).state;
    },
    callback: () => logs.findLast(({ route }) => route === '/login/callback'),
    ready: async () => (await fetch(`${service.url}/readyz`)).text(),
  };
}

t.test('a refresh token that is over, in either version, ends the session and is no outage', async (t) => {
  for (const hydra of ['2.2', '2.3'] as const) {
    const { jumpcloud, ada, signIn, revalidated, ready, logs } = await start(t, { hydra });
    await signIn();
    t.equal(await revalidated(), 'signed_in');
    jumpcloud.removePerson(ada.sub);
    t.equal(await revalidated(), 'none', hydra);
    const code = hydra === '2.2' ? 'token_inactive' : 'invalid_grant';
    t.ok(
      logs.some((line) => line.oauth_error === code && line.company === 'acme'),
      code,
    );
    t.notMatch(await ready(), 'degraded');
  }
});

t.test('a token hook that denies: the session ends, and a sign-in gets the page of a denial', async (t) => {
  const { jumpcloud, signIn, revalidated, callback, ready } = await start(t);
  await signIn();
  jumpcloud.updateClient('acme-client', { tokenHook: 'deny' });
  t.equal(await revalidated(), 'none');
  t.equal((await signIn()).status, 403);
  t.match(callback(), { code: 'access_denied', oauth_error: 'access_denied' });
  t.notMatch(await ready(), 'degraded');
});

t.test('a refresh brings an ID token: of another person it ends the session', async (t) => {
  const { jumpcloud, signIn, revalidated } = await start(t);
  await signIn();
  t.equal(await revalidated(), 'signed_in');
  jumpcloud.tamper({ idTokenClaims: (claims) => ({ ...claims, sub: 'b'.repeat(24) }) });
  t.equal(await revalidated(), 'none');
});

t.test('settings of the application that are wrong', async (t) => {
  const { jumpcloud, signIn, callback } = await start(t);
  const settings = [
    { scopes: ['openid', 'email', 'offline_access'] },
    {
      scopes: undefined,
      refuses: { error: 'unauthorized_client', description: 'The grant is not allowed.' },
    },
    { refuses: { error: 'unsupported_response_type', description: 'The type is not allowed.' } },
    { refuses: { error: 'invalid_request', description: 'The redirect_uri does not match.' } },
  ] as const;
  for (const [at, error] of [
    'invalid_scope',
    'unauthorized_client',
    'unsupported_response_type',
    'invalid_request',
  ].entries()) {
    jumpcloud.updateClient('acme-client', settings[at] as object);
    const page = await signIn();
    t.equal(page.status, 502, error);
    t.match(page.html, 'Single sign-on needs attention');
    t.match(callback(), { company: 'acme', code: 'client_misconfigured', oauth_error: error });
  }
});

t.test('offline_access alone is refused: people sign in without it', async (t) => {
  const { jumpcloud, service, logs, signIn } = await start(t);
  jumpcloud.updateClient('acme-client', { scopes: ['openid', 'email', 'profile'] });
  t.equal((await signIn()).url, service.appUrl);
  t.match(
    logs.find(({ msg }) => msg === 'login'),
    { warnings: ['no_refresh_token'] },
  );
});

t.test('a step that is done twice, and a second tab', async (t) => {
  const { service, jumpcloud, ada, browser, startUrl, callback } = await start(t);
  const form = await browser.get(startUrl);
  t.equal((await browser.submit(form, { email: ada.email, password: 'p' })).url, service.appUrl);
  const twice = await browser.submit(form, { email: ada.email, password: 'p' });
  t.equal(twice.url, service.appUrl, 'whoever is signed in already goes on');

  const { jar } = httpBrowser();
  const slow = httpBrowser({ jar, stopAt: [`${service.url}/login/callback`] });
  const page = await slow.get(startUrl);
  await slow.submit(page, { email: ada.email, password: 'p' });
  const used = await slow.submit(page, { email: ada.email, password: 'p' });
  const refused = await httpBrowser({ jar }).get(used.url);
  t.match(refused.html, 'Please start again');
  t.match(callback(), { code: 'provider_step_repeated', oauth_error: 'access_denied' });

  const other = httpBrowser({ stopAt: [service.appUrl] });
  const first = await other.get(startUrl);
  const second = await other.get(startUrl);
  t.match((await other.submit(first, { email: ada.email, password: 'p' })).html, 'Please start again');
  t.match(callback(), { code: 'provider_step_repeated', oauth_error: 'request_forbidden' });
  t.equal((await other.submit(second, { email: ada.email, password: 'p' })).url, service.appUrl);
  t.equal(jumpcloud.requests.count('token'), 2, 'nothing is asked for a step that was refused');
});

t.test('a gateway that answers for the provider is an outage; a 4xx is one client’s', async (t) => {
  const { jumpcloud, signIn, revalidated, ready } = await start(t);
  await signIn();
  for (const mode of ['429', '500', '502', '503'] as const) {
    await jumpcloud.outage(mode, ['token']);
    t.equal(await revalidated(), 'signed_in', mode);
    // An answer of /readyz is kept for a second.
    await until(async () => (await ready()).includes('provider_failed'));
    await jumpcloud.outage(null);
    await signIn();
    await until(async () => !(await ready()).includes('provider_failed'));
  }
  jumpcloud.rotateSecret('acme-client', 'another');
  t.equal(await revalidated(), 'signed_in', 'the secret is the company’s, and not the person’s');
  t.notMatch(await ready(), 'provider_failed');
});

t.test('keys that are rotated sign at once', async (t) => {
  const { service, jumpcloud, signIn } = await start(t);
  for (let turn = 0; turn < 3; turn += 1) {
    t.equal((await signIn()).url, service.appUrl);
    if (turn < 2) await jumpcloud.rotateKeys();
  }
});

t.test('after a sign-out the next sign-in asks who it is', async (t) => {
  const { service, browser, startUrl, signIn } = await start(t);
  await signIn();
  t.equal((await browser.get(startUrl)).url, service.appUrl, 'JumpCloud knows the person');
  await browser.fetch(`${service.url}/logout`, {
    method: 'POST',
    headers: { 'sec-fetch-site': 'same-origin' },
  });
  t.equal((await browser.get(startUrl)).$('input[name=password]').length, 1);
});

t.test('a wrong authentication method: the operator reads which is right', async (t) => {
  const { service, jumpcloud } = await start(t);
  jumpcloud.updateClient('acme-client', { authMethod: 'client_secret_basic' });
  const run = operator(service.database.url, service.env);
  const created = await run('client create acme --client-id acme-client', 'a-wrong-one');
  t.match(created, { exitCode: 1, err: /supports client authentication method 'client_secret_basic'/ });
});

t.test('a test link prints the sign-out at JumpCloud and tries it', async (t) => {
  const { service, jumpcloud, browser, ada } = await start(t, { logoutElsewhere: true });
  const run = operator(service.database.url, service.env);
  const uri = `${service.url}/login?signed_out=1`;
  t.match(await run('client update acme --logout-at-provider'), { exitCode: 0, out: uri });
  t.match((await run('client update acme --logout-at-provider --json')).json, [
    { post_logout_redirect_uri: uri },
  ]);
  const [{ url: startUrl = '' } = {}] = (await run('client test acme --json')).json as { url?: string }[];
  const tried = async () => {
    const tested = await browser.signIn({ startUrl, email: ada.email });
    t.match(tested.html, 'Try to sign out');
    t.notMatch(tested.html, /eyJ[\w-]+\.eyJ/, 'no token in the page');
    const leaving = await browser.submit(tested, {});
    return browser.get(/url=(.+)$/.exec(leaving.headers.get('refresh') ?? '')?.[1] ?? '');
  };
  t.match(await tried(), { status: 400, html: /not registered for this application/ });
  jumpcloud.updateClient('acme-client', { postLogoutRedirectUris: [uri] });
  t.equal((await tried()).url, uri);
  const forged = await browser.fetch(`${service.url}/login/test-logout`, {
    method: 'POST',
    body: new URLSearchParams({ logout: 'forged' }),
  });
  t.equal(forged.status, 400);
});
