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
  /** Settled when the statements that travelled with BEGIN are. */
  let begun: Promise<Connection> | undefined;
  /** SELECTs that the work sends at once, at its begin: they travel with BEGIN. Undefined once they are sent. */
  let together: Build[] | undefined;
  let results: Promise<unknown[]> | undefined;
  let connection: Connection | undefined;
  let timer: NodeJS.Timeout | undefined;
  let failed: unknown;
  let ended = false;

  /** An idle connection may have been lost without a word. Nothing is begun yet, so another one is as good. */
  async function begin(firsts: Build[] = []): Promise<{ connection: Connection; results: unknown[] }> {
    for (;;) {
      const lease = await pool.acquire();
      const { client, begin, run, isLost } = lease.connection;
      try {
        const sent = [client.unsafe(begin), ...firsts.map((build) => build(client))];
        const [, ...results] = await Promise.all(sent.map((statement) => run(statement)));
        return { connection: hold(lease.connection), results };
      } catch (error) {
        // It is begun where one of the first statements failed: hold it, so that it is rolled back.
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

  /** The statement's result. */
  async function sendWithBegin(build: Build): Promise<unknown> {
    together ??= [];
    const place = together.push(build) - 1;
    if (results === undefined) {
      const first = Promise.resolve().then(() => {
        const firsts = together;
        together = undefined;
        return begin(firsts);
      });
      results = first.then((done) => done.results);
      begun = first.then((done) => done.connection);
      begun.catch(() => {});
    }
    return (await results)[place];
  }

  const sql = createSql({
    async send(build, reads) {
      refuseLate();
      try {
        if (reads && (begun === undefined || together !== undefined)) return await sendWithBegin(build);
        begun ??= begin().then((done) => done.connection);
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
