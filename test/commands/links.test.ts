import t, { type Test } from 'tap';
import { linkRemoved } from '../../src/events/link-removed.ts';
import { userErased } from '../../src/events/user-erased.ts';
import { userLinked } from '../../src/events/user-linked.ts';
import { linkByHand, removeLink } from '../../src/linking/manual-links.ts';
import { testDatabase } from '../support/database.ts';
import { operator } from './operator.ts';
import { seed } from './seed.ts';

async function world(t: Test) {
  const database = await testDatabase(t);
  const make = seed(database);
  const [acme, globex] = [await make.company('acme'), await make.company('globex')];
  const identity = await make.identity(acme.id, 's1');
  return { ...database, make, acme, globex, identity, run: operator(database.url) };
}

t.test('a link by hand holds to the invariants of the policy', async (t) => {
  const { run, make, acme, globex, identity, sql } = await world(t);
  await make.user('free');
  await make.user('foreign', globex.id);
  await make.user('taken', acme.id);
  await make.identity(acme.id, 's2', 'taken');
  const abroad = await make.identity(globex.id, 's1');
  await make.user('cleared');
  await make.identity(globex.id, 's3', 'cleared');

  for (const [command, code] of [
    [`link acme ${identity} foreign`, 'other_company'],
    [`link acme ${identity} cleared`, 'other_company'],
    [`link acme ${identity} taken`, 'user_has_identity'],
    [`link acme ${identity} nobody`, 'user_not_found'],
    [`link acme ${abroad} free`, 'identity_not_found'],
    [`link nowhere ${identity} free`, 'company_not_found'],
  ] as const) {
    const refused = await run(`${command} --json`);
    t.match(refused, { exitCode: 1, out: '' }, code);
    t.match(JSON.parse(refused.err), { error: code });
  }
  t.match(await run('link acme no-uuid free'), { exitCode: 1, err: /Expected an id, a UUID/ });

  await sql`UPDATE users SET status = 'suspended' WHERE id = 'free'`;
  t.match(await run(`link acme ${identity} free`), { exitCode: 1, err: /is suspended/ });
  await sql`UPDATE users SET status = 'active' WHERE id = 'free'`;
  await sql`UPDATE users SET sso_email = 'free@globex.example' WHERE id = 'free'`;
  await sql`UPDATE sso_identities SET link_removed_at = now() WHERE id = ${identity}`;

  t.match((await run(`link acme ${identity} free --json`)).json, [{ user_id: 'free', changed: true }]);
  t.match((await sql`SELECT * FROM sso_identities WHERE id = ${identity}`)[0], {
    user_id: 'free',
    link_removed_at: null,
    linked_at: String,
  });
  t.match((await sql`SELECT * FROM users WHERE id = 'free'`)[0], {
    company_id: acme.id,
    company_set_by: 'link',
    sso_email: null,
  });
  t.match((await run(`link acme ${identity} free --json`)).json, [{ changed: false }]);
  await make.user('other');
  t.match(await run(`link acme ${identity} other`), { exitCode: 1, err: /run `links remove .*` first/ });
  const events = await sql`SELECT topic, key, headers, payload FROM outbox WHERE topic = 'user.link_result'`;
  t.equal(events.length, 1, 'one event for the one change, none for what was refused or changed nothing');
  t.match(events[0], {
    topic: 'user.link_result',
    headers: { ce_type: 'user.linked', ce_source: 'urn:sso-link:operator', ce_subject: identity },
  });
  t.equal(String(events[0]?.key), identity);
  t.match(userLinked.parse(events[0]?.payload), {
    sso_identity_id: identity,
    company_id: acme.id,
    user_id: 'free',
    previous_user_id: null,
    cause: 'operator',
    by: 'operator:olga',
  });
});

t.test('a removed link is told, ends its sessions, and waits for an approval', async (t) => {
  const { run, make, acme, identity, sql } = await world(t);
  await make.user('u1', acme.id);
  await sql`UPDATE sso_identities SET user_id = 'u1', linked_at = now() WHERE id = ${identity}`;
  await make.session(await make.login(acme, identity), identity);
  const other = await make.identity(acme.id, 's2');
  await make.session(await make.login(acme, other), other);

  const removed = await run(`links remove ${identity} --json`);
  t.match(removed.json, [{ sso_identity_id: identity, user_id: 'u1', sessions_ended: 1 }]);
  t.match((await sql`SELECT * FROM sso_identities WHERE id = ${identity}`)[0], {
    user_id: null,
    linked_at: null,
    link_removed_at: String,
  });
  t.match([...(await sql`SELECT sso_identity_id FROM sessions`)], [{ sso_identity_id: other }]);

  const [event] = await sql`SELECT topic, key, headers, payload FROM outbox WHERE topic = 'user.link_result'`;
  t.match(event, {
    topic: 'user.link_result',
    headers: { ce_type: 'user.link_removed', ce_source: 'urn:sso-link:operator', ce_subject: identity },
  });
  t.equal(String(event?.key), identity);
  t.match(linkRemoved.parse(event?.payload), {
    sso_identity_id: identity,
    company_id: acme.id,
    user_id: 'u1',
    removed_by: 'operator:olga',
    cause: 'operator',
  });

  t.match(await run(`links remove ${identity}`), { exitCode: 1, err: /linked to nobody/ });
  t.match((await run(`links approve ${identity} --json`)).json, [{ changed: true }]);
  t.match((await sql`SELECT link_removed_at FROM sso_identities WHERE id = ${identity}`)[0], {
    link_removed_at: null,
  });
  t.match(await run(`links approve ${identity}`), { exitCode: 0, out: /nothing to approve/ });
  t.same(
    (await sql`SELECT action FROM audit_log ORDER BY id`).map((row) => row.action),
    ['links.remove', 'links.approve'],
  );
});

