import { codeOf, SsoLinkError } from '../errors.ts';
import type { Connection } from './connection.ts';
import type { Opener } from './open-connection.ts';

export interface PoolOptions {
  open: Opener;
  /** Connections at most. */
  max: number;
  /** Milliseconds to wait for a free connection. */
  acquireTimeout: number;
}

export interface Lease {
  connection: Connection;
  /** Whether it was opened for this user: it cannot have been lost while it was idle. */
  fresh: boolean;
}

export interface Pool {
  /**
   * Takes a connection for the caller alone: at once where one is idle. Give it back with `release`, whatever
   * happened to it. Rejects with SsoLinkError `DATABASE_BUSY`: none was free in time; `CONNECTION_ENDED`: the pool is
   * closed; else with why none could be opened.
   */
  acquire(): Lease | Promise<Lease>;
  release(connection: Connection): void;
  /** Hands out no connection from now on. Waits for those in use, then destroys them. @param patience milliseconds */
  close(patience: number): Promise<void>;
}

interface Waiter {
  resolve(lease: Lease | Promise<Lease>): void;
  reject(error: Error): void;
}

/** Addresses change and servers leak memory for old sessions: no connection is used for longer. */
const MAX_AGE_MS = 30 * 60_000;

/** Connections that are handed to one user at a time. A lost one leaves the pool at once, and another is opened. */
export function createPool({ open, max, acquireTimeout }: PoolOptions): Pool {
  const all = new Set<Connection>();
  /** The one that was used last is used first: the others are for peaks. */
  const idle: Connection[] = [];
  const waiting: Waiter[] = [];
  let opening = 0;
  let closed = false;
  let emptied: (() => void) | undefined;

  async function openOne(): Promise<Lease> {
    opening += 1;
    try {
      const connection = await open();
      all.add(connection);
      connection.onLost((error) => forget(connection, error));
      if (!closed) return { connection, fresh: true };
      void connection.close();
      throw ended();
    } finally {
      opening -= 1;
      placeIsFree();
    }
  }

  function forget(connection: Connection, error: Error): void {
    all.delete(connection);
    const at = idle.indexOf(connection);
    if (at >= 0) idle.splice(at, 1);
    // The network forgot one connection without a word: those that are idle are likely gone, too.
    if (codeOf(error) === 'DATABASE_TIMEOUT') for (const other of [...idle]) other.destroy();
    placeIsFree();
  }

  function placeIsFree(): void {
    if (all.size + opening === 0) emptied?.();
    if (!closed && all.size + opening < max) waiting.shift()?.resolve(openOne());
  }

  function take(): Connection | undefined {
    for (let connection = idle.pop(); connection !== undefined; connection = idle.pop()) {
      if (Date.now() - connection.createdAt < MAX_AGE_MS) return connection;
      void connection.close();
    }
    return undefined;
  }

  return {
    acquire() {
      if (closed) return Promise.reject(ended());
      const connection = take();
      if (connection) return { connection, fresh: false };
      return all.size + opening < max ? openOne() : wait(waiting, acquireTimeout);
    },
    release(connection) {
      if (connection.isLost()) return;
      if (closed) return void connection.close();
      const next = waiting.shift();
      if (next) next.resolve({ connection, fresh: false });
      else idle.push(connection);
    },
    async close(patience) {
      closed = true;
      for (const { reject } of waiting.splice(0)) reject(ended());
      for (const connection of idle.splice(0)) void connection.close();
      if (all.size + opening === 0) return;
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        emptied = resolve;
        timer = setTimeout(() => {
          for (const connection of [...all]) connection.destroy();
          resolve();
        }, patience);
      });
      clearTimeout(timer);
    },
  };
}

const ended = () => new SsoLinkError('CONNECTION_ENDED', 'the database is closed');

function wait(waiting: Waiter[], milliseconds: number): Promise<Lease> {
  return new Promise((resolve, reject) => {
    const waiter: Waiter = {
      resolve: (lease) => {
        clearTimeout(timer);
        resolve(lease);
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
