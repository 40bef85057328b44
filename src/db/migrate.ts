import { fileURLToPath } from 'node:url';
import { drizzle } from 'drizzle-orm/postgres-js';
import { migrate as applyMigrations } from 'drizzle-orm/postgres-js/migrator';
import postgres from 'postgres';

const FOLDER = fileURLToPath(new URL('../../drizzle', import.meta.url));
/** Any number that nothing else in the database locks. */
const LOCK = 7_305_552_001;

/**
 * Brings the database to this version's schema. One connection holds an advisory lock throughout, so ten
 * pods may call it at once: one works, nine wait and find nothing to do.
 * @throws the database's error when a migration fails; what it did is rolled back
 */
export async function migrate(url: string): Promise<void> {
  const sql = postgres(url, {
    max: 1,
    connect_timeout: 10,
    onnotice: () => {},
    connection: { application_name: 'sso-link migrate' },
  });
  try {
    await sql`SELECT pg_advisory_lock(${LOCK})`;
    await applyMigrations(drizzle(sql), { migrationsFolder: FOLDER });
  } finally {
    await sql.end({ timeout: 5 });
  }
}
