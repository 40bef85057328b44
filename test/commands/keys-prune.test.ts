import { randomBytes } from 'node:crypto';
import t from 'tap';
import { createSealer } from '../../src/seal.ts';
import { currentSigningKey } from '../../src/sessions/signing-keys.ts';
import { testDatabase } from '../support/database.ts';
import { operator } from './operator.ts';
import { seed } from './seed.ts';

t.test('migrate makes the first signing key, and keys rotate the next', async (t) => {
  const { url, sql } = await testDatabase(t);
  const run = operator(url);
  const [first] = (await run('migrate --json')).json;
  t.match(first, { migrated: true, signing_key_made: String });
  t.match((await run('migrate --json')).json, [{ signing_key_made: null }]);
  t.match(await run('migrate'), { exitCode: 0, out: 'the database is at this version\n' });
  t.match((await run('keys rotate --json')).json, [{ retired: [first.signing_key_made], deleted: [] }]);
  t.same(
    (await sql`SELECT actor, action FROM audit_log ORDER BY id`).map((row) => `${row.actor} ${row.action}`),
    ['operator:olga keys.create', 'operator:olga keys.rotate'],
  );
  t.match(await operator(url, { SECRET_KEYS: '' })('migrate'), {
    exitCode: 1,
    err: /SECRET_KEYS is not set/,
  });
});

t.test('keys reseal seals everything by the new key, so that the old one can go', async (t) => {
  const database = await testDatabase(t);
  const [before, after] = [randomBytes(32), randomBytes(32)].map((key) => key.toString('base64')) as [
    string,
    string,
  ];
  const sealer = createSealer([Buffer.from(before, 'base64')]);
  const fresh = createSealer([Buffer.from(after, 'base64')]);
  await operator(database.url, { SECRET_KEYS: before })('migrate');
  const make = seed(database);
  const acme = await make.company('acme', sealer);
  const identity = await make.identity(acme.id, 's1');
  const session = await make.session(await make.login(acme, identity), identity, { sealer });
  for (let i = 0; i < 30; i += 1) await make.session(await make.login(acme, identity), identity, { sealer });
  await make.session(await make.login(acme, identity), identity, { sealer: createSealer([randomBytes(32)]) });
  await make.session(await make.login(acme, identity), identity, { sealer: fresh });

  const run = operator(database.url, { SECRET_KEYS: `${after},${before}` });
  const resealed = await run('keys reseal --json');
  t.match(resealed, { exitCode: 2 }, 'one session nobody can open');
  t.same(resealed.json, [
    { column: 'sso_clients.client_secret', resealed: 1, current: 0, unreadable: 0 },
    { column: 'sso_client_secrets.secret', resealed: 0, current: 1, unreadable: 0 },
    { column: 'signing_keys.private_key', resealed: 1, current: 0, unreadable: 0 },
    { column: 'sessions.refresh_token', resealed: 31, current: 1, unreadable: 1 },
    { column: 'sessions.id_token', resealed: 31, current: 1, unreadable: 1 },
  ]);
  t.ok(await currentSigningKey(database, fresh));
  const [client] = await database.sql`SELECT id, client_secret FROM sso_clients`;
  t.equal(fresh.open(client?.client_secret, `sso_clients:${client?.id}`), 'client-secret');
  const [row] = await database.sql`SELECT refresh_token, id_token FROM sessions WHERE id = ${session}`;
  t.equal(fresh.open(row?.refresh_token, `sessions:${session}:refresh_token`), 'refresh');
  t.equal(fresh.open(row?.id_token, `sessions:${session}:id_token`), 'id');
  t.match((await run('keys reseal --json')).json, [
    { resealed: 0, current: 1 },
    {},
    {},
    { resealed: 0, current: 32 },
    {},
  ]);
});

t.test('prune deletes what is over and done with, and nothing else', async (t) => {
  const database = await testDatabase(t);
  const { sql } = database;
  const run = operator(database.url);
  const make = seed(database);
  const acme = await make.company('acme');
  const identity = await make.identity(acme.id, 's1');
  const result = { outcome: 'no_match' };
  const old = { daysAgo: 100, result };
  await make.login(acme, identity, old);
  await make.session(await make.login(acme, identity, old), identity, { ends: '-1 hour' });
  const open = await make.login(acme, identity, old);
  await make.session(open, identity);
  const undecided = await make.login(acme, identity, { daysAgo: 100 });
  const recent = await make.login(acme, identity, { daysAgo: 80, result });
  const letter = (id: string, replayed: string | null) => sql`
    INSERT INTO dead_letters (id, topic, partition, "offset", record_hash, headers, reason, error, created_at, replayed_at)
    VALUES (${id}, 't', 0, ${id.slice(-1)}, '\\x00', '{}', 'r', 'e', now() - interval '1 year', ${replayed})`;
  await letter('00000000-0000-4000-8000-000000000001', '2020-01-01');
  await letter('00000000-0000-4000-8000-000000000002', null);
  await letter('00000000-0000-4000-8000-000000000003', new Date().toISOString());
  await sql`
    INSERT INTO outbox_dead OVERRIDING SYSTEM VALUE
    SELECT id, 0, 't', NULL, '{}', 'p', 0, now(), 'e', now() - id * interval '60 days' FROM generate_series(1, 2) id`;
  // Nobody linked them, so no `users delete` reaches them.
  for (const subject of ['stranger', 'removed', 'lately']) await make.identity(acme.id, subject);
  await make.user('u1');
  await make.identity(acme.id, 'linked', 'u1');
  await sql`UPDATE sso_identities SET last_login_at = now() - interval '100 days' WHERE subject <> 'lately'`;
  await sql`UPDATE sso_identities SET link_removed_at = now() WHERE subject = 'removed'`;

  t.match(await run('prune'), { exitCode: 1, err: /--older-than/ });
  t.match(await run('prune --older-than 90'), { exitCode: 1, err: /a duration like 90s/ });
  t.match((await run('prune --older-than 90d --json')).json, [
    { sessions: 1, logins: 2, identities: 1, dead_letters: 3 },
  ]);
  t.same(
    (await sql`SELECT id FROM logins ORDER BY id`).map((row) => row.id).sort(),
    [open, undecided, recent].sort(),
  );
  t.equal((await sql`SELECT 1 FROM link_results`).length, 2);
  t.equal((await sql`SELECT 1 FROM dead_letters`).length, 1);
  t.equal((await sql`SELECT 1 FROM outbox_dead`).length, 1);
  t.same(
    (await sql`SELECT subject, email FROM sso_identities ORDER BY subject`).map((i) => [i.subject, i.email]),
    [
      ['lately', 'lately@acme.example'],
      ['linked', 'linked@acme.example'],
      ['removed', null],
      ['s1', 's1@acme.example'],
    ],
    'a removed link still waits for its approval, a login for its result',
  );
  t.match((await run('audit list --json')).json, [
    { actor: 'operator:olga', action: 'prune', details: { logins: 2 }, at: /Z$/ },
  ]);
});
