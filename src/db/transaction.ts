import { codeOf, SsoLinkError } from '../errors.ts';
import type { Connection } from './connection.ts';
import type { Pool } from './pool.ts';
import { createSql, type Sql } from './sql.ts';

export interface TransactionOptions {
  /** Milliseconds from BEGIN to COMMIT, after which the connection is destroyed; 0 for no limit. */
  timeout: number;
}

/**
 * Runs `work` between BEGIN and COMMIT on a connection of its own. Rolls back when `work` throws, and when one of
 * its statements failed, even if `work` caught the error. Always settles: a lost connection, a missing answer or
 * the time limit destroy the connection, and what it did is rolled back by PostgreSQL.
 * @throws the error of `work` or of the first statement that failed; SsoLinkError `CONNECTION_CLOSED`,
 *   `DATABASE_TIMEOUT`, `DATABASE_BUSY`. When COMMIT fails with one of these, it may have committed.
 */
export async function runTransaction<T>(
  pool: Pool,
  options: TransactionOptions,
  work: (sql: Sql) => Promise<T>,
): Promise<T> {
  const connection = await begin(pool);
  const timer = options.timeout > 0 ? setTimeout(endLate, options.timeout) : undefined;
  let failed: unknown;
  let ended = false;

  function endLate(): void {
    const error = `the transaction did not end within ${options.timeout} ms`;
    connection.destroy(new SsoLinkError('DATABASE_TIMEOUT', error));
  }

  function refuseLate(): void {
    if (ended && !connection.isLost()) {
      throw new SsoLinkError('TRANSACTION_ENDED', 'the transaction has ended');
    }
  }

  const sql = createSql({
    async send(build) {
      refuseLate();
      try {
        return await connection.run(build(connection.client));
      } catch (error) {
        failed ??= error;
        throw error;
      }
    },
    async hold() {
      refuseLate();
      return { connection, release: () => {} };
    },
  });

  try {
    const result = await connection.guard(work(sql));
    if (failed !== undefined) throw failed;
    ended = true;
    await connection.run(connection.client.unsafe('COMMIT'));
    return result;
  } catch (error) {
    ended = true;
    // Where even that fails the connection cannot be used again.
    if (!connection.isLost()) {
      await connection.run(connection.client.unsafe('ROLLBACK')).catch(() => connection.destroy());
    }
    // in_failed_sql_transaction: the statement that failed before says why.
    throw codeOf(error) === '25P02' ? (failed ?? error) : error;
  } finally {
    clearTimeout(timer);
    pool.release(connection);
  }
}

/** An idle connection may have been lost without a word. Nothing is begun yet, so another one is as good. */
async function begin(pool: Pool): Promise<Connection> {
  for (;;) {
    const { connection, fresh } = await pool.acquire();
    try {
      await connection.run(connection.client.unsafe(connection.begin));
      return connection;
    } catch (error) {
      pool.release(connection);
      if (fresh || !connection.isLost()) throw error;
    }
  }
}
