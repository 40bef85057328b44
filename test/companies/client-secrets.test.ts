import t, { type Test } from 'tap';
import { httpBrowser } from '../../dev/browser.ts';
import { secretHealth } from '../../src/companies/client-secret-health.ts';
import { addClientSecret } from '../../src/companies/client-secrets.ts';
import { noteSecret } from '../support/secret-leaks.ts';
import {
  addCompany,
  addPerson,
  linkUser,
  startService,
  type TestCompany,
  type TestService,
} from '../support/service.ts';
import { until } from '../support/until.ts';

const OPERATOR = 'operator:olga';

async function world(t: Test) {
  const lines: Record<string, unknown>[] = [];
  const service = await startService(t, {
    env: { RATE_LIMIT_PER_ADDRESS: '1000000', RATE_LIMIT_PER_COMPANY: '1000000' },
    logs: (line) => lines.push(JSON.parse(line)),
  });
  const acme = await addCompany(service, 'acme');
  const { sql } = service.database;
  const secrets = () => sql`
    SELECT s.*, k.client_secret, k.version FROM sso_client_secrets s JOIN sso_clients k ON k.id = s.sso_client_id
    ORDER BY s.added_at`;
  return { service, acme, sql, lines, secrets };
}

/** A person's sign-in, from the start to the page after the callback. */
async function signIn(service: TestService, company: TestCompany) {
  const person = addPerson(service, company);
  const browser = httpBrowser({ stopAt: [service.appUrl] });
  const form = await browser.get(`${service.url}/login/start?company=${company.slug}`);
  return async () => {
    const from = Date.now();
    const page = await browser.submit(form, { email: person.email, password: 'password' });
    return { ok: page.status === 200 && /Signing you in/.test(page.html), from, until: Date.now(), page };
  };
}

type SignedIn = Awaited<ReturnType<Awaited<ReturnType<typeof signIn>>>>;

/** Sign-ins one after the other, on several lines at once, until it is stopped. */
function signInsRunning(service: TestService, company: TestCompany, lines = 3) {
  const done: SignedIn[] = [];
  let running = true;
  const work = Array.from({ length: lines }, async () => {
    while (running) done.push(await (await signIn(service, company))());
  });
  return {
    done,
    /** Waits for as many more. */
    more: (count: number) => {
      const target = done.length + count;
      return until(() => done.length >= target);
    },
    async stop() {
      running = false;
      await Promise.all(work);
      return done;
    },
  };
}

function paste({ database, sealer }: TestService, secret: string, more: { expiresOn?: string } = {}) {
  noteSecret(secret);
  return addClientSecret({ database, sealer }, OPERATOR, { slug: 'acme', secret, check: true, ...more });
}

t.test('paste first: the new secret waits until JumpCloud has it, and no sign-in is refused', async (t) => {
  const { service, acme, secrets } = await world(t);
  const underWay = await signIn(service, acme);
  const running = signInsRunning(service, acme);
  await running.more(3);
  const { answer, changed, secret } = await paste(service, 'a-new-secret-of-acme', {
    expiresOn: '2030-01-31',
  });
  t.match(
    { answer, changed },
    { answer: 'refused', changed: true },
    'it is stored although it does not work yet',
  );
  t.equal(secret.inUse, false);
  await running.more(6);
  service.jumpcloud.rotateSecret(acme.clientId, 'a-new-secret-of-acme');
  await running.more(12);
  const done = await running.stop();
  t.same(
    done.filter(({ ok }) => !ok).map(({ page }) => [page.status, page.url]),
    [],
    `none of ${done.length} was refused`,
  );
  t.ok((await underWay()).ok, 'nor the one that began before');
  const [old, next] = await secrets();
  t.match([old?.last_refused_at, next?.last_worked_at], [String, String]);
  t.ok(next?.last_worked_at > old?.last_worked_at);
  t.equal(next?.version, 1, 'the version is the same');
  t.equal(next?.client_secret, next?.secret, 'servers of earlier versions read the one that works');
  service.jumpcloud.requests.clear();
  t.ok((await (await signIn(service, acme))()).ok);
  t.equal(service.jumpcloud.requests.count('token'), 1, 'what worked is remembered');
});

t.test('regenerate first: refused are those alone that came before the new secret', async (t) => {
  const { service, acme, lines } = await world(t);
  const before = await signIn(service, acme);
  const during = await signIn(service, acme);
  const running = signInsRunning(service, acme);
  await running.more(3);
  t.ok((await before()).ok);
  const regenerated = Date.now();
  service.jumpcloud.rotateSecret(acme.clientId, 'a-new-secret-of-acme');
  await until(() => running.done.some(({ ok }) => !ok));
  const { answer, secret } = await paste(service, 'a-new-secret-of-acme');
  const pasted = Date.now();
  t.equal(answer, 'works');
  t.ok(secret.inUse, 'at once');
  await running.more(12);
  const done = await running.stop();
  const refused = done.filter(({ ok }) => !ok);
  t.ok(refused.length > 0);
  t.same(
    refused.filter((one) => one.until < regenerated || one.from > pasted),
    [],
    `${refused.length} of ${done.length} were refused, all between the two`,
  );
  t.ok((await during()).ok, 'who was at JumpCloud meanwhile signs in');
  const alarms = lines.filter(({ msg }) => /refuses the client secret/.test(String(msg)));
  t.match(alarms, [{ level: 50, company: 'acme', sso_client_id: acme.ssoClientId }], 'logged once');
  t.equal(alarms.length, 1);
});

