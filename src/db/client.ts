import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import type postgres from 'postgres';
import type { Logger } from '../observability/log.ts';
import { createOpener, type Opener } from './open-connection.ts';
import { createOutageLog, type OutageLog } from './outage-log.ts';
import { createPool, type Lease } from './pool.ts';
import { type DatabaseSource, readSource } from './source.ts';
import { type Build, createSql, type Sql } from './sql.ts';
import { runTransaction } from './transaction.ts';

export type { Sql } from './sql.ts';
/** drizzle, for ordinary queries. */
export type Db = PostgresJsDatabase;

/** One transaction, seen by postgres.js and by drizzle. The outbox's append has no other way in. */
export interface Transaction {
  sql: Sql;
  db: Db;
}

export interface Database {
  sql: Sql;
  db: Db;
  /** Commits when `work` resolves, rolls back when it throws (transaction.ts). */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  /** Waits for what is under way, up to two seconds, and closes the connections. */
  close(): Promise<void>;
}

/** How much longer the client waits for an answer than PostgreSQL works on it. */
const ANSWER_MARGIN_MS = 2_000;
/** As PostgreSQL prints it: a session that has another one is a pooler's. */
export const IDLE_IN_TRANSACTION = '10s';
const ACQUIRE_TIMEOUT_MS = 15_000;
const CLOSE_PATIENCE_MS = 2_000;

export interface DatabaseOptions {
  /** As pg_stat_activity shows it. */
  name: string;
  /** Connections at most. Default 10. */
  max?: number;
  /** Milliseconds; 0 for none. Default 10 000. */
  statementTimeout?: number;
  /** Milliseconds from BEGIN to COMMIT. Default 60 000; none where `statementTimeout` is 0. */
  transactionTimeout?: number;
  /** Logs when no connection can be opened, and when one can again. */
  log?: Logger;
}

/**
 * Opens a pool. No statement runs for longer than `statementTimeout` and no transaction idles for more than
 * 10 s, so a stalled process loses its locks. Every statement and every transaction settles: where PostgreSQL
 * does not answer, the connection is destroyed.
 * @throws SsoLinkError `config_invalid`
 */
export function openDatabase(source: DatabaseSource, options: DatabaseOptions): Database {
  const statementTimeout = options.statementTimeout ?? 10_000;
  const transactionTimeout = options.transactionTimeout ?? 60_000;
  const { server, password } = readSource(source);
  const open = createOpener(
    server,
    {
      name: options.name,
      answerTimeout: statementTimeout > 0 ? statementTimeout + ANSWER_MARGIN_MS : 0,
      ...(password && { password }),
    },
    {
      statement_timeout: `${statementTimeout}ms`,
      lock_timeout: `${statementTimeout / 2}ms`,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION,
    },
  );
  const outages = options.log && createOutageLog(options.log);
  const pool = createPool({
    open: outages ? withOutages(open, outages) : open,
    max: options.max ?? 10,
    acquireTimeout: ACQUIRE_TIMEOUT_MS,
  });
  function sendOn({ connection }: Lease, build: Build): Promise<unknown> {
    const release = () => pool.release(connection);
    try {
      const answer = connection.run(build(connection.client));
      answer.then(release, release);
      return answer;
    } catch (error) {
      // A parameter that cannot be sent.
      release();
      return Promise.reject(error);
    }
  }

  const sql = createSql({
    send(build) {
      const lease = pool.acquire();
      return lease instanceof Promise ? lease.then((one) => sendOn(one, build)) : sendOn(lease, build);
    },
    async hold() {
      const { connection } = await pool.acquire();
      return { connection, release: () => pool.release(connection) };
    },
  });
  const timeout = statementTimeout > 0 ? transactionTimeout : 0;

  return {
    sql,
    db: withDrizzle(sql),
    transaction: (work) =>
      runTransaction(pool, { timeout }, (tx) => {
        let db: Db | undefined;
        return work({
          sql: tx,
          // Made when it is needed: the hot transactions don't use it.
          get db() {
            db ??= withDrizzle(tx);
            return db;
          },
        });
      }),
    close: () => pool.close(CLOSE_PATIENCE_MS),
  };
}

function withOutages(open: Opener, outages: OutageLog): Opener {
  return async () => {
    try {
      const connection = await open();
      outages.onSuccess();
      return connection;
    } catch (error) {
      outages.onFailure(error);
      throw error;
    }
  };
}

/** drizzle asks a client for `unsafe` and for its serializers; ours are set where a connection is created. */
function withDrizzle(sql: Sql): Db {
  const client = { unsafe: sql.unsafe, options: { parsers: {}, serializers: {} } };
  return drizzle(client as unknown as postgres.Sql);
}
