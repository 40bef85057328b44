import { Readable } from 'node:stream';
import t, { type Test } from 'tap';
import { importAccounts } from '../../src/accounts/import.ts';
import type { BadLine } from '../../src/accounts/import-line.ts';
import type { Conflict } from '../../src/accounts/plan-types.ts';
import { deleteUser, setUserStatus } from '../../src/accounts/users.ts';
import { createCompany } from '../../src/companies/companies.ts';
import { newId, ssoIdentityId } from '../../src/ids.ts';
import { testDatabase } from '../support/database.ts';
import { until } from '../support/until.ts';

type Given = Record<string, unknown> | string;

const ada = {
  user_id: 'u1',
  provider: 'google',
  provider_user_id: 'g1',
  email: 'Ada@Acme.example',
  email_verified: true,
};

async function world(t: Test) {
  const database = await testDatabase(t);
  for (const slug of ['acme', 'globex']) {
    await database.transaction((tx) => createCompany(tx, 'test', { slug, name: slug, createsUsers: true }));
  }
  const run = async (...given: Given[]) => {
    const bad: BadLine[] = [];
    const conflicts: Conflict[] = [];
    const text = given.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n');
    const summary = await importAccounts(
      database,
      'operator:olga',
      'test',
      Readable.from([Buffer.from(text)]),
      {
        bad: (line) => bad.push(line),
        conflict: (conflict) => conflicts.push(conflict),
      },
    );
    return { ...summary, badLines: bad, conflictLines: conflicts };
  };
  const user = async (id: string) => {
    const [row] = await database.sql`
      SELECT u.*, c.slug FROM users u LEFT JOIN companies c ON c.id = u.company_id WHERE u.id = ${id}`;
    return row;
  };
  const byLink = (id: string, slug: string) => database.sql`
    UPDATE users SET company_id = (SELECT id FROM companies WHERE slug = ${slug}), company_set_by = 'link'
    WHERE id = ${id}`;
  return { ...database, run, user, byLink };
}

t.test('what is new is written, and a second run writes nothing', async (t) => {
  const { run, user, sql } = await world(t);
  const lines = [
    { ...ada, company: 'acme', name: 'Ada' },
    { ...ada, company: 'acme', provider: 'github', provider_user_id: '7', email_verified: false },
    { ...ada, user_id: 'u2', provider_user_id: 'g2', email: 'bob@acme.example', status: 'suspended' },
  ];
  t.match(await run(...lines), { lines: 3, users: 2, accounts: 3, unchanged: 0, bad: 0, conflicts: 0 });
  t.match(await user('u1'), { name: 'Ada', slug: 'acme', company_set_by: 'import', status: 'active' });
  t.match(await user('u2'), { name: null, slug: null, company_set_by: null, status: 'suspended' });
  const accounts = await sql`SELECT * FROM social_accounts ORDER BY provider, provider_user_id`;
  t.match(
    [...accounts],
    [
      { user_id: 'u1', provider: 'github', email: 'ada@acme.example', email_verified: false },
      { user_id: 'u1', provider: 'google', email: 'ada@acme.example', email_verified: true },
      { user_id: 'u2', email: 'bob@acme.example' },
    ],
  );

  const written = () =>
    sql`SELECT xmin, xmax, ctid FROM users UNION ALL SELECT xmin, xmax, ctid FROM social_accounts`;
  const before = [...(await written())];
  t.match(await run(...lines), { lines: 3, users: 0, accounts: 0, unchanged: 3 });
  t.same([...(await written())], before, 'not even a row lock is left behind');
  const log =
    await sql`SELECT actor, target, details FROM audit_log WHERE action = 'accounts.import' ORDER BY id`;
  t.match(log[1], {
    actor: 'operator:olga',
    target: 'test',
    details: { lines: 3, unchanged: 3, stopped: false },
  });
});

t.test('changes are taken over; the last line of a batch counts', async (t) => {
  const { run, user, sql } = await world(t);
  await run({ ...ada, company: 'acme', name: 'Ada' });
  t.match(
    await run({ ...ada, company: 'globex', email: 'x@x.example' }, { ...ada, email: 'new@acme.example' }),
    {
      users: 1,
      accounts: 1,
      unchanged: 1,
    },
  );
  t.match(await user('u1'), { slug: null, company_set_by: null, name: 'Ada' }, 'an absent name stays');
  t.match((await sql`SELECT email FROM social_accounts`)[0], { email: 'new@acme.example' });
  await run({ ...ada, user_id: 'u9' });
  t.match(
    (await sql`SELECT user_id FROM social_accounts`)[0],
    { user_id: 'u9' },
    'an account moves with its owner',
  );
});

t.test('an absent status leaves an operator’s suspension alone', async (t) => {
  const { run, user, sql } = await world(t);
  await run(ada);
  await sql`UPDATE users SET status = 'suspended'`;
  await run(ada);
  t.match(await user('u1'), { status: 'suspended' });
  await run({ ...ada, status: 'active' });
  t.match(await user('u1'), { status: 'active' });
});

