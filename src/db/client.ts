import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import { addArrayTypes } from './array-types.ts';
import * as schema from './schema.ts';
import { begin } from './transaction.ts';

/**
 * postgres.js, for the hot statements. It shares its client with drizzle, which switches the client's date
 * and JSON serializers off: pass dates as ISO strings, JSON as `${JSON.stringify(x)}::jsonb`; timestamps
 * come back as text that `new Date` reads.
 */
export type Sql = postgres.Sql;
/** drizzle, for ordinary queries. */
export type Db = PostgresJsDatabase<typeof schema>;

/** One transaction, seen by postgres.js and by drizzle. The outbox's append has no other way in. */
export interface Transaction {
  sql: postgres.TransactionSql;
  db: Db;
}

export interface Database {
  sql: Sql;
  db: Db;
  /** Commits when `work` resolves, rolls back when it throws. */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/**
 * Opens a pool. No statement runs for longer than `statementTimeout` and no transaction idles for more than
 * 10 s, so a stalled process loses its locks.
 * @param options.max connections, 10 unless told
 * @param options.statementTimeout milliseconds, 10 000 unless told; 0 for none
 */
export function openDatabase(
  url: string,
  options: { name: string; max?: number; statementTimeout?: number },
): Database {
  const statementTimeout = options.statementTimeout ?? 10_000;
  const sql = postgres(url, {
    max: options.max ?? 10,
    connect_timeout: 10,
    fetch_types: false,
    onnotice: () => {},
    connection: {
      application_name: `sso-link ${options.name}`,
      statement_timeout: statementTimeout,
      lock_timeout: statementTimeout / 2,
      idle_in_transaction_session_timeout: 10_000,
    },
  });
  addArrayTypes(sql);
  const db = drizzle(sql, { schema });

  return {
    sql,
    db,
    async transaction(work) {
      return begin(sql, (tx) =>
        work({
          sql: tx,
          // drizzle asks a client for its options alone; a transaction has its pool's.
          db: drizzle(Object.assign(tx, { options: sql.options }) as unknown as Sql, { schema }),
        }),
      );
    },
    close: () => sql.end({ timeout: 5 }),
  };
}
