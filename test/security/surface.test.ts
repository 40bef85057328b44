/** What the server shows, and what it takes: rows 63–65 of docs/security.md. */
import { setTimeout as delay } from 'node:timers/promises';
import { inspect } from 'node:util';
import t from 'tap';
import { readConfig } from '../../src/config.ts';
import { openDatabase } from '../../src/db/client.ts';
import { createLogger } from '../../src/observability/log.ts';
import { createOAuthClients } from '../../src/provider/oauth-clients.ts';
import { SERVER_CONFIG } from '../../src/roles/server.ts';
import { raw, statusOf } from '../support/hostile/raw.ts';
import { startHostileService } from '../support/hostile/service.ts';
import { redirecting, transports } from '../support/hostile/transport.ts';
import { SUBJECT } from '../support/hostile-provider.ts';
import { linkUser } from '../support/service.ts';

const service = await startHostileService(t);
const { provider, acme, url, appUrl } = service;
await linkUser(service, acme, SUBJECT);
t.beforeEach(() => provider.be());

t.test('row 63: what a failed exchange throws holds no credential, however it is looked at', async (t) => {
  const oauth = createOAuthClients(`${url}/login/callback`);
  t.teardown(() => oauth.close());
  const metadata = {
    issuer: provider.issuer,
    authorizationEndpoint: `${provider.issuer}oauth2/auth`,
    tokenEndpoint: `${provider.issuer}oauth2/token`,
    revocationEndpoint: `${provider.issuer}oauth2/revoke`,
    jwksUri: `${provider.issuer}jwks`,
    issInResponse: false,
    backchannelLogout: false,
  };
  const away = { ...metadata, tokenEndpoint: 'http://127.0.0.1:9/token' };
  const grant = { code: 'the-secret-code', state: 'the-secret-state', verifier: 'v'.repeat(43) };
  const { silent: _, dripping: __, ...quick } = transports;
  const ways = [...Object.values(quick), redirecting('http://127.0.0.1:9/'), undefined];
  for (const authMethod of ['client_secret_post', 'client_secret_basic'] as const) {
    const client = {
      id: `x-${authMethod}`,
      version: 1,
      clientId: 'nobody',
      clientSecret: 'the-secret',
      authMethod,
    };
    const secrets = ['the-secret', grant.verifier, btoa('nobody:the-secret'), 'the-refresh-token'];
    for (const transport of ways) {
      provider.be(transport ? { transport: { token: transport, revoke: transport } } : {});
      for (const act of [
        () => oauth.exchange(client, metadata, grant),
        () => oauth.exchange(client, away, grant),
        () => oauth.refresh(client, metadata, 'the-refresh-token'),
        () => oauth.revoke(client, transport ? metadata : away, 'the-refresh-token'),
      ]) {
        const thrown: unknown = await act().catch((error: unknown) => error);
        const shown = inspect(thrown, { depth: 20, showHidden: true });
        const seen = `${shown} ${JSON.stringify(thrown)} ${(thrown as Error | undefined)?.stack}`;
        t.same(
          secrets.filter((secret) => seen.includes(secret)),
          [],
          inspect(thrown).slice(0, 80),
        );
      }
    }
  }
});

t.test('row 63: what a role says of its configuration holds no value of it', async (t) => {
  const secrets = { SECRET_KEYS: 'bm90IDMyIGJ5dGVz', DATABASE_URL: 'postgres//sso:the-password@db/sso' };
  const thrown: unknown = await (async () =>
    readConfig({ ...service.env, ...secrets }, SERVER_CONFIG))().catch((error: unknown) => error);
  const said = `${inspect(thrown, { depth: 20, showHidden: true })} ${JSON.stringify(thrown)}`;
  t.match(said, 'SECRET_KEYS', 'the variable is named');
  t.notMatch(said, new RegExp(`${secrets.SECRET_KEYS}|the-password`));
});

t.test('row 63: what the database and the seal throw holds no password, key or token', async (t) => {
  const away = openDatabase('postgres://sso:the-password@127.0.0.1:9/sso', { name: 'test' });
  t.teardown(() => away.close());
  const { sealer, env } = service;
  const [keys = ''] = [env.SECRET_KEYS];
  const sealed = sealer.seal('the-refresh-token', 'here');
  for (const act of [
    async () => away.sql`SELECT ${'the-parameter'}::text`,
    async () => sealer.open(sealed, 'elsewhere'),
    async () => sealer.open(`${sealed.slice(0, -2)}AA`, 'here'),
    async () => service.database.sql`SELECT ${'the-parameter'}::int`,
  ]) {
    const thrown: unknown = await act().then(
      () => undefined,
      (error: unknown) => error,
    );
    t.ok(thrown instanceof Error);
    const logged: string[] = [];
    createLogger({ level: 'trace', role: 'test' }, { write: (line) => logged.push(line) }).error({
      err: thrown,
    });
    const seen = `${logged} ${(thrown as Error).message} ${(thrown as Error).stack}`;
    for (const secret of [
      'the-password',
      'the-refresh-token',
      keys,
      Buffer.from(keys, 'base64').toString('hex'),
    ]) {
      t.notOk(seen.includes(secret), (thrown as Error).message);
    }
  }
});

