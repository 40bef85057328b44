import { randomBytes } from 'node:crypto';
import postgres from 'postgres';

export interface Database {
  url: string;
  name: string;
  drop(): Promise<void>;
}

/**
 * Creates a fresh database on the server that `url` names, for one test file.
 *
 * @param name random where none is given
 * @param template a database to copy, such as one already migrated
 */
export async function createDatabase(url: string, name?: string, template?: string): Promise<Database> {
  const fresh = name ?? `test_${randomBytes(6).toString('hex')}`;
  const run = async (statement: (sql: postgres.Sql) => Promise<unknown>) => {
    const sql = postgres(url, { max: 1, onnotice: () => {} });
    try {
      await statement(sql);
    } finally {
      await sql.end({ timeout: 5 });
    }
  };
  await run((sql) => sql`CREATE DATABASE ${sql(fresh)} TEMPLATE ${sql(template ?? 'template1')}`);
  const address = new URL(url);
  address.pathname = `/${encodeURIComponent(fresh)}`;
  return {
    url: address.href,
    name: fresh,
    drop: () => run((sql) => sql`DROP DATABASE IF EXISTS ${sql(fresh)} WITH (FORCE)`),
  };
}
