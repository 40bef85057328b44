/** Rows 67 and 70–72 as a person meets them: browser, server, relay, topic, worker, and back to /session. */
import t from 'tap';
import { createStream } from '../../dev/stream.ts';
import { setUserStatus } from '../../src/accounts/users.ts';
import { readConfig } from '../../src/config.ts';
import { newId } from '../../src/ids.ts';
import { approveLink, removeLink } from '../../src/linking/manual-links.ts';
import { RELAY_CONFIG, startRelay } from '../../src/roles/relay.ts';
import { startWorker, WORKER_CONFIG } from '../../src/roles/worker.ts';
import { operator } from '../commands/operator.ts';
import { silent } from '../kafka/cluster.ts';
import { startHostileService } from '../support/hostile/service.ts';
import { addCompany } from '../support/service.ts';
import { until } from '../support/until.ts';

const service = await startHostileService(t);
const { provider, url, database } = service;
const { sql } = database;
await addCompany(service, 'borealis');
await addCompany(service, 'strict', { createsUsers: false });

const roles = { ...service.env, PORT: '0', METRICS_PORT: '0', KAFKA_BROKERS: 'in-process:0' };
const stream = createStream();
const relay = await startRelay({ config: readConfig(roles, RELAY_CONFIG), log: silent, stream });
t.teardown(() => relay.stop());
const worker = await startWorker({ config: readConfig(roles, WORKER_CONFIG), log: silent, stream });
t.teardown(() => worker.stop());

interface Arrived {
  state: string;
  reason_class?: string;
  user?: { id: string };
  identity?: string;
}

/** Somebody signs in as the provider says, and waits for the worker's word. */
async function arrive(company: string, claims: Record<string, unknown>): Promise<Arrived> {
  provider.be({ claims });
  const { browser } = await service.signIn({ company });
  let arrived: Arrived = { state: 'pending' };
  await until(async () => {
    arrived = (await (await browser.fetch(`${url}/session`)).json()) as Arrived;
    return arrived.state !== 'pending';
  });
  return arrived;
}

async function userWith(email: string, verified: boolean): Promise<string> {
  const id = newId();
  await sql`INSERT INTO users (id) VALUES (${id})`;
  await sql`INSERT INTO social_accounts (id, user_id, provider, provider_user_id, email, email_verified)
    VALUES (${id}, ${id}, 'google', ${id}, ${email}, ${verified})`;
  return id;
}

const NOT_LINKED = { state: 'refused', reason_class: 'not_linked' };

t.test('row 67: the same sub at two companies is two people', async (t) => {
  const sub = 'the-same-sub';
  const here = await arrive('acme', { sub, email: 'twin@acme.test' });
  const there = await arrive('borealis', { sub, email: 'twin@borealis.test' });
  t.match([here, there], [{ state: 'signed_in' }, { state: 'signed_in' }]);
  t.not(here.user?.id, there.user?.id);
  t.not(here.identity, there.identity);
  t.equal((await arrive('acme', { sub, email: 'twin@acme.test' })).user?.id, here.user?.id, 'and stays so');
});

t.test('row 70: whoever registered the email without proof gets no visitor', async (t) => {
  const squatter = await userWith('victim@acme.test', false);
  const victim = await arrive('acme', { sub: 'victim', email: 'victim@acme.test' });
  t.equal(victim.state, 'signed_in', 'nor locks anybody out');
  t.not(victim.user?.id, squatter);
  await userWith('victim@strict.test', false);
  t.match(await arrive('strict', { sub: 'victim', email: 'victim@strict.test' }), NOT_LINKED);
});

t.test('row 71: another email at JumpCloud is the same person', async (t) => {
  const before = await userWith('ada@acme.test', true);
  const other = await userWith('bob@acme.test', true);
  t.equal((await arrive('acme', { sub: 'ada', email: 'ada@acme.test' })).user?.id, before);
  for (const email of ['countess@acme.test', 'bob@acme.test', 'ada@elsewhere.test']) {
    t.equal((await arrive('acme', { sub: 'ada', email })).user?.id, before, String(email));
  }
  t.equal((await sql`SELECT FROM sso_identities WHERE user_id = ${other}`).length, 0);
});

t.test('row 71: a colleague’s email, unverified, keeps the colleague out of nothing', async (t) => {
  const cora = await userWith('cora@acme.test', true);
  const mallory = await arrive('acme', { sub: 'mallory', email: 'mallory@acme.test' });
  const unverified = { email: 'cora@acme.test', email_verified: false };
  t.equal((await arrive('acme', { sub: 'mallory', ...unverified })).user?.id, mallory.user?.id);
  t.match(await arrive('acme', { sub: 'twin', ...unverified }), { reason_class: 'email_unverified' });
  t.equal((await arrive('acme', { sub: 'cora', email: 'cora@acme.test' })).user?.id, cora);
  const found = await operator(database.url)('results list --email cora@acme.test --json');
  t.same(
    found.json.map((row: { reason: string | null; outcome: string }) => row.reason ?? row.outcome),
    ['linked', 'email_unverified', 'already_linked', 'user_created'],
    'whoever came with it last is found by it, refused or not',
  );
});

t.test('row 72: a removed link waits for an operator', async (t) => {
  const userId = await userWith('eve@acme.test', true);
  const eve = { sub: 'eve', email: 'eve@acme.test' };
  const { identity = '' } = await arrive('acme', eve);
  await database.transaction((tx) => removeLink(tx, 'operator:test', identity));
  for (let n = 0; n < 2; n++) {
    t.match(await arrive('acme', eve), { state: 'refused', reason_class: 'link_removed' });
  }
  await database.transaction((tx) => approveLink(tx, 'operator:test', identity));
  t.match(await arrive('acme', eve), { state: 'signed_in', user: { id: userId } });
});

t.test('row 72: a removal is the entry’s, a suspension the user’s', async (t) => {
  const userId = await userWith('zoe@acme.test', true);
  const { identity = '' } = await arrive('acme', { sub: 'zoe', email: 'zoe@acme.test' });
  const renewed = { sub: 'zoe-renewed', email: 'zoe@acme.test' };
  t.match(await arrive('acme', renewed), NOT_LINKED, 'while the old entry is linked');
  await database.transaction((tx) => removeLink(tx, 'operator:test', identity));
  t.match(await arrive('acme', { sub: 'zoe-again', email: 'zoe@rival.test' }), { state: 'refused' });
  t.match(await arrive('acme', { ...renewed, email_verified: false }), { state: 'refused' });
  t.match(
    await arrive('acme', renewed),
    { state: 'signed_in', user: { id: userId } },
    'the new entry takes its place',
  );
  t.match(
    await arrive('acme', { sub: 'zoe', email: 'zoe@acme.test' }),
    { state: 'refused', reason_class: 'link_removed' },
    'and the old one stays out',
  );
  await database.transaction((tx) => setUserStatus(tx, 'operator:test', userId, 'suspended'));
  t.match(
    await arrive('acme', renewed),
    { state: 'refused', reason_class: 'user_suspended' },
    'as does everybody',
  );
});
