/** Where a browser is sent, and who may ask how often: rows 56, 57 and 61 of docs/security.md. */
import t from 'tap';
import { network } from '../../src/http/rate-limits.ts';
import { raw, statusOf } from '../support/hostile/raw.ts';
import { accepted, startHostileService, startUrl } from '../support/hostile/service.ts';
import { SUBJECT } from '../support/hostile-provider.ts';
import { addCompany, linkUser } from '../support/service.ts';

const service = await startHostileService(t);
const { provider, acme, url, appUrl } = service;
await linkUser(service, acme, SUBJECT);
t.beforeEach(() => provider.be());
const appOrigin = new URL(appUrl).origin;

t.test('row 56: return_to leads to listed origins alone, however it is spelled', async (t) => {
  const landsAt = async (returnTo: string) => {
    const { browser, callback } = await service.begin({ query: { return_to: returnTo } });
    return (await browser.fetch(callback.href)).headers.get('location') ?? '';
  };
  const { host, port } = new URL(appUrl);
  const refused = [
    '//evil.test',
    '///evil.test',
    '/\\evil.test',
    '\\\\evil.test',
    '\\/evil.test',
    '/\t/evil.test',
    '/\n/evil.test',
    '/\r\nset-cookie: x=y',
    ' //evil.test',
    '\u0000//evil.test',
    'https:evil.test',
    'https:/evil.test',
    'http:///evil.test',
    'https:\\\\evil.test',
    'https://evil.test',
    'HTTPS://EVIL.TEST',
    `${appOrigin}.evil.test/`,
    `${appOrigin}@evil.test/`,
    `http://evil.test@${host}/`,
    `http://user:password@${host}/`,
    `https://${host}/`,
    `http://localhost:${Number(port) + 1}/`,
    `http://l\u043ecalhost:${port}/`,
    `http://127.0.0.1:${port}/`,
    `//${host}/app`,
    'javascript:alert(1)',
    'JAVASCRIPT://%0aalert(1)',
    'data:text/html,x',
    'blob:https://evil.test/x',
    'file:///etc/passwd',
    'evil.test',
    '?x',
    '',
    `${appUrl}/${'x'.repeat(2_100)}`,
    `/${'\u00fc'.repeat(1_000)}`,
  ];
  for (const returnTo of refused) t.equal(await landsAt(returnTo), appUrl, JSON.stringify(returnTo));
  // What looks strange and is a path of the product.
  for (const returnTo of [
    '/%2f%2fevil.test',
    '/%5cevil.test',
    '/.//evil.test',
    '/%0d%0aset-cookie:x',
    '/a?b=//evil.test',
  ]) {
    t.equal(new URL(await landsAt(returnTo)).origin, appOrigin, returnTo);
  }
  t.equal(await landsAt('/reports?week=3'), `${appOrigin}/reports?week=3`);
  t.equal(await landsAt(`${appUrl}/deep`), `${appUrl}/deep`);
  t.equal(await landsAt(`HTTP://${host.toUpperCase()}/x`), `${appOrigin}/x`, 'the same origin in capitals');

  const page = await (await fetch(`${url}/login?company=acme&return_to=//evil.test`)).text();
  t.notMatch(page, 'evil.test', 'and a page does not hand it on');
});

t.test('row 57: the callback’s address comes from configuration alone', async (t) => {
  const trusting = await startHostileService(t, { env: { TRUST_PROXY: '127.0.0.1,::1' } });
  for (const { url, provider } of [service, trusting]) {
    const path = '/login/start?company=acme';
    for (const [target, headers] of [
      [path, 'Host: evil.test'],
      [path, 'Host: evil.test:443\r\nX-Forwarded-Host: evil.test\r\nX-Forwarded-Proto: https'],
      [path, `Host: ${new URL(url).host}\r\nX-Forwarded-Host: evil.test, evil.test\r\nX-Forwarded-Port: 443`],
      [path, 'Host: evil.test\r\nForwarded: host=evil.test;proto=https\r\nX-Original-URL: /evil'],
      [`http://evil.test${path}`, 'Host: evil.test'],
    ] as const) {
      const answer = await raw(url, `GET ${target} HTTP/1.1\r\n${headers}\r\nConnection: close\r\n\r\n`);
      const status = statusOf(answer);
      t.ok(status === 303 || status === 404, `${headers}: ${status}`);
      t.notMatch(answer, 'evil.test', 'nowhere in the answer');
      if (status !== 303) continue;
      const to = new URL(/^location: (.*)$/im.exec(answer)?.[1] ?? '');
      t.equal(to.origin, new URL(provider.issuer).origin);
      t.equal(to.searchParams.get('redirect_uri'), `${url}/login/callback`);
    }
    const post = (origin: string) =>
      raw(url, `POST /logout HTTP/1.1\r\nHost: evil.test\r\nOrigin: ${origin}\r\nConnection: close\r\n\r\n`);
    t.match(await post(url), `location: ${url}/login`, 'nor does a sign-out');
    t.equal(statusOf(await post('http://evil.test')), 403, 'and Host makes no origin ours');
  }
});

