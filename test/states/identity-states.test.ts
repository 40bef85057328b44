import t, { type Test } from 'tap';
import { deleteUser } from '../../src/accounts/users.ts';
import { prune } from '../../src/commands/prune.ts';
import { deriveStates, lockIdentities } from '../../src/directory/derive-states.ts';
import { digestIdentities } from '../../src/events/index.ts';
import { newId } from '../../src/ids.ts';
import type { IncomingRecord } from '../../src/kafka/records.ts';
import { runChunk } from '../../src/linking/chunk.ts';
import { approveLink, linkByHand, removeLink } from '../../src/linking/manual-links.ts';
import { laneOf } from '../../src/outbox/lanes.ts';
import { relayRound } from '../../src/outbox/round.ts';
import { digestStates } from '../../src/states/digest.ts';
import { republishStates } from '../../src/states/republish.ts';
import { worldOf } from '../linking/world.ts';
import { testDatabase } from '../support/database.ts';
import { compacted, eventsOf, stored } from './topic.ts';

const OPERATOR = 'operator:olga';

async function world(t: Test) {
  const database = await testDatabase(t);
  const { sql } = database;
  const make = worldOf(database);
  const acme = await make.company('acme');
  const states = async () =>
    (await eventsOf(sql, 'sso.identities')).map(({ data }) => data && Object(data).state);
  return {
    ...{ database, sql, make, acme, states },
    decide: (...logins: IncomingRecord[]) => runChunk(database, logins),
    change: database.transaction,
    /** The topic says what the database says. */
    async agrees(t: Test, after: string) {
      t.same(await compacted(sql), await stored(sql), `the topic agrees with the database: ${after}`);
    },
  };
}

t.test('the worker publishes a state where it changes, with a number that rises', async (t) => {
  const { make, acme, decide, states, sql, agrees } = await world(t);
  await make.user('u-1');
  await make.account('u-1', 'ada@acme.example');
  const ada = { subject: 'ada' };
  const first = await make.login(acme, ada);
  await decide(first);
  t.same(await states(), ['linked']);
  await decide(await make.login(acme, ada), await make.login(acme, ada));
  t.same(await states(), ['linked'], 'a login that changes nothing publishes nothing');
  const eve = { subject: 'eve', email: 'eve@elsewhere.example' };
  await decide(await make.login(acme, eve));
  await decide(await make.login(acme, eve));
  t.same(await states(), ['linked', 'refused'], 'nor does a second refusal');
  const bob = { subject: 'bob', verified: false };
  await decide(await make.login(acme, bob), await make.login(acme, { ...bob, verified: true }));
  t.same(await states(), ['linked', 'refused', 'linked'], 'of a chunk the last state alone');
  await agrees(t, 'decisions');

  const [event] = await eventsOf(sql, 'sso.identities');
  t.match(event, {
    type: 'identity.state',
    subject: first.identityId,
    source: 'urn:sso-link:worker',
    data: {
      sso_identity_id: first.identityId,
      company_id: acme.id,
      company: 'acme',
      user_id: 'u-1',
      state: 'linked',
    },
  });
  t.equal(Number(event?.sequence), Object(event?.data).sequence, 'ce_sequence is the number in the state');
  t.equal(Object.keys(Object(event?.data)).length, 7, 'ids, and nothing else');
});

t.test('a result holds the id and the number of its event', async (t) => {
  const { make, acme, decide, sql } = await world(t);
  await decide(await make.login(acme, { subject: 'ada' }), await make.login(acme, { subject: 'bob' }));
  const rows = await sql`
    SELECT o.headers->>'ce_id' = r.event_id::text AND (o.headers->>'ce_sequence')::bigint = r.sequence AS same
    FROM link_results r JOIN outbox o ON o.headers->>'ce_id' = r.event_id::text AND o.topic = 'user.link_result'`;
  t.same([...rows], [{ same: true }, { same: true }]);
});

