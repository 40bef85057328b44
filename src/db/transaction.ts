import { codeOf, SsoLinkError } from '../errors.ts';
import type { Connection } from './connection.ts';
import type { Pool } from './pool.ts';
import { type Build, createSql, type Sql } from './sql.ts';

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
  /** Settled when the first statement is. */
  let begun: Promise<Connection> | undefined;
  let connection: Connection | undefined;
  let timer: NodeJS.Timeout | undefined;
  let failed: unknown;
  let ended = false;

  /** An idle connection may have been lost without a word. Nothing is begun yet, so another one is as good. */
  async function begin(first?: Build): Promise<{ connection: Connection; result?: unknown }> {
    for (;;) {
      const lease = await pool.acquire();
      const { client, begin, run, isLost } = lease.connection;
      try {
        const [, result] = await Promise.all([run(client.unsafe(begin)), first && run(first(client))]);
        return { connection: hold(lease.connection), result };
      } catch (error) {
        // It is begun where the first statement failed: hold it, so that it is rolled back.
        if (!isLost()) hold(lease.connection);
        else pool.release(lease.connection);
        if (lease.fresh || !isLost()) throw error;
      }
    }
  }

  function hold(chosen: Connection): Connection {
    connection = chosen;
    if (options.timeout > 0) timer = setTimeout(endLate, options.timeout);
    chosen.guard(working).catch(rejectWork);
    return chosen;
  }

  function endLate(): void {
    const error = `the transaction did not end within ${options.timeout} ms`;
    connection?.destroy(new SsoLinkError('DATABASE_TIMEOUT', error));
  }

  function refuseLate(): void {
    if (ended && !connection?.isLost()) {
      throw new SsoLinkError('TRANSACTION_ENDED', 'the transaction has ended');
    }
  }

  const sql = createSql({
    async send(build, reads) {
      refuseLate();
      try {
        if (begun === undefined) {
          const first = begin(reads ? build : undefined);
          begun = first.then((done) => done.connection);
          begun.catch(() => {});
          const { result } = await first;
          if (reads) return result;
        }
        const held = await begun;
        refuseLate();
        return await held.run(build(held.client));
      } catch (error) {
        failed ??= error;
        throw error;
      }
    },
    async hold() {
      refuseLate();
      begun ??= begin().then((done) => done.connection);
      return { connection: await begun, release: () => {} };
    },
  });

  let rejectWork: (error: unknown) => void = () => {};
  /** Rejects when the connection is lost while `work` waits for something else. */
  const lost = new Promise<never>((_, reject) => {
    rejectWork = reject;
  });
  const working = Promise.resolve().then(() => work(sql));
  try {
    const result = await Promise.race([working, lost]);
    const held = await begun;
    if (failed !== undefined) throw failed;
    ended = true;
    await held?.run(held.client.unsafe('COMMIT'));
    return result;
  } catch (error) {
    ended = true;
    await begun?.catch(() => {});
    const held = connection;
    // Where even that fails the connection cannot be used again.
    if (held && !held.isLost()) {
      await held.run(held.client.unsafe('ROLLBACK')).catch(() => held.destroy());
    }
    // in_failed_sql_transaction: the statement that failed before says why.
    throw codeOf(error) === '25P02' ? (failed ?? error) : error;
  } finally {
    lost.catch(() => {});
    clearTimeout(timer);
    if (connection) pool.release(connection);
  }
}
