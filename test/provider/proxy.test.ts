import t from 'tap';
import { operator } from '../commands/operator.ts';
import { startHostileService } from '../support/hostile/service.ts';
import { SUBJECT } from '../support/hostile-provider.ts';
import { startForwardProxy } from '../support/parts/forward-proxy.ts';
import { linkUser } from '../support/service.ts';

const proxy = await startForwardProxy();
t.teardown(proxy.stop);
const service = await startHostileService(t, { env: { SESSION_REVALIDATE_AFTER: '1s' } });
const { provider, acme, database, url } = service;
await linkUser(service, acme, SUBJECT);

/** What the service asks of the provider; the browser's own requests are not the service's. */
const OURS = ['discovery', 'jwks', 'token', 'userinfo', 'revoke'] as const;
const atProvider = () => OURS.reduce((sum, endpoint) => sum + provider.calls(endpoint), 0);

t.test('a login, a revalidation and doctor: every request passes the proxy', async (t) => {
  // An issuer of http has HTTP_PROXY, as one of https has HTTPS_PROXY.
  process.env.HTTP_PROXY = proxy.url;
  t.teardown(() => {
    delete process.env.HTTP_PROXY;
    delete process.env.NO_PROXY;
  });
  provider.be({ claims: { email: undefined } });
  const { browser, recorded } = await service.signIn();
  t.equal(recorded, 1);
  await database.sql`UPDATE sessions SET revalidated_at = now() - interval '1 hour'`;
  t.match(await (await browser.fetch(`${url}/session`)).json(), { state: 'signed_in' });
  const { host } = new URL(provider.issuer);
  t.same(new Set(proxy.tunnels), new Set([host]));
  for (const path of [
    '/.well-known/openid-configuration',
    '/.well-known/jwks.json',
    '/oauth2/token',
    '/userinfo',
  ]) {
    t.ok(
      proxy.requests.some((line) => line.endsWith(path)),
      path,
    );
  }
  t.equal(proxy.requests.filter((line) => line === 'POST /oauth2/token').length, 2, 'exchange and refresh');
  t.equal(proxy.requests.length, atProvider(), 'the provider has seen no other');

  const before = proxy.requests.length;
  const env = { ...service.env, JUMPCLOUD_ISSUERS: `us=${provider.issuer}` };
  const answer = await operator(database.url, env)('doctor --json');
  t.match(
    answer.json.find(({ check }) => check === 'issuer us'),
    { status: 'ok' },
  );
  t.equal(proxy.requests.length - before, 2, 'doctor goes the same way');
  t.equal(proxy.requests.length, atProvider());
});

t.test('NO_PROXY: straight to the provider', async (t) => {
  process.env.HTTP_PROXY = proxy.url;
  process.env.NO_PROXY = 'localhost,127.0.0.1';
  t.teardown(() => {
    delete process.env.HTTP_PROXY;
    delete process.env.NO_PROXY;
  });
  provider.be();
  const before = proxy.requests.length;
  t.equal((await service.signIn()).recorded, 1);
  t.equal(proxy.requests.length, before);
});

t.test('a proxy that does not answer is an outage, and the page says when to try again', async (t) => {
  process.env.HTTP_PROXY = 'http://127.0.0.1:9';
  t.teardown(() => {
    delete process.env.HTTP_PROXY;
  });
  const { page } = await service.signIn();
  t.equal(page.status, 503);
  t.match(page.html, 'JumpCloud can’t be reached');
});