t.test('every other change of a link is a state, in the same transaction', async (t) => {
  const { make, acme, decide, states, database, sql, agrees, change } = await world(t);
  const login = await make.login(acme, { subject: 'ada' });
  const { identityId } = login;
  await decide(login);
  const [linked] = await stored(sql);
  await change((tx) => removeLink(tx, OPERATOR, identityId));
  await agrees(t, 'a link was removed');
  await decide(await make.login(acme, { subject: 'ada' }));
  t.same(await states(), ['linked', 'unlinked'], 'who signs in meanwhile changes nothing');
  await change((tx) => approveLink(tx, OPERATOR, identityId));
  t.same((await states()).at(-1), 'pending');
  await agrees(t, 'approved');
  await decide(await make.login(acme, { subject: 'ada' }));
  t.same((await states()).at(-1), 'linked');
  await change((tx) => removeLink(tx, OPERATOR, identityId));
  await make.user('u-2');
  await change((tx) => linkByHand(tx, OPERATOR, { slug: 'acme', identityId, userId: 'u-2' }));
  await agrees(t, 'linked by hand');

  await sql`
    INSERT INTO directory_users (id, company_id, user_name, user_name_key, active, sso_identity_id, bound_by)
    VALUES (${newId()}, ${acme.id}, 'ada', 'ada', false, ${identityId}, 'external_id')`;
  await sql`UPDATE companies SET directory_enabled = true`;
  const derive = () =>
    change(async (tx) => {
      await lockIdentities(tx, [identityId]);
      await deriveStates(tx, [identityId]);
    });
  await derive();
  await agrees(t, 'blocked by the directory');
  t.match((await stored(sql))[0], { state: 'refused', user_id: 'u-2' }, 'the link is kept');
  await sql`UPDATE directory_users SET active = true`;
  await derive();
  await agrees(t, 'no longer blocked');
  t.match((await stored(sql))[0], { state: 'linked', user_id: 'u-2' });
  const numbers = (await eventsOf(sql, 'sso.identities')).map(({ sequence }) => sequence);
  t.same(
    numbers,
    numbers.toSorted((a, b) => (a < b ? -1 : 1)),
    'numbers rise',
  );
  t.ok((linked?.sequence ?? 0) < ((await stored(sql))[0]?.sequence ?? 0));

  await change((tx) => deleteUser(tx, OPERATOR, 'u-2'));
  t.same(await compacted(sql), [], 'erased: nothing is said any more');
  t.equal((await states()).at(-1), null, 'by a record without a value');
  await decide(await make.login(acme, { subject: 'ada' }));
  t.same(await compacted(sql), [], 'also when who was erased signs in again');
  await agrees(t, 'erased');

  const eve = await make.login(acme, { subject: 'eve', email: 'eve@elsewhere.example' });
  await decide(eve);
  t.equal((await compacted(sql)).length, 1);
  await sql`UPDATE sso_identities SET last_login_at = now() - interval '1 year'`;
  await sql`DELETE FROM logins`;
  await prune(database, new Date());
  t.same(await compacted(sql), [], 'pruned');
  await agrees(t, 'pruned');
});

t.test('a change that is rolled back publishes nothing', async (t) => {
  const { make, acme, decide, states, change, sql, agrees } = await world(t);
  const login = await make.login(acme, { subject: 'ada' });
  await decide(login);
  const failing = change(async (tx) => {
    await removeLink(tx, OPERATOR, login.identityId);
    throw new Error('later');
  });
  await t.rejects(failing, { message: 'later' });
  t.same(await states(), ['linked']);
  await agrees(t, 'rolled back');
  t.equal((await stored(sql)).length, 1);
});

