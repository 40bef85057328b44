import t from 'tap';
import { migrate } from '../../src/db/migrate.ts';
import { LANES } from '../../src/outbox/lanes.ts';
import { testDatabase } from '../support/database.ts';

t.test('ten pods may migrate at once, and again', async (t) => {
  const { url, sql } = await testDatabase(t);
  await sql`DROP SCHEMA public CASCADE`;
  await sql`DROP SCHEMA drizzle CASCADE`;
  await sql`CREATE SCHEMA public`;
  await Promise.all(Array.from({ length: 10 }, () => migrate(url)));
  const [lanes] = await sql`SELECT count(*)::int AS n FROM outbox_lanes`;
  t.equal(lanes?.n, LANES, 'a row a lane');
});

t.test('a transaction is one for postgres.js and drizzle', async (t) => {
  const { sql, transaction } = await testDatabase(t);
  const failed = transaction(async (tx) => {
    await tx.sql`INSERT INTO companies (id, slug, name) VALUES (gen_random_uuid(), 'acme', 'Acme')`;
    const seen = await tx.db.query.companies.findFirst();
    t.equal(seen?.slug, 'acme');
    t.ok(seen?.createdAt instanceof Date);
    throw new Error('no');
  });
  await t.rejects(failed, { message: 'no' });
  t.equal((await sql`SELECT 1 FROM companies`).length, 0);
});
