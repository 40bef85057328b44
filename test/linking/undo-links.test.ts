/** The undo of ten thousand links of one SSO client: interrupted by kill −9, continued, and reversed. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import t, { type Test } from 'tap';
import { SOURCES } from '../../dev/roles.ts';
import { linkResult } from '../../src/events/link-result.ts';
import { newId } from '../../src/ids.ts';
import { redoLinks } from '../../src/linking/redo-links.ts';
import { previewUndo, undoLinks } from '../../src/linking/undo-links.ts';
import { testDatabase } from '../support/database.ts';
import { until } from '../support/until.ts';
import { worldOf } from './world.ts';

const SINCE = '2026-11-20T00:00:00Z';

/** `count` links of one client: half of them created their user, a quarter claimed one, a quarter found one of ours. */
async function misused(t: Test, count: number) {
  const database = await testDatabase(t);
  const { sql } = database;
  const world = worldOf(database);
  const acme = await world.company('acme');
  await sql`
    INSERT INTO users (id, company_id, company_set_by, sso_email)
    SELECT 'u' || n, ${acme.id}, CASE WHEN n % 4 = 3 THEN 'import' ELSE 'link' END,
      CASE WHEN n % 2 = 0 THEN 'p' || n || '@acme.example' END FROM generate_series(1, ${count}::int) n`;
  await sql`
    INSERT INTO sso_identities (id, company_id, issuer, subject, user_id, linked_at, email)
    SELECT gen_random_uuid(), ${acme.id}, 'https://i/', 's' || n, 'u' || n, now(), 'p' || n || '@acme.example'
    FROM generate_series(1, ${count}::int) n`;
  await sql`
    INSERT INTO link_changes (at, actor, change, cause, sso_client_id, sso_identity_id, user_id, company_before,
      company_set_by_before, user_created)
    SELECT '2026-11-21'::timestamptz + n * interval '1 second', 'worker', 'linked', 'login', ${acme.clientId}, i.id,
      i.user_id, CASE WHEN n % 4 = 3 THEN ${acme.id}::uuid END, CASE WHEN n % 4 = 3 THEN 'import' END, n % 2 = 0
    FROM sso_identities i, substr(i.subject, 2) AS s, CAST(s AS int) AS n`;
  const state = async () => ({
    identities: [...(await sql`SELECT subject, user_id FROM sso_identities ORDER BY subject`)],
    users: [...(await sql`SELECT id, company_id, company_set_by, status, sso_email FROM users ORDER BY id`)],
  });
  const request = { slug: 'acme', clientId: acme.clientId, since: new Date(SINCE) };
  const disable = () => sql`UPDATE sso_clients SET status = 'disabled' WHERE id = ${acme.clientId}`;
  const count_ = async (text: string) => Number((await sql.unsafe(`SELECT count(*) AS n ${text}`))[0]?.n);
  return { database, sql, world, acme, state, request, disable, count: count_ };
}

