import { fileURLToPath } from 'node:url';
import { drizzle } from 'drizzle-orm/postgres-js';
import { migrate as applyMigrations } from 'drizzle-orm/postgres-js/migrator';
import { createConnection } from './connection.ts';
import { insist } from './insist.ts';

const FOLDER = fileURLToPath(new URL('../../drizzle', import.meta.url));
/** Any number that nothing else in the database locks. */
const LOCK = 7_305_552_001;
/** Below PostgreSQL's `deadlock_timeout`: it is the migration that gives way, and no login. */
const LOCK_TIMEOUT_MS = 500;
/** Somebody else uses the table (lock_not_available, deadlock_detected): a minute or two long. */
const AGAIN = { codes: ['55P03', '40P01'], tries: 120, pause: () => 2 * LOCK_TIMEOUT_MS };

/**
 * Brings the database to this version's schema. One connection holds an advisory lock throughout, so ten
 * pods may call it at once: one works, nine wait and find nothing to do. While the service works, a migration
 * waits for a table no longer than half a second, lets go of all that it holds, and tries again.
 * @throws the database's error when a migration fails; what it did is rolled back
 */
export async function migrate(url: string): Promise<void> {
  const connection = createConnection(url, { name: 'migrate', answerTimeout: 0 });
  const { client } = connection;
  try {
    await connection.run(client`SELECT pg_advisory_lock(${LOCK})`);
    await connection.run(client`SELECT set_config('lock_timeout', ${`${LOCK_TIMEOUT_MS}ms`}, false)`);
    const apply = () => applyMigrations(drizzle(client), { migrationsFolder: FOLDER });
    await insist(() => connection.guard(apply()), AGAIN);
  } finally {
    await connection.close();
  }
}
