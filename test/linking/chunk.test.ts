import t from 'tap';
import { linkResult } from '../../src/events/link-result.ts';
import type { IncomingRecord } from '../../src/kafka/records.ts';
import { type ChunkReport, runChunk } from '../../src/linking/chunk.ts';
import { testDatabase } from '../support/database.ts';
import { worldOf } from './world.ts';

const database = await testDatabase(t);
const { sql } = database;
const world = worldOf(database);

/** What was decided, in a word or two. */
const told = (report: ChunkReport) =>
  report.results.map((r) => (r.reason === null ? r.outcome : `${r.outcome} ${r.reason}`));
/** One try: what a second one, or bisecting, would repair shows here. */
const link = (...records: IncomingRecord[]) => runChunk(database, records);

t.test('a person lands in the account that they had with Google before', async (t) => {
  const acme = await world.company('acme');
  await world.user('ada');
  const account = await world.account('ada', 'ada@acme.example');
  const login = await world.login(acme, {
    subject: 'ada',
    email: ' Ada@Acme.Example',
    headers: { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' },
  });

  const report = await link(login);
  t.same(told(report), ['linked']);
  const identity = await world.identity(login.identityId);
  t.equal(identity?.user_id, 'ada');
  t.ok(identity?.linked_at);
  t.match(await world.userRow('ada'), { company_id: acme.id, company_set_by: 'link' });

  const [stored] = await sql`SELECT * FROM link_results WHERE login_id = ${login.loginId}`;
  const [event] = await world.outbox(linkResult.topic);
  const data = linkResult.parse(event?.payload ?? null);
  t.match(data, {
    login_id: login.loginId,
    sso_identity_id: login.identityId,
    company_id: acme.id,
    outcome: 'linked',
    reason: null,
    user_id: 'ada',
    matched: [{ provider: 'google', social_account_id: account }],
    policy_version: 2,
    evidence: { rule: 13, email_domain: 'acme.example', domain_verified_by: 'operator:eve', candidates: 1 },
  });
  t.equal(new Date(stored?.decided_at).toISOString(), data.decided_at, 'event and row tell the same');
  t.equal(String(event?.key), login.identityId);
  t.match(event?.headers, {
    ce_type: 'user.link_result',
    ce_source: 'urn:sso-link:worker',
    ce_subject: login.identityId,
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  });

  t.same(told(await link(await world.login(acme, { subject: 'ada' }))), ['already_linked'], 'the next time');
});

t.test('every other outcome and reason', async (t) => {
  const open = await world.company('open');
  const closed = await world.company('closed', { createsUsers: false });
  const other = await world.company('other');

  await world.user('taken', { company: open });
  await world.account('taken', 'taken@open.example');
  await link(await world.login(open, { subject: 'first', email: 'taken@open.example' }));

  await world.user('suspended', { company: open, status: 'suspended' });
  await world.account('suspended', 'suspended@open.example');
  await world.user('theirs', { company: other });
  await world.account('theirs', 'theirs@open.example');
  for (const id of ['twin1', 'twin2']) {
    await world.account(await world.user(id), 'twin@open.example');
  }
  await world.account(await world.user('pre'), 'pre@closed.example', { verified: false });
  await world.account(await world.user('squatter'), 'new2@open.example', { verified: false });

  const removed = await world.login(open, { subject: 'removed' });
  await sql`UPDATE sso_identities SET link_removed_at = now() WHERE id = ${removed.identityId}`;

  const left = await world.login(open, { subject: 'left' });
  await sql`UPDATE sso_identities SET directory_state = 'inactive' WHERE id = ${left.identityId}`;
  const [blocked] = (await link(left)).results;
  t.match(blocked, {
    outcome: 'refused',
    reason: 'directory_inactive',
    evidence: { rule: 17 },
    policy_version: 2,
  });

  const report = await link(
    removed,
    await world.login(open, { subject: 'none', email: null }),
    await world.login(open, { subject: 'odd', email: 'a@open.example,b@open.example' }),
    await world.login(open, { subject: 'unverified', verified: false }),
    await world.login(open, { subject: 'foreign', email: 'ceo@other.example' }),
    await world.login(open, { subject: 'sub', email: 'a@mail.open.example' }),
    await world.login(open, { subject: 'second', email: 'taken@open.example' }),
    await world.login(open, { subject: 'suspended' }),
    await world.login(open, { subject: 'twin' }),
    await world.login(open, { subject: 'theirs' }),
    await world.login(open, { subject: 'new' }),
    await world.login(open, { subject: 'new2' }),
    await world.login(closed, { subject: 'pre' }),
    await world.login(closed, { subject: 'nobody' }),
  );
  t.same(told(report), [
    'refused link_removed',
    'refused email_missing',
    'refused email_missing',
    'refused email_unverified',
    'refused domain_not_owned',
    'refused domain_not_owned',
    'refused identity_replaced',
    'refused user_suspended',
    'ambiguous',
    'refused other_company',
    'user_created',
    'user_created',
    'refused social_email_unverified',
    'no_match',
  ]);
  const created = report.results.find((r) => r.outcome === 'user_created');
  t.match(await world.userRow(created?.user_id ?? ''), {
    company_id: open.id,
    company_set_by: 'link',
    sso_email: 'new@open.example',
    name: 'new',
  });
  t.equal((await world.identity(created?.sso_identity_id ?? ''))?.user_id, created?.user_id);

  await sql`UPDATE users SET status = 'suspended' WHERE id = ${created?.user_id ?? ''}`;
  t.same(told(await link(await world.login(open, { subject: 'new' }))), ['refused user_suspended']);
  await sql`UPDATE users SET status = 'active', company_id = ${other.id} WHERE id = ${created?.user_id ?? ''}`;
  t.same(told(await link(await world.login(open, { subject: 'new' }))), ['refused other_company']);

  const [late, later] = [
    await world.login(open, { subject: 'a' }),
    await world.login(open, { subject: 'b' }),
  ];
  await sql`UPDATE sso_clients SET status = 'disabled' WHERE id = ${open.clientId}`;
  t.same(told(await link(late)), ['refused sso_disabled'], 'disabled after the login, before the link');
  await sql`UPDATE sso_clients SET status = 'active' WHERE id = ${open.clientId}`;
  await sql`UPDATE companies SET status = 'disabled' WHERE id = ${open.id}`;
  t.same(told(await link(later)), ['refused sso_disabled']);
});

t.test('each decision is visible to the next of its chunk', async (t) => {
  const acme = await world.company('chunky');
  await world.user('owner');
  await world.account('owner', 'owner@chunky.example');
  const report = await link(
    await world.login(acme, { subject: 'x', email: 'same@chunky.example' }),
    await world.login(acme, { subject: 'x', email: 'same@chunky.example' }),
    await world.login(acme, { subject: 'y', email: 'same@chunky.example' }),
    await world.login(acme, { subject: 'o1', email: 'owner@chunky.example' }),
    await world.login(acme, { subject: 'o2', email: 'owner@chunky.example' }),
    await world.login(acme, { subject: 'o1', email: 'owner@chunky.example' }),
  );
  t.same(told(report), [
    'user_created',
    'already_linked',
    'refused identity_replaced',
    'linked',
    'refused identity_replaced',
    'already_linked',
  ]);
  t.equal(report.results[1]?.user_id, report.results[0]?.user_id);
  const [{ count } = { count: 0 }] = await sql<{ count: number }[]>`
    SELECT count(*)::int AS count FROM users WHERE sso_email = 'same@chunky.example'`;
  t.equal(count, 1, 'one user an email');
});

t.test('a chunk that holds a login twice, and one that is delivered again', async (t) => {
  const acme = await world.company('twice');
  const login = await world.login(acme, { subject: 'ada' });
  const report = await link(login, login);
  t.same(told(report), ['user_created']);
  t.equal(report.duplicates, 1);
  const before = (await world.outbox(linkResult.topic)).length;
  t.match(await link(login, login), { results: [], duplicates: 2, deadLetters: [] });
  t.equal((await world.outbox(linkResult.topic)).length, before, 'a duplicate produces nothing');
});

t.test('two companies in one chunk: a user of no company goes to the first', async (t) => {
  const [one, two] = [await world.company('one'), await world.company('two')];
  await world.user('free');
  await world.account('free', 'free@one.example');
  await world.account('free', 'free@two.example');
  const report = await link(
    await world.login(one, { subject: 'free' }),
    await world.login(two, { subject: 'free' }),
  );
  t.same(told(report), ['linked', 'refused other_company']);
  t.match(await world.userRow('free'), { company_id: one.id });
});

t.test('the same issuer and subject at two companies are two people', async (t) => {
  const [a, b] = [await world.company('dup-a'), await world.company('dup-b')];
  const report = await link(
    await world.login(a, { subject: 'same' }),
    await world.login(b, { subject: 'same' }),
  );
  t.same(told(report), ['user_created', 'user_created']);
  t.not(report.results[0]?.user_id, report.results[1]?.user_id);
});

t.test('the email changes at JumpCloud: the link stays', async (t) => {
  const acme = await world.company('moving');
  const [first] = (await link(await world.login(acme, { subject: 'ada', email: 'ada@moving.example' })))
    .results;
  const report = await link(
    await world.login(acme, { subject: 'ada', email: 'ada@elsewhere.example', verified: false }),
  );
  t.same(told(report), ['already_linked']);
  t.equal(report.results[0]?.user_id, first?.user_id);
});

t.test('an email that passed on to another person makes a user of their own', async (t) => {
  const acme = await world.company('reuse');
  const before = await link(await world.login(acme, { subject: 'ada', email: 'info@reuse.example' }));
  await world.login(acme, { subject: 'ada', email: 'ada@reuse.example' });
  const after = await link(await world.login(acme, { subject: 'bob', email: 'info@reuse.example' }));
  t.same(told(after), ['user_created']);
  t.not(after.results[0]?.user_id, before.results[0]?.user_id);
  t.equal((await world.userRow(before.results[0]?.user_id ?? ''))?.sso_email, null, 'ada holds it no longer');
});

t.test('an email that passes on within one chunk', async (t) => {
  const acme = await world.company('reuse2');
  const first = await world.login(acme, { subject: 'ada', email: 'info@reuse2.example' });
  const second = await world.login(acme, { subject: 'ada', email: 'ada@reuse2.example' });
  const third = await world.login(acme, { subject: 'bob', email: 'info@reuse2.example' });
  t.same(told(await link(first, second, third)), ['user_created', 'already_linked', 'user_created']);
});

t.test('a removed link: nobody comes back by it until it is approved, then to the same user', async (t) => {
  const acme = await world.company('undo');
  const [made] = (await link(await world.login(acme, { subject: 'ada' }))).results;
  await sql`UPDATE sso_identities SET user_id = NULL, linked_at = NULL, link_removed_at = now()
    WHERE id = ${made?.sso_identity_id ?? ''}`;
  t.same(told(await link(await world.login(acme, { subject: 'ada' }))), ['refused link_removed']);
  await sql`UPDATE sso_identities SET link_removed_at = NULL WHERE id = ${made?.sso_identity_id ?? ''}`;
  const again = await link(await world.login(acme, { subject: 'ada' }));
  t.same(told(again), ['linked'], 'the user that was created for this email is found, not made twice');
  t.equal(again.results[0]?.user_id, made?.user_id);
});

t.test('the identity’s latest email counts for others of the chunk, too', async (t) => {
  const acme = await world.company('latest');
  await world.account(await world.user('lea'), 'lea@latest.example');
  const first = await world.login(acme, { subject: 'lea', email: 'lea@latest.example' });
  await world.login(acme, { subject: 'lea', email: 'office@latest.example' });
  const other = await world.login(acme, { subject: 'bob', email: 'office@latest.example' });
  t.same(told(await link(first, other)), ['linked', 'refused identity_replaced']);
});

t.test('a colleague’s unverified email locks the colleague out of nothing', async (t) => {
  const acme = await world.company('colleague');
  const email = 'cora@colleague.example';
  await world.account(await world.user('mallory'), 'mallory@colleague.example');
  await world.account(await world.user('cora'), email);
  const before = await link(await world.login(acme, { subject: 'mallory' }));
  t.match(before.results, [{ outcome: 'linked', user_id: 'mallory' }]);

  const unverified = await world.login(acme, { subject: 'mallory', email, verified: false });
  const newcomer = await world.login(acme, { subject: 'evil-twin', email, verified: false });
  const cora = await world.login(acme, { subject: 'cora', email });
  const { results } = await link(unverified, newcomer, cora);
  t.match(results, [
    { outcome: 'already_linked', user_id: 'mallory' },
    { outcome: 'refused', reason: 'email_unverified', user_id: null },
    { outcome: 'linked', user_id: 'cora' },
  ]);
});

t.test(
  'nor where the identity that brings it is linked in the same chunk, or the colleague is new',
  async (t) => {
    const acme = await world.company('colleague2');
    const email = 'cora@colleague2.example';
    const first = await world.login(acme, { subject: 'mallory' });
    await world.login(acme, { subject: 'mallory', email, verified: false });
    const cora = await world.login(acme, { subject: 'cora', email });
    t.same(told(await link(first, cora)), ['user_created', 'user_created']);
  },
);

t.test('an email that its identity no longer proves leads to nobody, and links nobody else', async (t) => {
  const acme = await world.company('unproven');
  const email = 'ada@unproven.example';
  const [made] = (await link(await world.login(acme, { subject: 'ada', email }))).results;
  const unverified = await world.login(acme, { subject: 'ada', email, verified: false });
  const other = await world.login(acme, { subject: 'other', email });
  t.same(
    told(await link(unverified, other)),
    ['already_linked', 'refused identity_replaced'],
    'the user who was created for it holds it',
  );
  await sql`UPDATE users SET sso_email = NULL WHERE id = ${made?.user_id ?? ''}`;
  const [newcomer] = (await link(await world.login(acme, { subject: 'newcomer', email }))).results;
  t.equal(newcomer?.outcome, 'user_created');
  t.not(newcomer?.user_id, made?.user_id);
});

t.test('an erased user’s email is free for a new one', async (t) => {
  const acme = await world.company('erase');
  const [made] = (await link(await world.login(acme, { subject: 'ada' }))).results;
  await sql`UPDATE users SET status = 'deleted' WHERE id = ${made?.user_id ?? ''}`;
  const again = await link(await world.login(acme, { subject: 'new', email: 'ada@erase.example' }));
  t.same(told(again), ['user_created']);
});

t.test('a linked user of no company belongs to this one from then on', async (t) => {
  const acme = await world.company('adopt');
  const other = await world.company('adopt-other', { domain: 'adopt2.example' });
  await world.user('adopted', { company: acme });
  await world.account('adopted', 'adopted@adopt.example');
  await link(await world.login(acme, { subject: 'adopted' }));
  await sql`UPDATE users SET company_id = NULL, company_set_by = NULL WHERE id = 'adopted'`;

  await world.account('adopted', 'adopted@adopt2.example');
  const stolen = await link(await world.login(other, { subject: 'adopted' }));
  t.same(told(stolen), ['refused other_company'], 'linked elsewhere, so no user of no company');
  t.same(told(await link(await world.login(acme, { subject: 'adopted' }))), ['already_linked']);
  t.match(await world.userRow('adopted'), { company_id: acme.id, company_set_by: 'link' });
});

t.test('each link of a decision is in the history, with the user’s company as it was', async (t) => {
  const company = await world.company('history');
  await world.account(await world.user('history-free'), 'free@history.example');
  await world.account(await world.user('history-member', { company }), 'member@history.example');
  const logins = [];
  for (const subject of ['free', 'member', 'new']) logins.push(await world.login(company, { subject }));
  t.same(told(await link(...logins)), ['linked', 'linked', 'user_created']);
  await link(...logins);
  t.same(told(await link(await world.login(company, { subject: 'free' }))), ['already_linked']);

  const rows = await sql`
    SELECT h.*, i.user_id AS linked_to FROM link_changes h JOIN sso_identities i ON i.id = h.sso_identity_id
    WHERE h.sso_client_id = ${company.clientId} ORDER BY h.id`;
  t.equal(rows.length, 3, 'a duplicate and a later login make no link');
  const made = { change: 'linked', cause: 'login', actor: 'worker', batch: null, undone_by: null };
  const before = [
    { user_id: 'history-free', company_before: null, company_set_by_before: null, user_created: false },
    {
      user_id: 'history-member',
      company_before: company.id,
      company_set_by_before: 'import',
      user_created: false,
    },
    { user_id: rows[2]?.linked_to, company_before: null, company_set_by_before: null, user_created: true },
  ];
  logins.forEach(({ loginId, identityId }, i) => {
    t.match(rows[i], { ...made, ...before[i], login_id: loginId, sso_identity_id: identityId });
  });
  t.match(await world.userRow('history-free'), { company_id: company.id, company_set_by: 'link' });
});
