import { Readable } from 'node:stream';
import { pino } from 'pino';
import t, { type Test } from 'tap';
import { importAccounts } from '../../src/accounts/import.ts';
import { deleteUser, setUserStatus } from '../../src/accounts/users.ts';
import { updateCompany } from '../../src/companies/companies.ts';
import { linkResult } from '../../src/events/link-result.ts';
import { runChunk } from '../../src/linking/chunk.ts';
import { dismissLateMatch, mergeLateMatch } from '../../src/linking/late-matches.ts';
import { mergeAutomatically } from '../../src/linking/merge-automatically.ts';
import { testDatabase } from '../support/database.ts';
import { type Company, worldOf } from './world.ts';

async function setUp(t: Test) {
  const database = await testDatabase(t);
  const world = worldOf(database);
  const acme = await world.company('acme');
  const signIn = async (subject: string, over: { email?: string; company?: Company } = {}) => {
    const company = over.company ?? acme;
    const login = await world.login(company, {
      subject,
      ...(over.email !== undefined && { email: over.email }),
    });
    const { results } = await runChunk(database, [login]);
    return { identityId: login.identityId, loginId: login.loginId, ...results[0] };
  };
  const account = async (userId: string, email: string, over: Record<string, unknown> = {}) => {
    const found: { id: string; userId: string; createdUserId: string }[] = [];
    const line = {
      user_id: userId,
      provider: 'google',
      provider_user_id: `g-${userId}`,
      email,
      email_verified: true,
    };
    const text = JSON.stringify({ ...line, ...over });
    const summary = await importAccounts(
      database,
      'operator:olga',
      'test',
      Readable.from([Buffer.from(text)]),
      {
        lateMatch: (match) => found.push(match),
      },
    );
    t.equal(summary.lateMatches, found.length);
    t.equal(summary.bad, 0);
    return found;
  };
  const events = async () =>
    (await world.outbox(linkResult.topic)).map(({ headers, payload }) => ({
      type: headers.ce_type,
      ...JSON.parse(String(payload)),
    }));
  const merge = (id = '', options = {}) =>
    database.transaction((tx) => mergeLateMatch(tx, 'operator:olga', id, options));
  const status = async (id: unknown) =>
    (await database.sql`SELECT status FROM users WHERE id = ${String(id)}`)[0]?.status;
  return { ...database, database, world, acme, signIn, account, events, merge, status };
}

t.test('an account that comes after its person signed in is a late match, and merges', async (t) => {
  const { signIn, account, events, merge, world, sql, status, transaction } = await setUp(t);
  const first = await signIn('ada');
  t.match(first, { outcome: 'user_created' });
  await sql`INSERT INTO sessions (id, token_hash, login_id, sso_identity_id, return_to, expires_at)
    VALUES (gen_random_uuid(), '\\x01', ${first.loginId}, ${first.identityId}, 'https://app.example/',
      now() + interval '1 day')`;
  const [found, ...more] = await account('ada-1', 'Ada@Acme.example');
  t.match([found, more], [{ userId: 'ada-1', createdUserId: first.user_id }, []]);
  t.same(await account('ada-1', 'ada@acme.example', { name: 'Ada' }), [], 'it is recorded once');
  t.match((await events()).at(-1), {
    ...{ type: 'user.late_match', sso_identity_id: first.identityId },
    ...{ created_user_id: first.user_id, user_id: 'ada-1' },
  });

  t.match(await merge(found?.id), { userId: 'ada-1', createdUserId: first.user_id, sessionsEnded: 1 });
  t.match((await events()).at(-1), {
    ...{ type: 'user.linked', cause: 'merge', user_id: 'ada-1', previous_user_id: first.user_id },
    by: 'operator:olga',
  });
  t.match(await world.userRow('ada-1'), { company_set_by: 'link' });
  t.equal(await status(first.user_id), 'suspended', 'never deleted');
  t.match(await signIn('ada'), { outcome: 'already_linked', user_id: 'ada-1' });
  t.match(await sql`SELECT cause, change, user_id, company_before FROM link_changes ORDER BY id`, [
    { cause: 'login', user_id: first.user_id },
    { cause: 'merge', change: 'linked', user_id: 'ada-1', company_before: null },
  ]);
  await t.rejects(merge(found?.id), { code: 'late_match_decided' });
  await t.rejects(merge('00000000-0000-7000-8000-000000000000'), { code: 'late_match_not_found' });
  await t.rejects(
    transaction((tx) => dismissLateMatch(tx, 'operator:olga', found?.id ?? '')),
    { code: 'late_match_decided' },
  );
});