t.test('two operators link two identities to one user at once: one wins', async (t) => {
  const { run, make, acme, identity } = await world(t);
  await make.user('u1');
  const second = await make.identity(acme.id, 's2');
  const both = await Promise.all([identity, second].map((id) => run(`link acme ${id} u1`)));
  t.same(both.map((answer) => answer.exitCode).sort(), [0, 1]);
});

t.test('whom a link brought into a company can move, once the link is removed', async (t) => {
  const { run, make, acme, globex, identity, sql } = await world(t);
  await make.user('u1');
  await run(`link acme ${identity} u1`);
  const moved = JSON.stringify({
    ...{ user_id: 'u1', company: 'globex', provider: 'google', provider_user_id: '1' },
    ...{ email: 'u1@acme.example', email_verified: true },
  });
  t.match((await run('accounts import - --json', moved)).json, [{ reason: 'company_set_by_link' }, {}]);
  await run(`links remove ${identity}`);
  const user = async () => (await sql`SELECT * FROM users WHERE id = 'u1'`)[0];
  t.match(await user(), { company_id: acme.id, company_set_by: 'import' }, 'nobody moves by that alone');

  // A user created for an email here may exist there for the same email.
  await sql`UPDATE users SET sso_email = 'u1@acme.example' WHERE id = 'u1'`;
  await sql`INSERT INTO users (id, company_id, company_set_by, sso_email)
    VALUES ('u2', ${globex.id}, 'link', 'u1@acme.example')`;
  t.match(await run('accounts import - --json', moved), { exitCode: 0 });
  t.match(await user(), { company_id: globex.id, company_set_by: 'import', sso_email: null });
});

t.test('an API key is named as the cause of what it links and removes', async (t) => {
  const { transaction, make, identity, sql } = await world(t);
  await make.user('u1');
  await transaction((tx) =>
    linkByHand(tx, 'key:billing', { slug: 'acme', identityId: identity, userId: 'u1' }),
  );
  await transaction((tx) => removeLink(tx, 'key:billing', identity));
  const events = await sql`SELECT headers, payload FROM outbox WHERE topic = 'user.link_result' ORDER BY id`;
  t.match(
    events.map(({ headers, payload }) => [headers.ce_type, headers.ce_source, JSON.parse(payload).cause]),
    [
      ['user.linked', 'urn:sso-link:api', 'api'],
      ['user.link_removed', 'urn:sso-link:api', 'api'],
    ],
  );
});

t.test('an erased user is published once for each of their SSO identities', async (t) => {
  const { run, make, acme, globex, identity, sql } = await world(t);
  await make.user('u1', acme.id);
  await make.user('unlinked', acme.id);
  await sql`UPDATE sso_identities SET user_id = 'u1', linked_at = now() WHERE id = ${identity}`;
  const abroad = await make.identity(globex.id, 's1', 'u1');
  await run('users delete unlinked');
  t.equal(
    (await sql`SELECT 1 FROM outbox WHERE topic IN ('user.link_result', 'sso.identities')`).length,
    0,
    'no service heard of a user without an identity',
  );
  await run('users delete u1');
  await run('users delete u1');
  const events = await sql`SELECT key, payload FROM outbox WHERE topic = 'user.link_result' ORDER BY id`;
  t.same(events.map(({ key }) => String(key)).sort(), [identity, abroad].sort());
  for (const { key, payload } of events) {
    t.match(userErased.parse(payload), {
      sso_identity_id: String(key),
      company_id: String(key) === identity ? acme.id : globex.id,
      user_id: 'u1',
    });
  }
});

t.test('the history has each change of a link, and the list its state', async (t) => {
  const { run, make, acme, identity, sql } = await world(t);
  await make.user('u1');
  const never = await make.identity(acme.id, 's2');
  await run(`link acme ${identity} u1`);
  await run(`links remove ${identity}`);
  t.match((await run('links list acme --state removed --json')).json, [
    { sso_identity_id: identity, company_id: acme.id, company: 'acme', state: 'removed', user_id: null },
  ]);
  t.match((await run('links list acme --state unlinked --json')).json, [{ sso_identity_id: never }]);
  await run(`link acme ${identity} u1`);
  t.match((await run('links list acme --state linked --json')).json, [
    { sso_identity_id: identity, user_id: 'u1', linked_at: String },
  ]);
  t.equal((await run('links list acme --all --json')).json.length, 2);
  t.equal((await run('links list acme --limit 1 --json')).json.length, 1);

  const by = { cause: 'operator', actor: 'operator:olga', user_id: 'u1', user_created: false, batch: null };
  t.match((await run(`links history ${identity} --json`)).json, [
    { ...by, change: 'linked', company_before: null },
    { ...by, change: 'removed', company_before: 'acme' },
    { ...by, change: 'linked', company_before: 'acme' },
  ]);
  t.match(await run(`links history ${never}`), { exitCode: 0, out: /no change is recorded/ });
  t.match(await run(`links history ${acme.id}`), { exitCode: 1, err: /no SSO identity/ });
  t.match(await run('links list nowhere'), { exitCode: 1, err: /nowhere/ });

  await sql`UPDATE sso_identities SET user_id = NULL, last_login_at = now() - interval '1 day'`;
  await run('prune --older-than 1h');
  t.same([...(await sql`SELECT 1 FROM link_changes`)], [], 'the history ends with its identity');
});