t.test('row 61: IPv6 is limited by its /64, IPv4 by its address', async (t) => {
  t.equal(network('2001:db8:1:2:3:4:5:6'), network('2001:db8:1:2::1'));
  t.equal(network('2001:0db8:0001:0002::9'), network('2001:DB8:1:2:ffff:ffff:ffff:ffff'));
  t.not(network('2001:db8:1:2::1'), network('2001:db8:1:3::1'));
  t.equal(network('::1'), network('::2'));
  t.equal(network('1::'), network('1:0:0:0:ffff::'));
  t.equal(network('::ffff:192.0.2.7'), network('192.0.2.7'));
  t.not(network('::ffff:192.0.2.7'), network('::ffff:192.0.2.8'));
  t.not(network('192.0.2.7'), network('192.0.2.8'));
  t.equal(network('fe80::1%eth0'), network('fe80::2%eth1'));
  t.equal(
    network('192.0.2.7:51234'),
    network('192.0.2.7'),
    'the port of a load balancer makes no new client',
  );
  t.equal(network('[2001:db8:1:2::1]:443'), network('2001:db8:1:2::1'));
  t.equal(network('unknown'), network('_hidden'), 'what is no address shares one limit');
});

t.test('row 61: a flood from one address is answered with 429, and another is not', async (t) => {
  const limited = await startHostileService(t, {
    env: { RATE_LIMIT_PER_ADDRESS: '5', TRUST_PROXY: '127.0.0.1,::1' },
  });
  const ask = (from: string, path = '/login') =>
    fetch(limited.url + path, { headers: { 'x-forwarded-for': from }, redirect: 'manual' });
  const flood = [];
  for (const path of [
    '/login',
    '/login/start?company=acme',
    '/login/callback',
    '/login',
    '/login',
    '/login',
    '/login/start',
  ]) {
    flood.push(await ask(`2001:db8:1:2::${flood.length + 1}`, path));
  }
  t.same(
    flood.map((answer) => answer.status),
    [200, 303, 400, 200, 200, 429, 429],
  );
  t.ok(Number(flood[6]?.headers.get('retry-after')) > 0, 'Retry-After says when');
  t.match(await flood[6]?.text(), 'Wait a minute');
  t.equal((await ask('2001:db8:1:3::1')).status, 200, 'the next /64');
  t.equal((await ask('192.0.2.1')).status, 200, 'an IPv4 address');
  // A proxy puts the address that it saw last: what the caller wrote before it counts for nothing.
  const spoofed = [];
  for (let n = 0; n < 6; n++) spoofed.push((await ask(`198.51.100.${n}, 192.0.2.9`)).status);
  t.same(spoofed, [200, 200, 200, 200, 200, 429]);
});

t.test('row 61: forwarding headers of nobody that is trusted change nothing', async (t) => {
  const limited = await startHostileService(t, { env: { RATE_LIMIT_PER_ADDRESS: '2' } });
  const statuses = [];
  for (let n = 0; n < 3; n++) {
    const from = `192.0.2.${n}`;
    const headers = { 'x-forwarded-for': from, forwarded: `for=${from}`, 'x-real-ip': from };
    statuses.push((await fetch(`${limited.url}/login`, { headers })).status);
  }
  t.same(statuses, [200, 200, 429]);
});

t.test('row 61: a flood on one company leaves the others working', async (t) => {
  const limited = await startHostileService(t, { env: { RATE_LIMIT_PER_COMPANY: '4' } });
  await addCompany(limited, 'quiet');
  accepted(t, await limited.signIn(), 'one of the four');
  const start = (company: string) => fetch(startUrl(limited.url, { company }), { redirect: 'manual' });
  const flood = [];
  for (let n = 0; n < 4; n++) flood.push((await start('acme')).status);
  t.same(flood, [303, 303, 303, 429]);
  accepted(t, await limited.signIn({ company: 'quiet' }), 'another company');
  for (let n = 0; n < 5; n++) t.equal((await start('nobody')).status, 404, 'no company, no limit of its own');
});

t.test('row 61: a flood of starts locks nobody out of a company', async (t) => {
  const limited = await startHostileService(t, {
    env: { RATE_LIMIT_PER_COMPANY: '4', TRUST_PROXY: '127.0.0.1,::1' },
  });
  const from = (address: string) => limited.browser({ 'x-forwarded-for': address });
  const start = async (address: string) =>
    (await from(address).fetch(startUrl(limited.url, { company: 'acme' }))).status;
  const person = from('192.0.2.7');
  const begun = await limited.begin({ browser: person });
  const flood = [];
  for (let n = 0; n < 12; n++) flood.push(await start(`198.51.100.${n % 2}`));
  t.same(flood, [...Array(3).fill(303), ...Array(9).fill(429)]);

  accepted(t, await limited.visit(begun.callback, person), 'who was on the way arrives');
  accepted(t, await limited.signIn({ browser: from('203.0.113.9') }), 'and who comes now begins');
  t.equal(await start('203.0.113.9'), 429, 'a share each, while it lasts');
});

t.test('row 61: a callback over the limit keeps its attempt', async (t) => {
  const limited = await startHostileService(t, { env: { RATE_LIMIT_PER_ADDRESS: '3' } });
  const { browser, callback } = await limited.begin();
  for (let n = 0; n < 2; n++) await fetch(`${limited.url}/login`);
  const refused = await browser.fetch(callback.href);
  t.equal(refused.status, 429);
  t.same(refused.headers.getSetCookie(), [], 'it is not the attempt that is over');
});