t.test('republish-state: the same numbers again, and new ones where a version before wrote', async (t) => {
  const { make, acme, decide, database, sql, agrees, change } = await world(t);
  const logins = await Promise.all(['ada', 'bob', 'cleo'].map((subject) => make.login(acme, { subject })));
  const refused = await make.login(acme, { subject: 'eve', email: 'eve@elsewhere.example' });
  await decide(...logins, refused);
  await change((tx) => removeLink(tx, OPERATOR, String(logins[1]?.identityId)));
  await make.login(acme, { subject: 'undecided' });
  const before = await stored(sql);
  await sql`DELETE FROM outbox`;
  const all = { companyId: null, target: 'all companies' };
  t.same(await republishStates(database, OPERATOR, all), { companies: 1, identities: 4, renewed: 0 });
  t.same(await compacted(sql), before, 'what it said before, with the same numbers');
  t.same(await stored(sql), before, 'and nothing has changed');
  t.match(await eventsOf(sql, 'sso.companies'), [{ data: { company: 'acme', domains: ['acme.example'] } }]);

  await sql`UPDATE sso_identities SET state = NULL, state_sequence = NULL, state_at = NULL`;
  await sql`DELETE FROM outbox`;
  t.same(await republishStates(database, OPERATOR, { companyId: acme.id, target: 'acme' }), {
    ...{ companies: 1, identities: 0, renewed: 4 },
  });
  await agrees(t, 'after an upgrade');
  t.same(
    (await stored(sql)).map(({ state, user_id }) => [state, user_id]),
    before.map(({ state, user_id }) => [state, user_id]),
  );
  // A version before: the link is removed, and the state is not.
  await sql`UPDATE sso_identities SET user_id = NULL, link_removed_at = now() WHERE id = ${String(logins[0]?.identityId)}`;
  await republishStates(database, OPERATOR, all);
  await agrees(t, 'after a change of a version before');
  t.match(
    (await stored(sql)).find((one) => one.sso_identity_id === logins[0]?.identityId),
    { state: 'unlinked' },
  );
});

t.test('a consumer computes the digest from its copy, and finds where it differs', async (t) => {
  const { make, acme, decide, database, sql } = await world(t);
  const other = await make.company('globex');
  for (let n = 0; n < 20; n++) await decide(await make.login(acme, { subject: `p${n}` }));
  await decide(await make.login(other, { subject: 'p' }));
  const eve = await make.login(acme, { subject: 'eve', email: 'eve@elsewhere.example' });
  await decide(eve);
  const copy = (await compacted(sql)).filter(({ company }) => company === 'acme');
  const ours = await digestStates(database, acme.id);
  t.same(await digestIdentities(copy.toReversed()), ours, 'the same, in whatever order');
  t.equal(ours.count, 21);
  t.equal(ours.max_sequence, Math.max(...copy.map(({ sequence }) => sequence)));
  const one = copy.find(({ sso_identity_id: id }) => id === eve.identityId);
  const wrong = copy.map((state) => (state === one ? { ...state, user_id: 'somebody' } : state));
  const theirs = await digestIdentities(wrong);
  const differs = ours.buckets.flatMap((hash, i) => (hash === theirs.buckets[i] ? [] : [i]));
  t.same(differs, [Number.parseInt(eve.identityId.slice(0, 2), 16)], 'one bucket names it');
  t.same(await digestIdentities([]), await digestStates(database, newId()), 'of nobody');
});

t.test('the relay sends the number of the state, and a tombstone without a value', async (t) => {
  const { make, acme, decide, database, sql, change } = await world(t);
  const login = await make.login(acme, { subject: 'ada' });
  await decide(login);
  const [state] = await stored(sql);
  await change((tx) => deleteUser(tx, OPERATOR, String(state?.user_id)));
  const sent: { topic: string; lane: number; value: Buffer | null; sequence: unknown }[] = [];
  const sender = {
    send: async (topic: string, lane: number, records: { value: Buffer | null; headers: object }[]) => {
      for (const { value, headers } of records) {
        sent.push({ topic, lane, value, sequence: (headers as Record<string, unknown>).ce_sequence });
      }
    },
  };
  while (await relayRound(database, sender as never, { from: 0 })) {}
  const [linked, gone] = sent.filter(({ topic }) => topic === 'sso.identities');
  t.equal(Number(linked?.sequence), state?.sequence);
  t.equal(gone?.value, null);
  t.ok(Number(gone?.sequence) > Number(linked?.sequence));
  t.equal(linked?.lane, laneOf(Buffer.from(login.identityId)));
});
