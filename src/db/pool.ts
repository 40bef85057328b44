import { codeOf, SsoLinkError } from '../errors.ts';
import type { Connection } from './connection.ts';

export interface PoolOptions {
  /** Opens a connection; its socket opens with the first statement. */
  create(): Connection;
  /** Connections at most. */
  max: number;
  /** Milliseconds to wait for a free connection. */
  acquireTimeout: number;
}

export interface Pool {
  /**
   * Takes a connection for the caller alone. Give it back with `release`, whatever happened to it.
   * @throws SsoLinkError `DATABASE_BUSY`: none was free in time; `CONNECTION_ENDED`: the pool is closed
   */
  acquire(): Promise<Connection>;
  release(connection: Connection): void;
  /** Takes none any more; waits up to so many milliseconds for those in use, then destroys them. */
  close(patience: number): Promise<void>;
}

interface Waiter {
  resolve(connection: Connection): void;
  reject(error: Error): void;
}

/** Addresses change and servers leak memory for old sessions: no connection is used for longer. */
const MAX_AGE_MS = 30 * 60_000;

/** Connections that are handed to one user at a time. A lost one leaves the pool at once, and another is opened. */
export function createPool({ create, max, acquireTimeout }: PoolOptions): Pool {
  const all = new Set<Connection>();
  /** The one that was used last is used first: the others are for peaks. */
  const idle: Connection[] = [];
  const waiting: Waiter[] = [];
  let closed = false;
  let emptied: (() => void) | undefined;

  function open(): Connection {
    const connection = create();
    all.add(connection);
    connection.onLost((error) => {
      all.delete(connection);
      const at = idle.indexOf(connection);
      if (at >= 0) idle.splice(at, 1);
      if (all.size === 0) emptied?.();
      // The network forgot one connection without a word: those that are idle are likely gone, too.
      if (codeOf(error) === 'DATABASE_TIMEOUT') for (const other of [...idle]) other.destroy();
      // Its place is free.
      if (!closed) waiting.shift()?.resolve(open());
    });
    return connection;
  }

  function take(): Connection | undefined {
    for (let connection = idle.pop(); connection !== undefined; connection = idle.pop()) {
      if (Date.now() - connection.createdAt < MAX_AGE_MS) return connection;
      void connection.close();
    }
    return all.size < max ? open() : undefined;
  }

  return {
    async acquire() {
      if (closed) throw new SsoLinkError('CONNECTION_ENDED', 'the database is closed');
      return take() ?? wait(waiting, acquireTimeout);
    },
    release(connection) {
      if (connection.isLost()) return;
      if (closed) return void connection.close();
      const next = waiting.shift();
      if (next) next.resolve(connection);
      else idle.push(connection);
    },
    async close(patience) {
      closed = true;
      for (const { reject } of waiting.splice(0)) {
        reject(new SsoLinkError('CONNECTION_ENDED', 'the database is closed'));
      }
      for (const connection of idle.splice(0)) void connection.close();
      if (all.size === 0) return;
      const timer = setTimeout(() => {
        for (const connection of [...all]) connection.destroy();
      }, patience);
      await new Promise<void>((resolve) => {
        emptied = resolve;
      });
      clearTimeout(timer);
    },
  };
}

function wait(waiting: Waiter[], milliseconds: number): Promise<Connection> {
  return new Promise((resolve, reject) => {
    const waiter: Waiter = {
      resolve: (connection) => {
        clearTimeout(timer);
        resolve(connection);
      },
      reject: (error) => {
        clearTimeout(timer);
        reject(error);
      },
    };
    const timer = setTimeout(() => {
      waiting.splice(waiting.indexOf(waiter), 1);
      reject(new SsoLinkError('DATABASE_BUSY', `no connection was free within ${milliseconds} ms`));
    }, milliseconds);
    waiting.push(waiter);
  });
}
