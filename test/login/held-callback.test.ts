import t, { type Test } from 'tap';
import { type HttpBrowser, httpBrowser } from '../../dev/browser.ts';
import { freePort } from '../../dev/free-port.ts';
import { createNotifier } from '../../src/db/notify.ts';
import type { TestDatabase } from '../support/database.ts';
import { addCompany, addPerson, startService, type TestService } from '../support/service.ts';
import { until } from '../support/until.ts';

type Line = Record<string, unknown>;

/** A server that holds its callbacks, and a company whose people have no account yet. */
async function holdingService(t: Test, loginWait: string, database?: TestDatabase) {
  const lines: Line[] = [];
  const metricsPort = await freePort();
  const service = await startService(t, {
    env: {
      LOGIN_WAIT: loginWait,
      METRICS_PORT: String(metricsPort),
      RATE_LIMIT_PER_ADDRESS: '100000',
      RATE_LIMIT_PER_COMPANY: '100000',
    },
    ...(database && { database }),
    logs: (line) => lines.push(JSON.parse(line)),
  });
  const acme = await addCompany(service, database ? 'globex' : 'acme');
  /** A browser that has signed in at JumpCloud, and its callback. */
  async function beforeCallback() {
    const { email } = addPerson(service, acme);
    const stopAt = [`${service.url}/login/callback`];
    const first = httpBrowser({ stopAt });
    const startUrl = `${service.url}/login/start?company=${acme.slug}`;
    const { url: callback } = await first.signIn({ startUrl, email });
    return { callback, browser: httpBrowser({ jar: first.jar, stopAt: [service.appUrl] }) };
  }
  const { sql } = service.database;
  return {
    service,
    lines,
    beforeCallback,
    /** The value of a metric; 0 where it isn't told yet. */
    async metric(name: string, label = ''): Promise<number> {
      const metrics = await (await fetch(`http://localhost:${metricsPort}/metrics`)).text();
      const line = metrics.split('\n').find((l) => l.startsWith(`${name}{`) && l.includes(label));
      return Number(line?.split(' ').at(-1) ?? 0);
    },
    recorded: async (n: number) => (await sql`SELECT FROM logins`).length === n,
    signIn: async (): Promise<Held> => {
      const { callback, browser } = await beforeCallback();
      const began = performance.now();
      const page = browser.get(callback).then((got) => ({ ...got, ms: performance.now() - began }));
      return { page, browser };
    },
  };
}

interface Held {
  page: Promise<Awaited<ReturnType<HttpBrowser['get']>> & { ms: number }>;
  browser: HttpBrowser;
}

/** Decides all logins as a worker does: each person gets a user, or is refused. */
async function decideAll({ database }: TestService, outcome: 'user_created' | 'refused'): Promise<void> {
  await database.transaction(async ({ sql }) => {
    if (outcome === 'user_created') {
      await sql`
        INSERT INTO users (id, company_id, company_set_by, name)
        SELECT sso_identity_id, company_id, 'link', 'Ada' FROM logins`;
      await sql`UPDATE sso_identities SET user_id = id, linked_at = now()`;
    }
    await sql`
      INSERT INTO link_results
        (login_id, sso_identity_id, company_id, outcome, reason, user_id, matched, policy_version, evidence)
      SELECT l.id, l.sso_identity_id, l.company_id, ${outcome}, ${outcome === 'refused' ? 'no_match' : null}, i.user_id,
        '[]', 1, '{"rule":14}'
      FROM logins l JOIN sso_identities i ON i.id = l.sso_identity_id`;
  });
  createNotifier(database, ['sso_link_results'])();
}

t.test('a first sign-in is held until its link result is there, then goes on to the product', async (t) => {
  const { service, recorded, signIn, lines } = await holdingService(t, '10s');
  const { page, browser } = await signIn();
  await until(() => recorded(1));
  await decideAll(service, 'user_created');
  const landed = await page;
  t.equal(landed.url, service.appUrl);
  t.equal(landed.redirects.length, 1, 'without a stop on the way');
  t.ok(landed.ms < 5_000);
  t.equal((await browser.fetch(`${service.url}/session`)).status, 200);
  t.match(
    lines.find(({ route }) => route === '/login/callback'),
    { status: 303, link_result: 'decided' },
  );
});