t.test('row 64: the headers of every answer', async (t) => {
  const secure = await startHostileService(t, { env: { PUBLIC_URL: 'https://account.acme.test' } });
  const paths = [
    '/login',
    '/login/wait',
    '/login/callback',
    '/login/start?company=nobody',
    '/login/start?company=acme',
    '/session',
    '/.well-known/jwks.json',
    '/assets/style.css',
    '/assets/wait.js',
    '/livez',
    '/readyz',
    '/nowhere',
    '/login?company=a&company=b',
  ];
  for (const path of paths) {
    const { headers, status } = await fetch(url + path, { redirect: 'manual' });
    const csp = headers.get('content-security-policy') ?? '';
    t.match(csp, "default-src 'none'", `${path} ${status}`);
    t.match(csp, "frame-ancestors 'none'");
    t.match(csp, "base-uri 'none'");
    t.match(csp, /form-action 'self'(;|$)/, 'whatever the configuration: the headers have a fixed size');
    t.notMatch(csp, /unsafe|\*|data:/);
    t.equal(headers.get('x-content-type-options'), 'nosniff');
    t.equal(headers.get('referrer-policy'), 'no-referrer');
    t.equal(headers.get('x-frame-options'), 'DENY');
    t.equal(headers.get('x-powered-by'), null);
    t.equal(headers.get('strict-transport-security'), null, 'HSTS only on an https PUBLIC_URL');
    const there = new URL(path, `http://localhost:${secure.env.PORT}`);
    const over = (await fetch(there, { redirect: 'manual' })).headers;
    t.match(over.get('strict-transport-security'), /^max-age=63072000/, 'and there on each answer');
  }
  for (const path of ['/login', '/login?login_hint=ada@acme.test', '/login/callback', '/nowhere']) {
    const page = await (await fetch(url + path)).text();
    t.notMatch(
      page,
      /<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=|javascript:/,
      `${path}: nothing inline`,
    );
  }
});

t.test('row 64: whatever comes from outside is escaped', async (t) => {
  const markup = '"><script>alert(1)</script><img src=x onerror=alert(1)>';
  for (const query of [
    { login_hint: `${markup}@acme.test` },
    { login_hint: 'ada@acme.test', return_to: `${appUrl}?x=${markup}` },
    { company: markup },
    { company: 'acme', return_to: `/${markup.replaceAll(' ', '+')}` },
  ]) {
    const page = await (await fetch(`${url}/login?${new URLSearchParams(query)}`)).text();
    t.notMatch(page, /<script>|<img/, JSON.stringify(query));
  }
  await service.database.sql`UPDATE companies SET name = ${markup} WHERE slug = 'acme'`;
  const page = await (await fetch(`${url}/login?company=acme`)).text();
  t.match(page, '&lt;script>', 'a company’s name too');
  t.notMatch(page, /<script>|<img/);
});

t.test('row 65: malformed bodies and content types', async (t) => {
  const post = async (body: string, type: string) => {
    const headers = { origin: url, 'content-type': type };
    return (await fetch(`${url}/logout`, { method: 'POST', headers, body, redirect: 'manual' })).status;
  };
  for (const [body, type] of [
    ['{"a":', 'application/json'],
    ['{"__proto__":{"polluted":1}}', 'application/json'],
    ['{"__proto__":{"polluted":1}}', 'application/json\t; charset=utf-8'], // CVE-2026-25223
    ['{"a":1}', 'application/json;x'],
    ['<x/>', 'text/xml'],
    ['a', 'multipart/form-data; boundary=x'],
    ['a', 'text/plain'],
    ['a', 'wat'],
    ['a', 'application/x-www-form-urlencodedx'],
  ] as const) {
    t.equal(await post(body, type), 415, `${type} ${body}`);
  }
  const form = 'application/x-www-form-urlencoded';
  t.equal(await post('a'.repeat(17_000), form), 413);
  for (const body of [
    '__proto__[polluted]=1',
    'constructor[prototype][polluted]=1',
    '__proto__.polluted=1',
    '%',
    '&&&=&=',
  ]) {
    t.equal(await post(body, form), 303, body);
  }
  for (const query of [
    '__proto__[polluted]=1',
    '__proto__=1',
    'constructor[prototype][polluted]=1',
    'toString=1',
  ]) {
    t.equal((await fetch(`${url}/login?${query}`)).status, 200, query);
  }
  t.equal(({} as Record<string, unknown>).polluted, undefined, 'no prototype is polluted');
});

