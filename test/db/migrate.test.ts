import { readFile } from 'node:fs/promises';
import t from 'tap';
import { migrate } from '../../src/db/migrate.ts';
import { companies } from '../../src/db/schema/companies.ts';
import { LANES } from '../../src/outbox/lanes.ts';
import { testDatabase } from '../support/database.ts';
import { until } from '../support/until.ts';

const MIGRATIONS = new URL('../../drizzle/', import.meta.url);
const JOURNAL = JSON.parse(await readFile(new URL('meta/_journal.json', MIGRATIONS), 'utf8')) as {
  entries: { tag: string }[];
};

t.test('ten pods may migrate at once, and again', async (t) => {
  const { url, sql } = await testDatabase(t);
  await sql`DROP SCHEMA public CASCADE`;
  await sql`DROP SCHEMA drizzle CASCADE`;
  await sql`CREATE SCHEMA public`;
  await Promise.all(Array.from({ length: 10 }, () => migrate(url)));
  const [lanes] = await sql`SELECT count(*)::int AS n FROM outbox_lanes`;
  t.equal(lanes?.n, LANES, 'a row a lane');
});

t.test('a migration under load gives way, and holds up nobody', async (t) => {
  const { url, sql, transaction } = await testDatabase(t);
  // As before a migration that changes a table that logins write: the fifth. All later ones follow it.
  await sql`DROP SCHEMA public CASCADE`;
  await sql`CREATE SCHEMA public`;
  for (const { tag } of JOURNAL.entries.slice(0, 4)) {
    for (const statement of (await readFile(new URL(`${tag}.sql`, MIGRATIONS), 'utf8')).split(
      '--> statement-breakpoint',
    )) {
      await sql.unsafe(statement);
    }
  }
  await sql`DELETE FROM drizzle.__drizzle_migrations WHERE id >= 5`;
  let release: () => void = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  let working: Promise<void> = Promise.resolve();
  await new Promise<void>((locked) => {
    working = transaction(async (tx) => {
      await tx.sql`LOCK TABLE sso_identities IN ROW EXCLUSIVE MODE`;
      locked();
      await held;
    });
  });
  const migrating = migrate(url);
  const waits = async () =>
    (
      await sql`SELECT FROM pg_stat_activity
        WHERE application_name = 'sso-link migrate' AND wait_event_type = 'Lock' AND datname = current_database()`
    ).length > 0;
  await until(waits);
  // A new transaction waits behind the migration, until that gives way.
  t.same(await sql`SELECT FROM sso_identities`, []);
  release();
  await working;
  await migrating;
  const columns = await sql`
    SELECT FROM information_schema.columns WHERE table_name = 'sso_identities' AND column_name = 'email_verified'`;
  t.equal(columns.length, 1);
});

t.test('a transaction is one for postgres.js and drizzle', async (t) => {
  const { sql, transaction } = await testDatabase(t);
  const failed = transaction(async (tx) => {
    await tx.sql`INSERT INTO companies (id, slug, name) VALUES (gen_random_uuid(), 'acme', 'Acme')`;
    const [seen] = await tx.db.select().from(companies);
    t.equal(seen?.slug, 'acme');
    t.ok(seen?.createdAt instanceof Date);
    throw new Error('no');
  });
  await t.rejects(failed, { message: 'no' });
  t.equal((await sql`SELECT 1 FROM companies`).length, 0);
});