t.test(
  'ten thousand links: killed in the middle, continued, and made again',
  { timeout: 300_000 },
  async (t) => {
    const { database, sql, world, state, request, disable, count } = await misused(t, 10_000);
    const before = await state();
    await t.rejects(undoLinks(database, 'operator:olga', request), { code: 'client_still_active' });
    await t.rejects(previewUndo(database, { ...request, clientId: newId() }), { code: 'client_not_found' });
    await disable();
    t.match(await previewUndo(database, request), {
      links: 10_000,
      suspended: 5_000,
      companies: 2_500,
      changedSince: 0,
    });
    t.strictSame(await state(), before, 'a dry run changes nothing');

    const args = [
      'links',
      'undo',
      'acme',
      '--client',
      request.clientId,
      '--since',
      SINCE,
      '--reason',
      'misused',
      '--json',
    ];
    const env = { ...process.env, DATABASE_URL: database.url, SSO_LINK_OPERATOR: 'olga' };
    const start = () =>
      spawn(process.execPath, [...SOURCES, ...args], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    const undone = () => count("FROM link_changes WHERE cause = 'undo'");
    const first = start();
    await until(async () => (await undone()) >= 2_000, 60_000);
    first.kill('SIGKILL');
    await once(first, 'exit');
    const sofar = await undone();
    t.ok(sofar < 10_000, `killed after ${sofar} links`);
    t.equal(await count('FROM link_batches WHERE finished_at IS NULL'), 1);

    const second = start();
    let out = '';
    second.stdout.on('data', (chunk) => {
      out += String(chunk);
    });
    t.same(await once(second, 'exit'), [0, null]);
    const { batch, links } = JSON.parse(out) as { batch: string; links: number };
    t.comment(`killed after ${sofar} links, continued with ${links}, batch ${batch}`);
    t.equal(await undone(), 10_000);
    t.equal(await count('FROM link_batches WHERE finished_at IS NOT NULL'), 1, 'one batch');
    t.equal(await count(`FROM link_changes WHERE undone_by = '${batch}'`), 10_000);
    t.equal(await count('FROM sso_identities WHERE user_id IS NULL AND link_removed_at IS NOT NULL'), 10_000);
    t.equal(await count("FROM users WHERE status = 'suspended'"), 5_000, 'those who were created');
    t.equal(await count('FROM users WHERE company_id IS NULL'), 2_500, 'those who were of no company');
    t.equal(await count("FROM users WHERE company_set_by = 'import'"), 2_500, 'those of the import stay');

    const events = async (type: string) =>
      (await world.outbox(linkResult.topic))
        .filter(({ headers }) => headers.ce_type === type)
        .map(({ payload }) => JSON.parse(String(payload)));
    const removed = await events('user.link_removed');
    t.equal(new Set(removed.map(({ sso_identity_id }) => sso_identity_id)).size, 10_000);
    t.ok(removed.every((data) => data.cause === 'undo' && data.batch === batch));
    await statesAgree(t, world, sql);

    const redone = await redoLinks(database, 'operator:olga', batch);
    t.match(redone, { links: 10_000, resumed: 5_000, left: 0 });
    t.strictSame(await state(), before, 'as it was before the undo');
    t.equal(
      (await events('user.linked')).filter((data) => data.cause === 'redo' && data.batch === redone.batch)
        .length,
      10_000,
    );
    await statesAgree(t, world, sql);
    t.match(await redoLinks(database, 'operator:olga', batch), { links: 0 });
    const log =
      await sql`SELECT action, actor, details FROM audit_log WHERE action LIKE 'links.%do' ORDER BY id`;
    t.match(log, [
      { action: 'links.undo', actor: 'operator:olga', details: { batch, reason: 'misused' } },
      { action: 'links.undo', details: { batch, finished: true } },
      { action: 'links.redo' },
      { action: 'links.redo', details: { links: 10_000 } },
    ]);
    t.match(
      await undoLinks(database, 'operator:olga', request),
      { links: 10_000 },
      'and can be undone again',
    );
  },
);

/** The last record of each SSO identity on its state topic is what the database has. */
async function statesAgree(
  t: Test,
  world: ReturnType<typeof worldOf>,
  sql: Awaited<ReturnType<typeof testDatabase>>['sql'],
) {
  const last = new Map<string, { state: string; user_id: string | null }>();
  for (const { payload } of await world.outbox('sso.identities')) {
    const data = JSON.parse(String(payload));
    last.set(data.sso_identity_id, data);
  }
  const rows = await sql<
    { id: string; state: string; user_id: string | null }[]
  >`SELECT id, state, user_id FROM sso_identities`;
  const different = rows.filter(
    ({ id, state, user_id }) => last.get(id)?.state !== state || last.get(id)?.user_id !== user_id,
  );
  t.equal(different.length, 0, `${rows.length} states agree`);
}

t.test('what was changed since is left alone', async (t) => {
  const { database, sql, request, disable, state, count } = await misused(t, 40);
  await disable();
  const since = (subject: string) => sql`
    INSERT INTO link_changes (actor, change, cause, sso_identity_id, user_id)
    SELECT 'operator:olga', 'linked', 'operator', id, user_id FROM sso_identities WHERE subject = ${subject}`;
  await since('s1');
  await sql`UPDATE sso_identities SET user_id = NULL, link_removed_at = now() WHERE subject = 's2'`;
  // Claimed by the link; an import has set the company since.
  await sql`UPDATE users SET company_set_by = 'import' WHERE id = 'u5'`;
  t.match(await previewUndo(database, request), { links: 38, changedSince: 2, companies: 8 });
  const { batch, ...done } = await undoLinks(database, 'operator:olga', request);
  t.match(done, { links: 38, suspended: 19, companies: 8 });
  const find = async (subject: string) => (await state()).identities.find((row) => row.subject === subject);
  t.match(await find('s1'), { user_id: 'u1' });
  t.equal(await count("FROM users WHERE id = 'u5' AND company_id IS NOT NULL"), 1);

  // Before the redo: one user is linked elsewhere, one suspended by an operator, one identity linked by hand.
  await sql`UPDATE users SET status = 'suspended' WHERE id = 'u3'`;
  await sql`UPDATE users SET status_changed_at = now() + interval '1 second' WHERE id = 'u4'`;
  await sql`UPDATE sso_identities SET user_id = 'u7' WHERE subject = 's2'`;
  t.match(await redoLinks(database, 'operator:olga', batch), { links: 35, left: 3 });
  t.equal(await count("FROM users WHERE id IN ('u3', 'u4') AND status = 'suspended'"), 2);
  await t.rejects(redoLinks(database, 'operator:olga', newId()), { code: 'batch_not_found' });
});
