import { fileURLToPath } from 'node:url';
import { drizzle } from 'drizzle-orm/postgres-js';
import { migrate as applyMigrations } from 'drizzle-orm/postgres-js/migrator';
import type postgres from 'postgres';
import { openDatabase, type Sql } from './client.ts';
import { retryOnCodes, SQLSTATE } from './retry-on-codes.ts';
import type { DatabaseSource } from './source.ts';

const FOLDER = fileURLToPath(new URL('../../drizzle', import.meta.url));
/** Any number that nothing else in the database locks. */
const LOCK = 7_305_552_001;
/** Below PostgreSQL's `deadlock_timeout`: it is the migration that gives way, and no login. */
const LOCK_TIMEOUT_MS = 500;
/** Somebody else uses the table (lock_not_available, deadlock_detected): a minute or two long. */
const AGAIN = {
  codes: [SQLSTATE.lockNotAvailable, SQLSTATE.deadlock],
  tries: 120,
  pause: () => 2 * LOCK_TIMEOUT_MS,
};

/**
 * Brings the database to this version's schema. One transaction holds an advisory lock throughout, so ten pods may
 * call it at once, through a pooler too: one works, nine wait and find nothing to do. While the service works, a
 * migration waits for a table no longer than half a second, lets go of all that it holds, and tries again.
 * @throws the database's error when a migration fails; what it did is rolled back
 */
export async function migrate(source: DatabaseSource): Promise<void> {
  const database = openDatabase(source, { name: 'migrate', max: 1, statementTimeout: 0 });
  try {
    await retryOnCodes(() => database.transaction(({ sql }) => applyAll(sql)), AGAIN);
  } finally {
    await database.close();
  }
}

async function applyAll(sql: Sql): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(${LOCK})`;
  await sql`SELECT set_config('lock_timeout', ${`${LOCK_TIMEOUT_MS}ms`}, true)`;
  // The migrator's own transaction is this one.
  const client = {
    unsafe: sql.unsafe,
    begin: (work: (client: unknown) => unknown) => work(client),
    options: { parsers: {}, serializers: {} },
  };
  await applyMigrations(drizzle(client as unknown as postgres.Sql), { migrationsFolder: FOLDER });
}
