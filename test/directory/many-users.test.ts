import t from 'tap';
import { directoryAtLogin } from '../../src/directory/login-binding.ts';
import { worldOf } from '../linking/world.ts';
import { testDatabase } from '../support/database.ts';

t.test('a sign-in reads a few rows of a directory that has just grown to ten thousand', async (t) => {
  const database = await testDatabase(t);
  const world = worldOf(database);
  const acme = await world.company('acme');
  const login = await world.login(acme, { subject: 'external-17' });
  const { identityId, loginId } = login;
  const of = { companyId: acme.id, identityId, subject: 'external-17', email: 'user-18@acme.test' };
  /** @returns how many rows of the directory it read */
  const signIn = () =>
    database.transaction(async (tx) => {
      await directoryAtLogin.lock(tx, of);
      await directoryAtLogin.bind(tx, { ...of, loginId });
      const [read] = await tx.sql<{ n: number }[]>`
        SELECT (seq_tup_read + idx_tup_fetch)::int AS n FROM pg_stat_xact_user_tables
        WHERE relname = 'directory_users'`;
      return read?.n ?? Number.NaN;
    });

  // PostgreSQL keeps a plan from the sixth time on, and no statistics are gathered after the push.
  await database.sql`ANALYZE directory_users`;
  for (let n = 0; n < 8; n += 1) await signIn();
  await database.sql`
    INSERT INTO directory_users (id, company_id, external_id, user_name, user_name_key, email_key)
    SELECT gen_random_uuid(), ${acme.id}, 'external-' || n, 'user-' || n, 'user-' || n, 'user-' || n || '@acme.test'
    FROM generate_series(1, 10000) AS n`;
  const read = await signIn();
  t.ok(read < 100, `${read} rows`);
  const bound = await database.sql`
    SELECT user_name, bound_by FROM directory_users WHERE sso_identity_id = ${identityId} ORDER BY 1`;
  t.same(bound, [
    { user_name: 'user-17', bound_by: 'external_id' },
    { user_name: 'user-18', bound_by: 'email' },
  ]);
});
