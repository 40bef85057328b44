/** Row 65: ten thousand random requests against every route, made from the routes' own schemas. */
import { randomInt } from 'node:crypto';
import { Agent, request } from 'node:http';
import type { Socket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import t from 'tap';
import {
  type Loot,
  type RandomRequest,
  randomRequests,
  routesOf,
} from '../support/hostile/random-request.ts';
import { startHostileService } from '../support/hostile/service.ts';
import { SUBJECT } from '../support/hostile-provider.ts';
import { linkUser } from '../support/service.ts';

const REQUESTS = 10_000;
const AT_ONCE = 16;
/** FUZZ_SEED repeats a run. */
const SEED = Number(process.env.FUZZ_SEED ?? randomInt(2 ** 31));

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const env = {
  LOG_LEVEL: 'warn',
  RATE_LIMIT_PER_COMPANY: '1000000',
  SESSION_REVALIDATE_AFTER: '1s',
};
const { result: service, routes: all } = await routesOf('/login', () => startHostileService(t, { env }));
// HEAD is what GET is, without a body.
const routes = all.filter(({ method }) => method !== 'HEAD');
// SCIM has the most routes, and refuses almost each of these requests at once: the sign-in gets its share.
const isScim = ({ path }: { path: string }) => path.startsWith('/scim/');
const weighted = [
  ...routes.filter(isScim),
  ...Array.from({ length: 6 }, () => routes.filter((route) => !isScim(route))).flat(),
];
const { provider, acme, url } = service;

/** Real cookies, states and codes: what is begun, what is finished, and what is signed in. */
async function collect(loot: Loot): Promise<void> {
  for (let n = 0; n < 12; n++) {
    const { browser, callback } = await service.begin();
    const [state, code] = ['state', 'code'].map((name) => callback.searchParams.get(name) ?? '');
    const cookie = await browser.jar.getCookieString(url);
    loot.attempts.push({ state: state as string, code: code as string, cookie });
    if (n < 6) await browser.get(callback.href);
    loot.cookies.push(await browser.jar.getCookieString(url));
  }
}

/** A provider that says that it failed, in a callback that belongs here: 502 is the right answer. */
const isDeliberate = (status: number, { path }: RandomRequest) =>
  status === 502 && path.startsWith('/login/callback?') && path.includes('error=server_error');

t.test('row 65: ten thousand random requests: no 5xx, no exit, and memory stays flat', async (t) => {
  t.comment(`FUZZ_SEED=${SEED}; ${routes.map(({ method, path }) => `${method} ${path}`).join(', ')}`);
  t.ok(routes.length >= 12, `${routes.length} routes`);
  await linkUser(service, acme, SUBJECT);
  const loot: Loot = { cookies: [], attempts: [] };
  await collect(loot);
  const tokenCalls = provider.calls('token');
  const next = randomRequests(SEED, weighted, loot);
  const { hostname, port } = new URL(url);
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  t.teardown(() => agent.destroy());
  const statuses = new Map<number, number>();
  /** Node calls a socket reused only where a request did not wait for it. */
  const used = new WeakSet<Socket>();
  const faults: string[] = [];
  let slowest = 0;

  const send = (sent: RandomRequest): Promise<void> =>
    new Promise<void>((resolve) => {
      const started = performance.now();
      const done = (status: number) => {
        slowest = Math.max(slowest, performance.now() - started);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        if (status >= 500 && !isDeliberate(status, sent)) faults.push(`${status} ${JSON.stringify(sent)}`);
        resolve();
      };
      const outgoing = request({ hostname, port, agent, ...sent }, (response) => {
        response
          .resume()
          .on('end', () => done(response.statusCode ?? 0))
          .on('error', () => done(0));
      });
      let reused = false;
      outgoing
        .on('socket', (socket) => {
          reused = used.has(socket);
          used.add(socket);
        })
        .on('error', () => {
          // The server closes a connection whose last body it didn't want: a browser opens another, too.
          if (reused) send(sent).then(resolve, resolve);
          else done(0);
        })
        .end(sent.body);
    });

  /** Sends so many, and returns the megabytes that stay behind. */
  async function run(requests: number): Promise<number> {
    let left = requests;
    const sender = async () => {
      while (left-- > 0) await send(next());
    };
    await Promise.all(Array.from({ length: AT_ONCE }, sender));
    collectGarbage();
    return process.memoryUsage().heapUsed / 1024 / 1024;
  }

  const heaps: number[] = [];
  for (let quarter = 0; quarter < 4; quarter++) {
    heaps.push(await run(REQUESTS / 4));
    await collect(loot);
  }
  const [first = 0] = heaps;
  t.comment(
    `answers: ${JSON.stringify(Object.fromEntries([...statuses].sort()))}, the slowest ${Math.round(slowest)} ms`,
  );
  t.comment(`heap after each quarter: ${heaps.map((heap) => heap.toFixed(1)).join(', ')} MB`);
  t.same(faults.slice(0, 3), []);
  t.equal(
    [...statuses.values()].reduce((a, b) => a + b),
    REQUESTS,
  );
  t.ok((statuses.get(0) ?? 0) < 20, 'the server answers, and goes on answering');
  t.comment(`token requests: ${provider.calls('token') - tokenCalls}`);
  t.ok(provider.calls('token') - tokenCalls > 30, 'and gets as far as the token endpoint');
  t.ok((statuses.get(303) ?? 0) > 100 && (statuses.get(200) ?? 0) > 500, 'some of it is right by chance');
  t.ok(
    heaps.every((heap) => heap < first + 15),
    'memory stays flat',
  );
  t.ok(slowest < 10_000, 'each is answered in bounded time');
  t.equal((await fetch(`${url}/readyz`)).status, 200);
});