t.test('what the policy would not link is no late match', async (t) => {
  const { signIn, account, world, status, sql } = await setUp(t);
  const globex = await world.company('globex');
  await signIn('unverified');
  t.same(
    await account('u1', 'unverified@acme.example', { email_verified: false }),
    [],
    'unverified by the provider',
  );
  const login = await world.login(await world.company('initech'), { subject: 'x', verified: false });
  t.ok(login);
  t.same(await account('u2', 'x@initech.example'), [], 'the person was not linked');
  await signIn('foreign');
  t.same(await account('u3', 'foreign@acme.example', { company: 'globex' }), [], 'another company’s user');
  await world.user('u4');
  await world.login(globex, { subject: 'other' });
  await sql`UPDATE sso_identities SET user_id = 'u4' WHERE company_id = ${globex.id}`;
  await signIn('linked');
  t.same(await account('u4', 'linked@acme.example'), [], 'linked at another company');
  await signIn('twice');
  await signIn('twice-2', { email: 'other@acme.example' });
  await sql`UPDATE sso_identities SET email_verified = false WHERE subject = 'twice'`;
  t.same(await account('u5', 'twice@acme.example'), [], 'the person’s email is not verified any more');
  const bob = await signIn('bob');
  await sql`UPDATE users SET status = 'suspended' WHERE id = ${bob.user_id ?? ''}`;
  t.same(await account('u6', 'bob@acme.example'), [], 'a suspension is not evaded');
  t.equal(await status('u6'), 'active');
  await signIn('cid');
  await sql`DELETE FROM company_domains WHERE domain = 'acme.example'`;
  t.same(await account('u7', 'cid@acme.example'), [], 'the domain is not proven any more');
  t.equal((await sql`SELECT FROM late_matches`).length, 0);
});

t.test('the policy is asked again when it is merged', async (t) => {
  const { signIn, account, merge, sql, transaction } = await setUp(t);
  const ada = await signIn('ada');
  const [match] = await account('ada-1', 'ada@acme.example');
  const outdated = (why: RegExp) =>
    t.rejects(merge(match?.id), { code: 'late_match_outdated', message: why });
  await sql`UPDATE social_accounts SET email_verified = false`;
  await outdated(/the policy would not link/);
  await sql`UPDATE social_accounts SET email_verified = true`;
  await sql`UPDATE company_domains SET company_id = (SELECT id FROM companies WHERE slug = 'acme')`;
  await transaction((tx) => setUserStatus(tx, 'operator:olga', 'ada-1', 'suspended'));
  await outdated(/the policy would not link/);
  await transaction((tx) => setUserStatus(tx, 'operator:olga', 'ada-1', 'active'));
  await transaction((tx) => setUserStatus(tx, 'operator:olga', ada.user_id ?? '', 'suspended'));
  await outdated(/is suspended/);
  await transaction((tx) => setUserStatus(tx, 'operator:olga', ada.user_id ?? '', 'active'));
  await sql`DELETE FROM company_domains`;
  await outdated(/the policy would not link/);
  t.equal((await sql`SELECT FROM late_matches WHERE state = 'open'`).length, 1);
  await transaction((tx) => deleteUser(tx, 'operator:olga', 'ada-1'));
  t.equal((await sql`SELECT FROM late_matches`).length, 0, 'an erased user leaves none');
});

t.test('two users of one email: each is told, an operator decides', async (t) => {
  const { signIn, account, merge, sql } = await setUp(t);
  const ada = await signIn('ada');
  const [one] = await account('ada-1', 'ada@acme.example');
  const both = await account('ada-2', 'ada@acme.example');
  t.same(
    both.map(({ userId }) => userId),
    ['ada-2'],
  );
  await merge(both[0]?.id);
  t.match(await sql`SELECT user_id, state FROM late_matches ORDER BY user_id`, [
    { user_id: 'ada-1', state: 'dismissed' },
    { user_id: 'ada-2', state: 'merged' },
  ]);
  await t.rejects(merge(one?.id), { code: 'late_match_decided' });
  t.match(await signIn('ada'), { user_id: 'ada-2' });
  t.ok(ada);
});

t.test('a company can have them merged, while they are unique and simple', async (t) => {
  const { signIn, account, database, transaction, status, sql, events } = await setUp(t);
  const log = pino({ level: 'silent' });
  const off = await signIn('off');
  await account('off-1', 'off@acme.example');
  t.equal(await mergeAutomatically(database, log), 0, 'not by default');
  await transaction((tx) => updateCompany(tx, 'operator:olga', 'acme', { mergeLateMatches: true }));
  t.equal(await mergeAutomatically(database, log), 0, 'those that were found before wait');

  const ada = await signIn('ada');
  await account('ada-1', 'ada@acme.example');
  t.equal(await mergeAutomatically(database, log), 1);
  t.match(await signIn('ada'), { user_id: 'ada-1' });
  t.equal(await status(ada.user_id), 'suspended');
  t.match(
    (await events()).filter(({ type }) => type === 'user.linked'),
    [{ cause: 'merge', by: 'worker' }],
  );

  await signIn('two');
  await account('two-1', 'two@acme.example');
  await account('two-2', 'two@acme.example');
  t.equal(await mergeAutomatically(database, log), 0, 'no longer unique');
  const used = await signIn('used');
  await account(String(used.user_id), 'else@acme.example', { company: 'acme' });
  await account('used-1', 'used@acme.example');
  t.equal(await mergeAutomatically(database, log), 0, 'the created user has an account');
  t.equal((await sql`SELECT FROM late_matches WHERE state = 'open'`).length, 4);
  t.ok(off);
});
