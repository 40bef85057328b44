import t from 'tap';
import { httpBrowser } from '../../dev/browser.ts';
import { operator } from '../commands/operator.ts';
import { directoryOf, jumpCloudUser, minimalUser } from '../support/scim-client.ts';
import { addCompany, addPerson, linkUser, startService } from '../support/service.ts';

const service = await startService(t);
const acme = await addCompany(service, 'acme');
const { scim } = await directoryOf(service, 'acme');
const run = operator(service.env.DATABASE_URL ?? '', service.env);
const { sql } = service.database;

async function signIn(email: string) {
  const browser = httpBrowser({ stopAt: [service.appUrl] });
  await browser.signIn({ startUrl: `${service.url}/login/start?company=acme`, email });
  return { browser, read: async () => (await browser.fetch(`${service.url}/session`)).json() };
}

async function push(email: string, externalId: string | undefined, over: Record<string, unknown> = {}) {
  const { status, body } = await scim('POST', '/Users', jumpCloudUser(email, { externalId, ...over }));
  t.equal(status, 201);
  return body as { id: string; userName: string };
}

const setActive = ({ id, userName }: { id: string; userName: string }, active: boolean) =>
  scim('PUT', `/Users/${id}`, minimalUser(id, userName, { active }));
const events = async () =>
  (
    await sql`SELECT headers->>'ce_type' AS type, convert_from(payload, 'UTF8')::jsonb AS data FROM outbox
      WHERE headers->>'ce_type' LIKE 'user.%provisioned' ORDER BY id`
  ).map(({ type, data }) => [type.slice('user.'.length), data.cause ?? null, data.user_id]);

t.test(
  'a person who is inactive in the directory is signed out and refused, until active again',
  async (t) => {
    const { sub, email } = addPerson(service, acme);
    const userId = await linkUser(service, acme, sub);
    const pushed = await push(email, sub);
    const session = await signIn(email);
    t.match(await session.read(), { state: 'signed_in' });

    await setActive(pushed, false);
    t.same(await session.read(), { state: 'none' });
    t.same((await events()).at(-1), ['deprovisioned', 'directory_inactive', userId]);
    const refused = await signIn(email);
    t.match(await refused.read(), { state: 'refused', reason_class: 'directory_inactive' });
    const page = await refused.browser.get(`${service.url}/login/wait`);
    t.match(page.html, 'Your access has ended');

    await setActive(pushed, true);
    t.same((await events()).at(-1), ['reprovisioned', null, userId]);
    t.match(await refused.read(), { state: 'refused' }, 'what ended stays ended');
    t.match(await (await signIn(email)).read(), { state: 'signed_in' });

    await scim('DELETE', `/Users/${pushed.id}`);
    t.same((await events()).at(-1), ['deprovisioned', 'directory_deleted', userId]);
    t.match(await (await signIn(email)).read(), { state: 'refused', reason_class: 'directory_inactive' });
    const [row] = await sql`SELECT actor, action FROM audit_log ORDER BY id DESC LIMIT 1`;
    t.match(row, { actor: /^directory:[0-9a-z]{12}$/, action: 'directory.deprovision' });
  },
);

t.test('at the first sign-in, by external id and by email', async (t) => {
  const [byId, byEmail] = [addPerson(service, acme), addPerson(service, acme)];
  await push('another@acme.test', byId.sub, { active: false });
  await push(byEmail.email, undefined, { active: false });
  for (const { email } of [byId, byEmail]) {
    t.match(
      await (await signIn(email)).read(),
      { state: 'refused', reason_class: 'directory_inactive' },
      email,
    );
  }
  const bound = (await run('directory users acme --json')).json.filter((row) => row.state === 'inactive');
  t.same(bound.map((row) => row.bound_by).sort(), ['email', 'external_id']);
});

t.test('identifiers that change in the request that says active:false do not save anyone', async (t) => {
  const { sub, email } = addPerson(service, acme);
  await linkUser(service, acme, sub);
  const { id } = await push(email, sub);
  const session = await signIn(email);
  const body = { ...jumpCloudUser('renamed@acme.test', { externalId: 'f'.repeat(24) }), active: false };
  await scim('PUT', `/Users/${id}`, body);
  t.same(await session.read(), { state: 'none' });
  t.match(await (await signIn(email)).read(), { state: 'refused', reason_class: 'directory_inactive' });
});

t.test('neither side ends the block of the other', async (t) => {
  const { sub, email } = addPerson(service, acme);
  const userId = await linkUser(service, acme, sub);
  const pushed = await push(email, sub);
  await signIn(email);
  await run(`users suspend ${userId}`);
  await setActive(pushed, false);
  await setActive(pushed, true);
  t.match(await (await signIn(email)).read(), { state: 'refused', reason_class: 'user_suspended' });
  await setActive(pushed, false);
  await run(`users resume ${userId}`);
  t.match(await (await signIn(email)).read(), { state: 'refused', reason_class: 'directory_inactive' });
});

t.test('an unverified email binds nobody', async (t) => {
  const { sub, email } = addPerson(service, acme, { emailVerified: 'false' });
  await linkUser(service, acme, sub);
  await push(email, undefined, { active: false });
  t.match(await (await signIn(email)).read(), { state: 'signed_in' });
});

t.test(
  'a colleague with the email of one who left neither ends that block nor is blocked by it',
  async (t) => {
    const old = addPerson(service, acme);
    await linkUser(service, acme, old.sub);
    const left = await push(old.email, old.sub);
    await signIn(old.email);
    await scim('DELETE', `/Users/${left.id}`);
    service.jumpcloud.removePerson(old.sub);
    const fresh = addPerson(service, acme, { email: old.email });
    const pushed = await push(old.email, fresh.sub);
    const state = async (sub: string) =>
      (await sql`SELECT directory_state AS s FROM sso_identities WHERE subject = ${sub}`)[0]?.s;
    t.equal(await state(old.sub), 'inactive');
    await signIn(old.email);
    t.same([await state(old.sub), await state(fresh.sub)], ['inactive', 'active']);
    await setActive(pushed, false);
    t.equal(await state(fresh.sub), 'inactive', 'the entry follows its own person');
  },
);
