/** A real nginx with its default limits, and a cache, between the browser and the server. */
import { randomBytes } from 'node:crypto';
import t from 'tap';
import { httpBrowser } from '../../dev/browser.ts';
import { freePorts } from '../../dev/free-port.ts';
import { nginxAvailable, startNginx } from '../support/parts/nginx.ts';
import { addCompany, addPerson, linkUser, startService } from '../support/service.ts';

if (!(await nginxAvailable())) {
  t.pass('nginx', { skip: 'nginx is not installed' });
  process.exit(0);
}

const [upstream = 0, port = 0, cachePort = 0] = await freePorts(3);
const url = `http://localhost:${port}`;
const origins = Array.from({ length: 100 }, (_, n) => `https://tenant-${n}.app.example.com`);
const lines: string[] = [];
const behind = await startService(t, {
  env: {
    PORT: String(upstream),
    HOST: '127.0.0.1',
    PUBLIC_URL: url,
    RETURN_ORIGINS: origins.join(','),
    TRUST_PROXY: '127.0.0.1',
  },
  logs: (line) => lines.push(line),
});
const nginx = await startNginx(port, upstream);
t.teardown(nginx.stop);
const service = { ...behind, url };
const acme = await addCompany(service, 'acme');
const person = addPerson(service, acme);
await linkUser(service, acme, person.sub);
// Nothing that a compressor could make small, at the longest that is accepted.
const path = randomBytes(1_510).toString('base64url');
const longReturnTo = (n: number) => `${origins[n]}/${path}`.slice(0, 2_048);
const startUrl = (n: number) =>
  `${url}/login/start?company=acme&return_to=${encodeURIComponent(longReturnTo(n))}`;

t.test('100 origins: no answer is too large for nginx', async (t) => {
  for (const path of ['/', '/login', '/login/wait', '/login/callback', '/session', '/livez', '/nowhere']) {
    const { status } = await fetch(url + path, { redirect: 'manual' });
    t.not(status, 502, path);
  }
});

t.test('twenty sign-ins that are abandoned, with long addresses: the next one still succeeds', async (t) => {
  const browser = httpBrowser({ stopAt: origins });
  for (let n = 0; n < 20; n += 1) {
    const { status } = await browser.fetch(startUrl(n), { redirect: 'manual' });
    t.equal(status, 303, `start ${n}`);
  }
  const landed = await browser.signIn({ startUrl: startUrl(20), email: person.email });
  t.equal(landed.url, longReturnTo(20));
  t.match(await (await browser.fetch(`${url}/session`, { headers: { origin: origins[20] ?? '' } })).json(), {
    state: 'signed_in',
  });
});

t.test('a cache hands out no page of another person, and keeps the assets', async (t) => {
  const cache = await startNginx(cachePort, upstream, { cache: true });
  t.teardown(cache.stop);
  const cached = async (path: string) => {
    const cacheUrl = `http://localhost:${cachePort}${path}`;
    await fetch(cacheUrl, { redirect: 'manual' });
    const again = await fetch(cacheUrl, { redirect: 'manual' });
    await again.arrayBuffer();
    return again.headers.get('x-cache') === 'HIT';
  };
  for (const path of ['/', '/login', `/login?login_hint=${person.email}`, '/login/start?company=acme']) {
    t.notOk(await cached(path), path);
  }
  for (const path of ['/login/callback', '/login/wait', '/session', '/nowhere']) {
    t.notOk(await cached(path), path);
  }
  for (const path of ['/assets/style.css', '/.well-known/jwks.json']) t.ok(await cached(path), path);
});

t.test('a trusted proxy forwards requests without a warning, also those from its own machine', async (t) => {
  await fetch(`${url}/login`);
  await fetch(`${url}/login`, { headers: { 'x-forwarded-for': '203.0.113.9' } });
  t.same(
    lines.filter((line) => line.includes('TRUST_PROXY')),
    [],
  );
});