t.test('a company that a link set is never cleared, and another one is a conflict', async (t) => {
  const { run, user, byLink } = await world(t);
  await run(ada);
  await byLink('u1', 'acme');
  t.match(await run(ada), { unchanged: 1, conflicts: 0 });
  t.match(await run({ ...ada, company: 'acme' }), { unchanged: 1, conflicts: 0 });
  t.match(await user('u1'), { slug: 'acme', company_set_by: 'link' });
  const answer = await run('', { ...ada, company: 'globex', name: 'Ada' });
  t.match(answer, { conflicts: 1, users: 1 }, 'the rest of the line is taken over');
  t.same(answer.conflictLines, [
    { line: 2, userId: 'u1', reason: 'company_set_by_link', company: 'acme', wanted: 'globex' },
  ]);
  t.match(await user('u1'), { slug: 'acme', company_set_by: 'link', name: 'Ada' });
});

t.test('bad lines are told by number, and the others are imported', async (t) => {
  const { run, sql } = await world(t);
  const answer = await run(
    'nonsense',
    { ...ada, company: 'nobody' },
    { ...ada, email: 'a@b@c' },
    { ...ada, email_verified: 'true' },
    { ...ada, user_id: 'a\u0000b' },
    { ...ada, user_id: 'u3', email_verified: false },
    '[]',
  );
  t.match(answer, { lines: 7, bad: 6, users: 1, accounts: 1 });
  t.same(answer.badLines.map((line) => line.line).sort(), [1, 2, 3, 4, 5, 7]);
  t.match(
    answer.badLines.find((line) => line.line === 4)?.reason,
    'email_verified is invalid: expected true or false',
  );
  t.notMatch(JSON.stringify(answer.badLines), /a@b@c|nobody/, 'what stood there is not repeated');
  t.equal((await sql`SELECT 1 FROM users`).length, 1);
});

t.test('a deleted user is erased, and stays so', async (t) => {
  const { run, user, sql } = await world(t);
  await run({ ...ada, company: 'acme', name: 'Ada' }, { ...ada, user_id: 'u2', provider_user_id: 'g2' });
  t.match(await run({ user_id: 'u1', status: 'deleted' }), { erased: 1, users: 0 });
  t.match(await user('u1'), { status: 'deleted', name: null });
  t.match([...(await sql`SELECT user_id FROM social_accounts`)], [{ user_id: 'u2' }]);
  t.match(
    [...(await sql`SELECT actor, target FROM audit_log WHERE action = 'users.delete'`)],
    [{ actor: 'operator:olga', target: 'u1' }],
  );
  t.match(await run({ user_id: 'u1', status: 'deleted' }, { user_id: 'u7', status: 'deleted' }), {
    erased: 0,
    unchanged: 2,
  });
  const back = await run(ada);
  t.match(back, { users: 0, accounts: 0, conflicts: 1, conflictLines: [{ reason: 'user_deleted' }] });
  t.match(await run({ ...ada, user_id: 'u2' }, { ...ada, user_id: 'u2', status: 'deleted' }), {
    erased: 1,
    accounts: 0,
  });
});

