/** What networks between a browser and the server do: monitors, caches, proxies with small limits. */
import t from 'tap';
import { httpBrowser } from '../../dev/browser.ts';
import { addCompany, addPerson, linkUser, startService } from '../support/service.ts';

t.test('HEAD answers where a monitor asks, and does nothing where GET acts', async (t) => {
  const { url } = await startService(t);
  const head = async (path: string) => {
    const answer = await fetch(`${url}${path}`, { method: 'HEAD', redirect: 'manual' });
    t.equal(await answer.text(), '');
    return answer.status;
  };
  for (const path of ['/login', '/readyz', '/livez', '/.well-known/jwks.json', '/assets/style.css']) {
    t.equal(await head(path), 200, path);
  }
  t.equal(await head('/'), 303);
  for (const path of ['/login/start?company=acme', '/login/callback?state=x', '/logout', '/session']) {
    t.equal(await head(path), 405, path);
  }
});

t.test('another method of a path that is there: 405, with those that it has', async (t) => {
  const { url } = await startService(t);
  for (const [method, path, allow] of [
    ['POST', '/login?company=acme', 'GET, HEAD'],
    ['DELETE', '/logout', 'POST'],
    ['GET', '/logout/backchannel', 'POST'],
    ['GET', '/account/sessions/end', 'POST'],
    ['PUT', '/session', 'GET'],
    ['POST', '/assets/style.css', 'GET, HEAD'],
  ] as const) {
    const answer = await fetch(url + path, { method });
    t.equal(answer.status, 405, `${method} ${path}`);
    t.equal(answer.headers.get('allow'), allow, `${method} ${path}`);
  }
  const none = await fetch(`${url}/nowhere`, { method: 'POST' });
  t.equal(none.status, 404);
  t.equal(none.headers.get('allow'), null);
});

t.test('the headers stay small, whatever the configuration', async (t) => {
  const origins = Array.from({ length: 100 }, (_, n) => `https://tenant-${n}.app.example.com`);
  const { url } = await startService(t, { env: { RETURN_ORIGINS: origins.join(',') } });
  for (const path of ['/login', '/login/wait', '/livez', '/session', '/nowhere']) {
    const { headers } = await fetch(`${url}${path}`, { redirect: 'manual' });
    const bytes = [...headers].reduce((sum, [name, value]) => sum + name.length + value.length + 4, 0);
    t.ok(bytes < 2_048, `${path}: ${bytes} bytes`);
  }
});

t.test('every answer states its caching', async (t) => {
  const { url } = await startService(t);
  for (const path of [
    ...[
      '/',
      '/login',
      '/login/start?company=none',
      '/login/callback',
      '/login/wait',
      '/session',
      '/account/sessions',
    ],
    ...['/nowhere', '/.well-known/jwks.json', '/assets/style.css', '/assets/wait.js'],
  ]) {
    const { headers } = await fetch(`${url}${path}`, { redirect: 'manual' });
    const isPublic = path.startsWith('/assets/') || path.startsWith('/.well-known/');
    t.match(headers.get('cache-control'), isPublic ? /^public, max-age=\d+$/ : 'no-store', path);
  }
});

t.test('doubled parameters: the first one counts; a long return_to is ignored with the reason', async (t) => {
  const lines: string[] = [];
  const service = await startService(t, { logs: (line) => lines.push(line) });
  const acme = await addCompany(service, 'acme');
  const person = addPerson(service, acme);
  await linkUser(service, acme, person.sub);
  const { url, appUrl } = service;
  const page = await (await fetch(`${url}/login?login_hint=ada@acme.test&login_hint=eve@evil.test`)).text();
  t.match(page, 'Continue with JumpCloud');
  const signIn = async (returnTo: string) => {
    const browser = httpBrowser({ stopAt: [appUrl, new URL(appUrl).origin] });
    const startUrl = `${url}/login/start?company=acme&return_to=${encodeURIComponent(returnTo)}&return_to=/other`;
    return (await browser.signIn({ startUrl, email: person.email })).url;
  };
  const origin = new URL(appUrl).origin;
  const long = `/${'a'.repeat(1_900)}`;
  t.equal(await signIn(long), origin + long, 'up to 2048 bytes it works');
  t.equal(await signIn(`/${'a'.repeat(4_000)}`), appUrl);
  t.ok(lines.some((line) => line.includes('ignored: longer than 2048 bytes')));
});

t.test('after a sign-out and a refusal the next sign-in asks for the account', async (t) => {
  const service = await startService(t);
  const acme = await addCompany(service, 'acme');
  const person = addPerson(service, acme);
  await linkUser(service, acme, person.sub);
  const { url, appUrl } = service;
  const prompt = async (browser: ReturnType<typeof httpBrowser>) => {
    const answer = await browser.fetch(`${url}/login/start?company=acme`, { redirect: 'manual' });
    return new URL(answer.headers.get('location') ?? '').searchParams.get('prompt');
  };
  const browser = httpBrowser({ stopAt: [appUrl] });
  t.equal(await prompt(browser), null);
  await browser.signIn({ startUrl: `${url}/login/start?company=acme`, email: person.email });
  await browser.fetch(`${url}/logout`, { method: 'POST', redirect: 'manual', headers: { origin: url } });
  t.equal(await prompt(browser), 'login');
  await browser.signIn({ startUrl: `${url}/login/start?company=acme`, email: person.email });
  t.equal(await prompt(browser), null, 'not after a sign-in');
});

t.test('a callback in another browser keeps the company and return_to', async (t) => {
  const service = await startService(t);
  const acme = await addCompany(service, 'acme');
  const person = addPerson(service, acme);
  const { url, appUrl } = service;
  const origin = new URL(appUrl).origin;
  const browser = httpBrowser({ stopAt: [`${url}/login/callback`] });
  const startUrl = `${url}/login/start?company=acme&return_to=${encodeURIComponent('/reports?week=3')}`;
  const { url: callback } = await browser.signIn({ startUrl, email: person.email });
  const other = await fetch(callback);
  t.equal(other.status, 400);
  const page = await other.text();
  const expected = new URLSearchParams({ company: 'acme', return_to: `${origin}/reports?week=3` });
  t.match(page, `/login?${String(expected).replaceAll('&', '&amp;')}`);
  const forged = callback.replace(/(state=[^.&]+\.)[^&]+/, '$1forged');
  t.notMatch(await (await fetch(forged)).text(), 'company=acme');
});
