/**
 * postgres.js 3.4.9 and a connection that is lost inside a transaction. Its `begin` then writes a ROLLBACK to
 * a socket that is gone, and the TypeError ends the whole process (porsager/postgres #1208, #1133); and a
 * statement after the loss runs on whatever the connection has become, outside of its transaction (#1155,
 * #1216). So after a loss nothing more goes out: neither a statement, nor COMMIT, nor ROLLBACK.
 */
import type postgres from 'postgres';
import { codeOf, SsoLinkError } from '../errors.ts';

/** From the error of a statement to the news that its connection is gone. */
const NEWS_MS = 1_000;

/** Lost connections of a pool that are tried one after the other; each tells of its loss once more. */
const STALE_TRIES = 12;

/** `sql.begin`, which survives the loss of its connection. Rejects then, and what it did is rolled back. */
export async function begin<T>(
  sql: postgres.Sql,
  work: (tx: postgres.TransactionSql) => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    let begun = false;
    try {
      return await beginOnce(sql, (tx) => {
        begun = true;
        return work(tx);
      });
    } catch (error) {
      // A connection that is made anew answers its first statement with the last word of the one before it.
      if (begun || tries === STALE_TRIES || !isFatal(error)) throw error;
    }
  }
}

function beginOnce<T>(sql: postgres.Sql, work: (tx: postgres.TransactionSql) => Promise<T>): Promise<T> {
  let lost = false;
  const done = sql.begin((tx) => {
    // Never settles after a loss, so that postgres.js neither commits nor rolls back; `done` has rejected.
    return new Promise<{ value: T }>((resolve, reject) => {
      work(guarded(tx, () => lost)).then(
        (value) => lost || resolve({ value }),
        (error) => {
          if (lost) return;
          if (isLoss(error)) setTimeout(() => lost || reject(error), NEWS_MS).unref();
          else reject(error);
        },
      );
    });
  });
  done.catch(() => {
    lost = true;
  });
  return done.then((result) => (result as { value: T }).value);
}

/** The server's last word, or the socket's error, came as the answer to a statement. */
function isLoss(error: unknown): boolean {
  if (isFatal(error)) return true;
  return 'query' in (error as object) && /^(CONNECTION_|E[A-Z]+$)/.test(codeOf(error) ?? '');
}

function isFatal(error: unknown): boolean {
  const { severity } = error as { severity?: string };
  return severity === 'FATAL' || severity === 'PANIC';
}

const SENDING = new Set<string | symbol>(['unsafe', 'file', 'savepoint']);

function guarded(tx: postgres.TransactionSql, isLost: () => boolean): postgres.TransactionSql {
  return new Proxy(tx, {
    apply: (target, self, args) => (isLost() ? refused() : Reflect.apply(target, self, args)),
    get(target, name) {
      const value = Reflect.get(target, name);
      if (!SENDING.has(name)) return value;
      return (...args: unknown[]) => (isLost() ? refused() : Reflect.apply(value, target, args));
    },
  });
}

function refused(): Promise<never> {
  const refusal = Promise.reject(new SsoLinkError('CONNECTION_CLOSED', 'the connection was lost'));
  refusal.catch(() => {});
  return refusal;
}
