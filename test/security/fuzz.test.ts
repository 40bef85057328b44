/** Ten thousand random requests against every route, made from the routes' schemas. */
import { randomBytes, randomInt } from 'node:crypto';
import { Agent, request } from 'node:http';
import t from 'tap';
import { CallbackQuery, LoginQuery, StartQuery } from '../../src/login/query.ts';
import { startHostileService } from '../support/hostile/service.ts';

const REQUESTS = 10_000;
const AT_ONCE = 16;
/** What a dependency's fault is answered with, on purpose. The provider here is well. */
const DELIBERATE: number[] = [];

const ROUTES: { method: string; path: string; query?: string[] }[] = [
  { method: 'GET', path: '/login', query: Object.keys(LoginQuery.properties) },
  { method: 'GET', path: '/login/start', query: Object.keys(StartQuery.properties) },
  { method: 'GET', path: '/login/callback', query: Object.keys(CallbackQuery.properties) },
  { method: 'GET', path: '/login/wait' },
  { method: 'GET', path: '/session' },
  { method: 'OPTIONS', path: '/session' },
  { method: 'POST', path: '/logout' },
  { method: 'GET', path: '/.well-known/jwks.json' },
  { method: 'GET', path: '/livez' },
  { method: 'GET', path: '/readyz' },
  { method: 'GET', path: '/assets/style.css' },
];

const pick = <T>(from: readonly T[]): T => from[randomInt(from.length)] as T;
const TEXTS = [
  () => '',
  () => 'acme',
  () => 'ada@acme.test',
  () => randomBytes(randomInt(1, 40)).toString('latin1'),
  () => randomBytes(32).toString('base64url'),
  () => '\u0000\ud800\u202e%00%ff',
  () => "' OR 1=1 --",
  () => '../../etc/passwd',
  () => '{"$gt":""}',
  () => 'x'.repeat(randomInt(1, 5_000)),
  () => 'https://evil.test/',
  () => '__proto__',
];

function randomRequest() {
  const route = pick(ROUTES);
  const method =
    randomInt(10) === 0 ? pick(['GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS']) : route.method;
  const names = [...(route.query ?? []), 'x', '__proto__', 'constructor'];
  const pairs = Array.from({ length: randomInt(6) }, () => {
    const value = pick(TEXTS)().toWellFormed();
    return randomInt(8) === 0
      ? `${pick(names)}=%ZZ${value.length}`
      : `${pick(names)}=${encodeURIComponent(value)}`;
  });
  const path = `${route.path}${randomInt(20) === 0 ? '/%2e%2e/x' : ''}${pairs.length > 0 ? `?${pairs.join('&')}` : ''}`;
  const headers: Record<string, string> = {};
  const printable = (text: string) => text.replace(/[^\x20-\x7e]/g, '').slice(0, 2_000);
  for (const name of ['cookie', 'origin', 'content-type', 'x-forwarded-for', 'authorization', 'accept']) {
    if (randomInt(4) === 0) headers[name] = printable(pick(TEXTS)());
  }
  if (randomInt(3) === 0) {
    const cookie = pick([
      '__Host-sso_session',
      '__Host-sso_company',
      '__Host-sso_attempt_x_0000000000000000',
    ]);
    headers.cookie = `${cookie}=${printable(pick(TEXTS)()).replaceAll(';', '')}`;
  }
  const body = method === 'POST' || method === 'PUT' ? pick(TEXTS)().toWellFormed() : undefined;
  return { method, path: path.slice(0, 7_000), headers, body };
}

t.test(
  'ten thousand random requests: no 5xx, no exit, and memory stays flat',
  { timeout: 110_000 },
  async (t) => {
    const service = await startHostileService(t, {
      env: { LOG_LEVEL: 'error', RATE_LIMIT_PER_COMPANY: '1000000', SESSION_REVALIDATE_AFTER: '1s' },
    });
    const { hostname, port } = new URL(service.url);
    const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
    t.teardown(() => agent.destroy());
    const statuses = new Map<number, number>();
    const faults: string[] = [];

    const send = () =>
      new Promise<void>((resolve) => {
        const { method, path, headers, body } = randomRequest();
        const outgoing = request({ hostname, port, agent, method, path, headers }, (response) => {
          const status = response.statusCode ?? 0;
          statuses.set(status, (statuses.get(status) ?? 0) + 1);
          if (status >= 500 && !DELIBERATE.includes(status))
            faults.push(`${status} ${method} ${path.slice(0, 200)}`);
          response.resume().on('end', resolve).on('error', resolve);
        });
        outgoing.on('error', () => {
          statuses.set(0, (statuses.get(0) ?? 0) + 1);
          resolve();
        });
        outgoing.end(body);
      });
    const run = async (requests: number) => {
      let left = requests;
      const sender = async () => {
        while (left-- > 0) await send();
      };
      await Promise.all(Array.from({ length: AT_ONCE }, sender));
    };
    const heap = () => {
      globalThis.gc?.();
      return process.memoryUsage().heapUsed / 1024 / 1024;
    };

    await run(REQUESTS / 4);
    const before = heap();
    await run((REQUESTS * 3) / 4);
    const after = heap();
    t.comment(`answers: ${JSON.stringify(Object.fromEntries([...statuses].sort()))}`);
    t.comment(`heap: ${before.toFixed(0)} MB after a quarter, ${after.toFixed(0)} MB at the end`);
    t.same(faults.slice(0, 5), []);
    t.equal(
      [...statuses.values()].reduce((a, b) => a + b, 0),
      REQUESTS,
    );
    t.ok((statuses.get(0) ?? 0) < REQUESTS / 100, 'the server answers, and goes on answering');
    // Caches fill, and compiled code comes and goes: 40 000 requests ended lower than 10 000 did.
    t.ok(after < before + 120, 'memory stays flat');
    t.equal((await fetch(`${service.url}/livez`)).status, 200);
  },
);
