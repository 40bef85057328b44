import type { Test } from 'tap';
import { createDatabase, startPostgres } from '../../dev/postgres.ts';
import { type Database, openDatabase } from '../../src/db/client.ts';
import { migrate } from '../../src/db/migrate.ts';

export interface TestDatabase extends Database {
  url: string;
}

/**
 * A migrated database of the test's own, on the run's PostgreSQL (TEST_DATABASE_URL) or one started for it.
 * Gone when the test ends.
 */
export async function testDatabase(t: Test, options: { max?: number } = {}): Promise<TestDatabase> {
  const postgres = await startPostgres({ durable: false });
  const { url, drop } = await createDatabase(postgres.url);
  await migrate(url);
  const database = openDatabase(url, { name: 'test', max: options.max ?? 4 });
  t.teardown(async () => {
    await database.close();
    await drop();
    await postgres.stop();
  });
  return { ...database, url };
}