t.test('the old secret is retired once the new one has worked for 24 hours, and not before', async (t) => {
  const { service, acme, sql, secrets } = await world(t);
  t.ok((await (await signIn(service, acme))()).ok);
  await paste(service, 'a-new-secret-of-acme');
  service.jumpcloud.rotateSecret(acme.clientId, 'a-new-secret-of-acme');
  const inPast = (hours: number) => sql`
    UPDATE sso_client_secrets SET last_worked_at = last_worked_at - make_interval(hours => ${hours}),
      working_since = working_since - make_interval(hours => ${hours}),
      last_refused_at = last_refused_at - make_interval(hours => ${hours})`;
  t.ok((await (await signIn(service, acme))()).ok);
  await inPast(23);
  t.ok((await (await signIn(service, acme))()).ok);
  t.match(await secrets(), [{ retired_at: null }, { retired_at: null }], 'after 23 hours both are live');
  await inPast(2);
  t.ok((await (await signIn(service, acme))()).ok);
  t.match(await secrets(), [
    { retired_at: String, secret: null },
    { retired_at: null, secret: /^s1/ },
  ]);
  const [logged] = await sql`SELECT actor, details FROM audit_log WHERE action = 'client.secret_retire'`;
  t.match(logged, { actor: 'sso-link', details: { sso_client_id: acme.ssoClientId } });
  t.ok((await (await signIn(service, acme))()).ok, 'sign-ins continue with the other');
});

t.test(
  'a secret that was added and never worked is not retired, however long the old one works',
  async (t) => {
    const { service, acme, sql, secrets } = await world(t);
    t.ok((await (await signIn(service, acme))()).ok);
    await paste(service, 'a-new-secret-of-acme');
    await sql`UPDATE sso_client_secrets SET last_worked_at = now() - interval '90 days',
    working_since = now() - interval '90 days' WHERE last_worked_at IS NOT NULL`;
    t.ok((await (await signIn(service, acme))()).ok);
    t.match(await secrets(), [
      { retired_at: null, last_worked_at: String },
      { retired_at: null, last_worked_at: null },
    ]);
  },
);

t.test(
  'a client that had worked and whose secrets are all refused raises the alarm until one works',
  async (t) => {
    const { service, acme, sql, lines } = await world(t);
    const alarms = () => lines.filter(({ msg }) => /refuses the client secret/.test(String(msg))).length;
    const health = async () => (await secretHealth(sql)).map(({ refused }) => refused);
    service.jumpcloud.rotateSecret(acme.clientId, 'elsewhere-regenerated');
    t.notOk((await (await signIn(service, acme))()).ok);
    t.same(await health(), [], 'a client that never worked is being set up');
    service.jumpcloud.rotateSecret(acme.clientId, acme.clientSecret);
    t.ok((await (await signIn(service, acme))()).ok);
    t.same(await health(), []);
    service.jumpcloud.rotateSecret(acme.clientId, 'regenerated-elsewhere');
    for (let n = 0; n < 3; n++) t.notOk((await (await signIn(service, acme))()).ok);
    t.same(await health(), [true]);
    t.equal(alarms(), 1, 'one line for three refusals');
    service.jumpcloud.requests.clear();
    t.notOk((await (await signIn(service, acme))()).ok);
    t.equal(service.jumpcloud.requests.count('token'), 1, 'with one secret nothing else is tried');
    await paste(service, 'regenerated-elsewhere');
    t.same(await health(), []);
    t.ok((await (await signIn(service, acme))()).ok);
  },
);

t.test(
  'a session is followed by either secret, too, and its refresh token is not spent by a refusal',
  async (t) => {
    const { service, acme, sql } = await world(t);
    const person = addPerson(service, acme);
    await linkUser(service, acme, person.sub);
    const browser = httpBrowser({ stopAt: [service.appUrl] });
    await browser.signIn({ startUrl: `${service.url}/login/start?company=acme`, email: person.email });
    await paste(service, 'a-new-secret-of-acme');
    service.jumpcloud.rotateSecret(acme.clientId, 'a-new-secret-of-acme');
    await sql`UPDATE sessions SET revalidated_at = now() - interval '1 day'`;
    t.equal((await browser.fetch(`${service.url}/session`)).status, 200);
    const [session] = await sql`SELECT revalidated_at > now() - interval '1 minute' AS fresh FROM sessions`;
    t.ok(session?.fresh, 'revalidated by the new secret');
  },
);
