import t from 'tap';
import { bearerKeyId } from '../../src/bearer-keys.ts';
import { authenticateDirectory } from '../../src/directory/tokens.ts';
import { newId } from '../../src/ids.ts';
import { hashToken } from '../../src/tokens.ts';
import { worldOf } from '../linking/world.ts';
import { testDatabase } from '../support/database.ts';
import { storeDirectoryUser } from '../support/directory.ts';
import { operator } from './operator.ts';

t.test('tokens of a directory', async (t) => {
  const database = await testDatabase(t);
  const { url, sql } = database;
  const run = operator(url);
  await run('company create acme --name Acme');
  const first = (await run('directory token create acme')).out.trim();
  const [second] = (await run('directory token create acme --json')).json;

  t.test('a token is printed once; the database stores its hash', async (t) => {
    t.match(first, /^ssol_[0-9a-z]{12}_[\w-]{43}_[0-9a-f]{8}$/);
    const [row] = await sql`SELECT hash FROM directory_tokens WHERE id = ${bearerKeyId(first)}`;
    t.same(row?.hash, hashToken(first));
    const { json, out } = await run('directory token list acme --json');
    t.match(json, [{ id: bearerKeyId(first), last_used_at: null }, { id: second.id }]);
    t.notMatch(out, first);
  });

  t.test('two are live at most', async (t) => {
    const third = await run('directory token create acme --json');
    t.match(third, { exitCode: 1, out: '' });
    t.match(JSON.parse(third.err), { error: 'directory_tokens_exhausted' });
  });

  t.test('a token identifies its company while the directory and the company are enabled', async (t) => {
    const company = async () => (await authenticateDirectory(database, first))?.companyId ?? null;
    t.equal(await company(), null, 'the directory is not enabled');
    await run('directory enable acme');
    const [acme] = await sql`SELECT id FROM companies`;
    t.equal(await company(), acme?.id);
    await run('company disable acme');
    t.equal(await company(), null);
    await run('company enable acme');
    t.equal(await authenticateDirectory(database, `${first.slice(0, -1)}x`), null);
    const unknown = first.replace(/^(ssol_).{12}/, '$1aaaaaaaaaaaa');
    t.equal(await authenticateDirectory(database, unknown), null);
    await run(`directory token revoke ${bearerKeyId(first)}`);
    t.equal(await company(), null);
    t.match(await run(`directory token revoke ${bearerKeyId(first)}`), { out: /was already revoked/ });
    t.match(await run('directory token create acme'), { exitCode: 0 }, 'the second place is free');
  });
});

t.test('enable, disable, users, forget', async (t) => {
  const database = await testDatabase(t);
  const { url, sql } = database;
  const run = operator(url);
  const world = worldOf(database);
  const acme = await world.company('acme');
  const [ann, bob] = [
    await world.login(acme, { subject: 'ann' }),
    await world.login(acme, { subject: 'bob' }),
  ];
  await storeDirectoryUser(database, acme.id, { userName: 'ann@acme.example', identity: ann.identityId });
  await storeDirectoryUser(database, acme.id, {
    ...{ userName: 'bob@acme.example', active: false, identity: bob.identityId },
  });
  await storeDirectoryUser(database, acme.id, { userName: 'probe@acme.example' });
  await sql`INSERT INTO sessions (id, token_hash, login_id, sso_identity_id, return_to, expires_at)
    VALUES (${newId()}, '\\x01', ${bob.loginId}, ${bob.identityId}, '/', now() + interval '1 day')`;
  const types = async () =>
    (
      await sql`SELECT headers->>'ce_type' AS type FROM outbox WHERE topic = 'user.link_result' ORDER BY id`
    ).map(({ type }) => type);
  const states = async () =>
    (await sql`SELECT directory_state AS state FROM sso_identities ORDER BY subject`).map(
      ({ state }) => state,
    );

  t.test('while it is disabled it blocks nobody', async (t) => {
    t.same(await states(), [null, null]);
    t.match((await run('directory status acme --json')).json, [
      { enabled: false, users: 3, bound_identities: 0 },
    ]);
  });

  t.test('enabled, it blocks; sessions end, and the event says so', async (t) => {
    t.match((await run('directory enable acme --json')).json, [{ blocked: 1, unblocked: 0, changed: true }]);
    t.same(await states(), ['active', 'inactive']);
    t.same(await types(), ['user.deprovisioned']);
    t.equal((await sql`SELECT FROM sessions`).length, 0);
    t.match(await run('directory enable acme'), { out: /already enabled/ });
    t.match((await run('directory status acme --json')).json, [
      {
        ...{ enabled: true, tokens: 0, users: 3, active_users: 2, deleted_users: 0, groups: 0 },
        ...{ bound_identities: 2, blocked_identities: 1, blocked_last_hour: 1, mass_change: false },
      },
    ]);
    t.match((await run('directory users acme --state inactive --json')).json, [
      { user_name: 'bob@acme.example', sso_identity_id: bob.identityId, bound_by: 'external_id' },
    ]);
  });

  t.test('disabled, it blocks nobody; enabled again, it does', async (t) => {
    t.match((await run('directory disable acme --json')).json, [{ unblocked: 1 }]);
    t.same(await states(), [null, null]);
    await run('directory enable acme');
    t.same(await states(), ['active', 'inactive']);
    t.same(await types(), ['user.deprovisioned', 'user.reprovisioned', 'user.deprovisioned']);
  });

  t.test('a forgotten user is gone, and its block with it', async (t) => {
    t.match(await run('directory forget acme nobody --json'), {
      exitCode: 1,
      err: /directory_user_not_found/,
    });
    t.match((await run('directory forget acme Probe@Acme.example --json')).json, [{ unblocked: 0 }]);
    t.match((await run('directory forget acme bob@acme.example --json')).json, [{ unblocked: 1 }]);
    t.same(await states(), ['active', null]);
    t.equal((await run('directory users acme --json')).json.length, 1);
    t.equal((await types()).at(-1), 'user.reprovisioned');
  });

  t.test('an erased user leaves nothing in the directory', async (t) => {
    await world.user('u-ann', { company: acme });
    await sql`UPDATE sso_identities SET user_id = 'u-ann' WHERE id = ${ann.identityId}`;
    t.match(await run('users delete u-ann'), { exitCode: 0 });
    t.match(await run('directory users acme'), { out: 'no directory user\n' });
  });
});