t.test('no import under way brings back what an operator erases', async (t) => {
  const { run, transaction, sql } = await world(t);
  await run(ada);
  const importing = await transaction(async (tx) => {
    await deleteUser(tx, 'test', 'u1');
    const running = run({ ...ada, provider: 'github' });
    await until(async () => {
      const [waiting] = await sql`
        SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
      return waiting !== undefined;
    });
    return { running };
  });
  t.match(await importing.running, { conflicts: 1, accounts: 0 });
  t.equal((await sql`SELECT 1 FROM social_accounts`).length, 0);
});

t.test('imports and erasures at once end without a deadlock', async (t) => {
  const { run, transaction, sql } = await world(t);
  const lines = Array.from({ length: 3_000 }, (_, i) => ({
    ...ada,
    user_id: `u${i}`,
    provider_user_id: `g${i}`,
  }));
  await run(...lines);
  const changed = lines.map((line) => ({ ...line, email: 'other@acme.example' }));
  await Promise.all([
    run(...changed),
    run(...[...changed].reverse()),
    ...['u5', 'u2999', 'u1500'].map((id) => transaction((tx) => deleteUser(tx, 'test', id))),
  ]);
  t.equal((await sql`SELECT 1 FROM users WHERE status = 'deleted'`).length, 3);
  t.same(
    [
      ...(await sql`SELECT u.id FROM users u JOIN social_accounts s ON s.user_id = u.id WHERE status = 'deleted'`),
    ],
    [],
  );
});

t.test('a database that fails stops the import with the line, and keeps what was before', async (t) => {
  const { run, sql } = await world(t);
  await sql`ALTER TABLE users ADD CONSTRAINT test CHECK (id <> 'u2500')`;
  const lines = Array.from({ length: 3_000 }, (_, i) => ({
    ...ada,
    user_id: `u${i}`,
    provider_user_id: `g${i}`,
  }));
  await t.rejects(run(...lines), { code: 'import_stopped', message: /stopped at line 2001.*23514/ });
  t.equal((await sql`SELECT 1 FROM users`).length, 2_000);
  t.match((await sql`SELECT details FROM audit_log WHERE action = 'accounts.import'`)[0], {
    details: { stopped: true, users: 2_000 },
  });
});

t.test('erasure takes what identities and sessions say', async (t) => {
  const { run, sql, transaction, user } = await world(t);
  await run({ ...ada, company: 'acme', name: 'Ada' });
  const [company] = await sql`SELECT id FROM companies WHERE slug = 'acme'`;
  const identity = ssoIdentityId(company?.id, 'https://i/', 's1');
  const [client, login] = [newId(), newId()];
  await sql`INSERT INTO sso_clients (id, company_id, region, issuer, client_id, client_secret)
    VALUES (${client}, ${company?.id}, 'us', 'https://i/', 'c', 'x')`;
  await sql`INSERT INTO sso_identities (id, company_id, issuer, subject, user_id, email, name)
    VALUES (${identity}, ${company?.id}, 'https://i/', 's1', 'u1', 'ada@acme.example', 'Ada')`;
  await sql`INSERT INTO logins (id, state_hash, sso_identity_id, company_id, sso_client_id)
    VALUES (${login}, '\\x01', ${identity}, ${company?.id}, ${client})`;
  await sql`INSERT INTO sessions (id, token_hash, login_id, sso_identity_id, return_to, expires_at)
    VALUES (${newId()}, '\\x02', ${login}, ${identity}, 'https://app.example/', now() + interval '1 day')`;

  t.match(await transaction((tx) => deleteUser(tx, 'operator:olga', 'u1')), { changed: true });
  t.match(await user('u1'), { status: 'deleted', name: null, sso_email: null });
  t.match((await sql`SELECT * FROM sso_identities`)[0], { user_id: 'u1', email: null, name: null });
  t.equal((await sql`SELECT 1 FROM sessions`).length, 0);
  t.equal((await sql`SELECT 1 FROM social_accounts`).length, 0);
  t.match(await transaction((tx) => deleteUser(tx, 'operator:olga', 'u1')), { changed: false });
  await t.rejects(
    transaction((tx) => deleteUser(tx, 'operator:olga', 'nobody')),
    { code: 'user_not_found' },
  );
});

t.test('a suspension outlives the import that was under way', async (t) => {
  const { run, user, sql, transaction } = await world(t);
  await run({ ...ada, name: 'Ada' });
  const waiting = async (sessions: number) => {
    const rows = await sql`
      SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`;
    return rows.length === sessions;
  };
  let release: () => void = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  let locked: () => void = () => {};
  const isLocked = new Promise<void>((resolve) => {
    locked = resolve;
  });
  const holding = transaction(async (tx) => {
    await tx.sql`SELECT FROM users WHERE id = 'u1' FOR UPDATE`;
    locked();
    await held;
  });
  await isLocked;
  const suspending = transaction((tx) => setUserStatus(tx, 'operator:olga', 'u1', 'suspended'));
  await until(() => waiting(1));
  const importing = run({ ...ada, name: 'Ada Byron' });
  await until(() => waiting(2));
  release();
  await Promise.all([holding, suspending, importing]);
  t.match(await user('u1'), { name: 'Ada Byron', status: 'suspended' });
});

t.test('a social account that the product lost is removed by a line that says so', async (t) => {
  const { run, sql } = await world(t);
  const second = { ...ada, provider: 'github', provider_user_id: 'h1' };
  await run(ada, second);
  const accounts = async () =>
    (await sql`SELECT provider FROM social_accounts ORDER BY 1`).map((row) => row.provider);

  const gone = { provider: 'google', provider_user_id: 'g1', removed: true };
  t.match(await run(second), { unchanged: 1 }, 'never because a line for it is missing');
  t.same(await accounts(), ['github', 'google']);
  t.match(await run(gone, { ...gone, provider_user_id: 'never' }), { lines: 2, removed: 1, unchanged: 1 });
  t.same(await accounts(), ['github']);
  t.match((await sql`SELECT id FROM users`)[0], { id: 'u1' }, 'the user stays');
  t.match(await run(gone), { removed: 0, unchanged: 1 }, 'once more does nothing');

  t.match(await run(gone, ada), { accounts: 1, removed: 0 }, 'the last line counts');
  t.match(await run(ada, gone), { removed: 1 });
  t.same(await accounts(), ['github']);
  t.match(await run({ ...ada, removed: false }), { accounts: 1 });
  t.match(await run({ ...ada, removed: 'yes' }, { provider: 'google', removed: true }), {
    bad: 2,
    badLines: [{ reason: /^removed is invalid: expected true or false/ }, {}],
  });
});
