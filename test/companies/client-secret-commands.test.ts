import t, { type Test } from 'tap';
import { startJumpCloud } from '../../dev/jumpcloud.ts';
import { createSealer } from '../../src/seal.ts';
import { operator, SECRET_KEY } from '../commands/operator.ts';
import { testDatabase } from '../support/database.ts';

const [OLD, NEXT, THIRD] = ['the-old-secret', 'the-next-secret', 'the-third-secret'] as const;
const sealer = createSealer([Buffer.from(SECRET_KEY, 'base64')]);

interface Stored {
  id: string;
  sso_client_id: string;
  secret: string | null;
  client_secret: string;
  added_by: string | null;
  retired_at: string | null;
}

async function world(t: Test) {
  const us = await startJumpCloud();
  t.teardown(us.stop);
  const database = await testDatabase(t);
  us.addClient({ clientId: 'c1', clientSecret: OLD, redirectUris: ['https://account.test/login/callback'] });
  const run = operator(database.url, {
    JUMPCLOUD_ISSUERS: `us=${us.issuer}`,
    PUBLIC_URL: 'https://account.test',
  });
  await run('company create acme --name Acme');
  await run('domain add acme acme.example --verified-by operator');
  await run('client create acme --client-id c1', OLD);
  await run('client activate acme');
  const { sql } = database;
  /** As the database has them: the secrets in the clear, the oldest first. */
  const stored = async () => {
    const rows = await sql<Stored[]>`
      SELECT s.*, k.client_secret FROM sso_client_secrets s JOIN sso_clients k ON k.id = s.sso_client_id
      ORDER BY s.added_at, s.id`;
    const open = (sealed: string | null, id: string) => sealed && sealer.open(sealed, `sso_clients:${id}`);
    return rows.map((row) => ({
      ...row,
      secret: open(row.secret, row.sso_client_id),
      column: open(row.client_secret, row.sso_client_id),
    }));
  };
  return { us, run, stored, sql, url: database.url };
}

t.test(
  'client secret add, list and retire: two at most, never shown, each change in the audit log',
  async (t) => {
    const { us, run, stored, sql } = await world(t);
    t.match(await stored(), [{ secret: OLD, added_by: 'operator:olga', retired_at: null }]);
    const added = await run('client secret add acme --expires 2031-02-03 --json', `${NEXT}\n`);
    t.match(added, {
      exitCode: 0,
      json: [{ answer: 'refused', changed: true, in_use: false, expires_on: '2031-02-03' }],
    });
    t.match(await run('client secret add acme', NEXT), { exitCode: 0, out: /was already stored/ });
    const full = await run('client secret add acme', THIRD);
    t.match(full, { exitCode: 1, err: /2 client secrets already: retire one first/ });
    for (const [day, secret] of [
      ['2031-02-30', THIRD],
      ['soon', THIRD],
      ['2031-02-03', 'two words'],
    ] as const) {
      t.match(await run(`client secret add acme --expires ${day}`, secret), { exitCode: 1 });
    }
    const listed = await run('client secret list acme --json');
    t.match(listed.json, [
      { added_by: 'operator:olga', in_use: true },
      { added_by: 'operator:olga', in_use: false },
    ]);
    t.notMatch(`${listed.out}${added.out}`, /the-\w+-secret|s1\./);

    us.rotateSecret('c1', NEXT);
    t.match((await run('client secret add acme --json', NEXT)).json, [{ answer: 'works', in_use: true }]);
    t.match(
      await stored(),
      [{ column: NEXT }, { column: NEXT }],
      'servers of earlier versions use what works',
    );
    const [old] = await stored();
    t.match(await run(`client secret retire acme ${old?.id}`), { exitCode: 0, out: /is retired/ });
    t.match(await run(`client secret retire acme ${old?.id}`), { exitCode: 0, out: /was already retired/ });
    t.match(await stored(), [{ secret: null, retired_at: String }, { secret: NEXT }]);
    const last = (await stored())[1]?.id;
    t.match(await run(`client secret retire acme ${last}`), { exitCode: 1, err: /is the only one/ });
    t.equal((await run('client secret list acme --retired --json')).json.length, 2);
    const actions = await sql`
    SELECT action, details->>'works' AS works FROM audit_log WHERE action LIKE 'client.secret%' ORDER BY id`;
    t.same(
      actions.map(({ action }) => action),
      ['client.secret_add', 'client.secret_retire'],
    );
    t.notMatch(JSON.stringify(await sql`SELECT * FROM audit_log`), /the-\w+-secret/);
  },
);

t.test('a retired secret that servers of earlier versions use is replaced there', async (t) => {
  const { run, stored } = await world(t);
  await run('client secret add acme --no-check', NEXT);
  const [old] = await stored();
  t.equal(old?.column, OLD);
  await run(`client secret retire acme ${old?.id}`);
  t.match((await stored())[1], { column: NEXT, retired_at: null });
});

t.test('client update with a secret replaces all that the client has', async (t) => {
  const { us, run, stored } = await world(t);
  await run('client secret add acme --no-check', NEXT);
  us.rotateSecret('c1', THIRD);
  t.match(await run('client update acme --client-secret-stdin', THIRD), { exitCode: 0 });
  t.match(await stored(), [
    { secret: null, retired_at: String },
    { secret: null, retired_at: String },
    { secret: THIRD, column: THIRD, added_by: 'operator:olga', retired_at: null },
  ]);
});

t.test('what a version before the table writes is in the table', async (t) => {
  const { stored, sql } = await world(t);
  const [client] = await sql`SELECT id FROM sso_clients`;
  const seal = (secret: string) => sealer.seal(secret, `sso_clients:${client?.id}`);
  const [first] = await stored();
  await sql`UPDATE sso_clients SET client_secret = ${seal(OLD)}`;
  t.match(await stored(), [{ id: first?.id, secret: OLD }], 'keys reseal of such a version: the same secret');
  await sql`UPDATE sso_clients SET client_secret = ${seal(THIRD)}, version = version + 1`;
  t.match(await stored(), [
    { id: first?.id, secret: null, retired_at: String },
    { secret: THIRD, added_by: null },
  ]);
  await sql`UPDATE sso_clients SET status = 'disabled', version = version + 1`;
  t.equal((await stored()).length, 2, 'other changes write no secret');
});

t.test('keys reseal encrypts both secrets again', async (t) => {
  const { run, sql, url } = await world(t);
  await run('client secret add acme --no-check', NEXT);
  const newKey = Buffer.alloc(32, 7);
  const rotated = operator(url, { SECRET_KEYS: `${newKey.toString('base64')},${SECRET_KEY}` });
  t.match(await rotated('keys reseal'), { exitCode: 0 });
  const rows = await sql`
    SELECT s.secret, s.sso_client_id AS id, k.client_secret FROM sso_client_secrets s
    JOIN sso_clients k ON k.id = s.sso_client_id ORDER BY s.added_at`;
  const fresh = createSealer([newKey]);
  t.same(
    rows.map(({ secret, id }) => fresh.open(secret, `sso_clients:${id}`)),
    [OLD, NEXT],
  );
  t.equal(rows[0]?.client_secret, rows[0]?.secret, 'and what servers of earlier versions read');
});