t.test('row 65: malformed addresses, methods and queries', async (t) => {
  const end = `Host: ${new URL(url).host}\r\nConnection: close\r\n`;
  const wanted = [400, 404, 405];
  for (const target of [
    '/%',
    '/%ff',
    '/login/%2e%2e/%2e%2e/etc/passwd',
    '/assets/../../package.json',
    '/assets/%2e%2e%2fapp.js',
    '/assets/..%5c..%5cpackage.json',
    '/login/start',
    '/login/start?company[]=acme',
    '/login/callback?state=a&state=b',
    `/login/start?company=${'a'.repeat(101)}`,
    `/login?login_hint=${'a'.repeat(321)}`,
    '//evil.test/%2f..',
    '/\\evil.test',
  ]) {
    const status = statusOf(await raw(url, `GET ${target} HTTP/1.1\r\n${end}\r\n`));
    t.ok(wanted.includes(status), `${target.slice(0, 50)}: ${status}`);
  }
  const broken = await fetch(`${url}/login?login_hint=%ff%fe&company=%00`);
  t.equal(broken.status, 200, 'broken UTF-8 is a strange text');
  for (const method of ['HEAD', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'PROPFIND', 'GETT']) {
    for (const path of ['/login/start?company=acme', '/login/callback?state=x&code=y', '/logout']) {
      const before = provider.requests.length;
      const answer = await raw(url, `${method} ${path} HTTP/1.1\r\n${end}\r\n`);
      t.ok(wanted.includes(statusOf(answer)), `${method} ${path}: ${statusOf(answer)}`);
      t.notMatch(answer, /set-cookie/i, 'no handler ran');
      t.equal(provider.requests.length, before);
    }
  }
});

t.test('row 65: headers of a megabyte, smuggling, and half a request', async (t) => {
  const host = `Host: ${new URL(url).host}\r\n`;
  const large = 'a'.repeat(1024 * 1024);
  for (const [name, request] of [
    ['one header of 1 MB', `GET /login HTTP/1.1\r\n${host}X-Large: ${large}\r\n\r\n`],
    ['a cookie of 1 MB', `GET /session HTTP/1.1\r\n${host}Cookie: a=${large}\r\n\r\n`],
    ['an address of 1 MB', `GET /login?company=${large} HTTP/1.1\r\n${host}\r\n`],
    ['ten thousand headers', `GET /login HTTP/1.1\r\n${host}${'a: b\r\n'.repeat(10_000)}\r\n`],
  ] as const) {
    // Node may close before it has read all: then there is no answer, and no handler ran.
    t.ok([431, 0].includes(statusOf(await raw(url, request))), name);
  }
  const post = `POST /logout HTTP/1.1\r\n${host}`;
  for (const [name, request] of [
    ['length and chunks', `${post}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['two lengths', `${post}Content-Length: 5\r\nContent-Length: 6\r\n\r\naaaaaa`],
    ['a space before the colon', 'GET /login HTTP/1.1\r\nHost : a\r\n\r\n'],
    ['no Host', 'GET /login HTTP/1.1\r\n\r\n'],
    ['a NUL in a header', `GET /login HTTP/1.1\r\n${host}A: b\0c\r\n\r\n`],
    ['no HTTP at all', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
  ] as const) {
    t.ok([400, 0].includes(statusOf(await raw(url, request))), name);
  }
  t.equal((await fetch(`${url}/login`)).status, 200, 'and the server goes on');
});

t.test('row 65: half a request is given up, and holds up no stop', async (t) => {
  const halves = await startHostileService(t);
  const { host } = new URL(halves.url);
  const started = performance.now();
  const halfOf = () => [
    raw(halves.url, `POST /logout HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 10\r\n\r\nhalf`, {
      quiet: 40_000,
    }),
    raw(halves.url, `GET /login HTTP/1.1\r\nHost: ${host}\r\n`, { quiet: 40_000 }),
  ];
  t.same((await Promise.all(halfOf())).map(statusOf), [415, 408], 'what was there is answered');
  t.ok(performance.now() - started < 19_000, 'and the connection closed');
  const late = halfOf();
  await delay(500);
  await halves.stop();
  await Promise.all(late);
  t.ok(performance.now() - started < 45_000, 'within the time that a role has for its stop');
});