t.test('a refusal is the answer of the callback, and a reload finds it again', async (t) => {
  const { service, recorded, signIn } = await holdingService(t, '10s');
  const { page, browser } = await signIn();
  await until(() => recorded(1));
  await decideAll(service, 'refused');
  const refused = await page;
  t.equal(refused.status, 403);
  t.same(refused.redirects, []);
  t.match(refused.html, 'Reference: ');
  const again = await browser.get(refused.url);
  t.equal(again.status, 403);
  t.same(again.redirects, [refused.url]);
  t.equal(again.url, `${service.url}/login/wait`);
});

t.test(
  'without a worker the waiting page comes after LOGIN_WAIT, and leads on without JavaScript',
  async (t) => {
    const { service, signIn } = await holdingService(t, '300ms');
    const { page, browser } = await signIn();
    const waiting = await page;
    t.equal(waiting.status, 200);
    t.match(waiting.html, 'Signing you in');
    t.ok(waiting.ms >= 300);
    t.match(waiting.$('meta[http-equiv=refresh]').attr('content'), '; url=/login/wait');
    // The worker lags by now: a person who asks again is not held.
    t.match((await browser.get(`${service.url}/login/wait`)).html, 'Signing you in');
    await decideAll(service, 'user_created');
    t.equal((await browser.get(`${service.url}/login/wait`)).url, service.appUrl);
  },
);

t.test('a browser that gives up is let go, and its next request is held again', async (t) => {
  const { service, recorded, beforeCallback, metric } = await holdingService(t, '10s');
  const { callback, browser } = await beforeCallback();
  const gaveUp = new AbortController();
  const held = browser.fetch(callback, { signal: gaveUp.signal }).catch((error: Error) => error.name);
  await until(async () => (await metric('sso_link_login_held')) === 1);
  gaveUp.abort();
  t.equal(await held, 'AbortError');
  await until(async () => (await metric('sso_link_login_wait_seconds_count', 'outcome="left"')) === 1);
  t.equal(await metric('sso_link_login_held'), 0);
  const page = browser.get(callback);
  await decideAll(service, 'user_created');
  t.equal((await page).url, service.appUrl);
  t.ok(await recorded(1), 'the reload found the login');
});

t.test('/login/wait is held in the same way', async (t) => {
  const { service, signIn } = await holdingService(t, '0s');
  const { page, browser } = await signIn();
  t.same((await page).redirects.length, 1, 'LOGIN_WAIT=0s leads to /login/wait at once');
  const { service: holding, metric } = await holdingService(t, '10s', service.database);
  const gaveUp = new AbortController();
  const url = `${holding.url}/login/wait`;
  const left = browser.fetch(url, { signal: gaveUp.signal }).catch((error: Error) => error.name);
  const held = browser.get(url);
  await until(async () => (await metric('sso_link_login_held')) === 2);
  gaveUp.abort();
  await until(async () => (await metric('sso_link_login_wait_seconds_count', 'outcome="left"')) === 1);
  t.equal(await left, 'AbortError');
  await decideAll(service, 'user_created');
  t.equal((await held).url, service.appUrl);
  t.equal(await metric('sso_link_login_wait_seconds_count', 'outcome="decided"'), 1);
});

t.test('500 people are held at once, and all land at the product', async (t) => {
  const { service, recorded, beforeCallback } = await holdingService(t, '10s');
  const ready: Awaited<ReturnType<typeof beforeCallback>>[] = [];
  for (let n = 0; n < 20; n += 1)
    ready.push(...(await Promise.all(Array.from({ length: 25 }, beforeCallback))));
  let decided = () => {};
  const everyone = new Promise<void>((resolve) => {
    decided = resolve;
  });
  const pages = ready.map(async ({ browser, callback }) => {
    const page = await browser.get(callback);
    if (page.url === service.appUrl) return page;
    // On a slow machine some have waited for LOGIN_WAIT before the last one is recorded: their waiting page asks again.
    await everyone;
    return browser.get(`${service.url}/login/wait`);
  });
  await until(() => recorded(500), 120_000);
  await decideAll(service, 'user_created');
  decided();
  const landed = (await Promise.all(pages)).filter(({ url }) => url === service.appUrl);
  t.equal(landed.length, 500);
});

t.test('a stop releases everyone who is held: the browser goes on at another server', async (t) => {
  const { service, recorded, signIn } = await holdingService(t, '10s');
  const held = [await signIn(), await signIn()];
  await until(() => recorded(2));
  const began = performance.now();
  const pages = held.map(({ page }) => page.catch((error: Error) => error));
  await service.stop();
  t.ok(performance.now() - began < 5_000);
  // The redirect was answered; behind it no server listens any more.
  for (const page of await Promise.all(pages)) t.match((page as Error).cause, { code: 'ECONNREFUSED' });
});
