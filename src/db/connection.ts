/**
 * One connection to PostgreSQL: a postgres.js client that opens one socket and is thrown away with it.
 *
 * A client of postgres.js 3.4.9 that outlives its socket cannot be trusted. After a reset a statement that was
 * sent between the socket's `error` and its `close` never settles and shifts the next connection's answers by
 * one (porsager/postgres #1154, #1155, #1216). Bytes that were not yet written stay in its buffer, and the next
 * connection's startup message is never sent (#1066). A statement that is sent to a lost socket ends the process
 * (#1133, #1208). Its backoff grows to 20 s for the whole pool. So here the first loss ends the client: nothing
 * more is sent on it, and every statement under way rejects at once.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { drizzle } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import { SsoLinkError } from '../errors.ts';
import { addArrayTypes } from './array-types.ts';

export type Client = postgres.Sql;

export interface ConnectionOptions {
  /** As pg_stat_activity shows it. */
  name: string;
  /** Server settings of the session, in PostgreSQL's units. */
  settings?: Record<string, string | number>;
  /**
   * Milliseconds after which the client gives up on a statement's answer and destroys the connection; 0 for
   * never. Longer than `statement_timeout`, which ends a statement and keeps the connection.
   */
  answerTimeout: number;
  /** Called for each NOTIFY. */
  onNotify?(): void;
}

export interface Connection {
  /** Builds statements; `run` sends them. */
  readonly client: Client;
  readonly createdAt: number;
  /** Whether PostgreSQL has answered on it. */
  isUsed(): boolean;
  isLost(): boolean;
  /** Sends a statement. Rejects when the connection is lost, or when no answer comes in time. */
  run<T>(statement: PromiseLike<T>): Promise<T>;
  /** Waits for work that uses the connection. Rejects when the connection is lost. */
  guard<T>(work: PromiseLike<T>): Promise<T>;
  /** Called once, when the connection is lost or closed. */
  onLost(listener: (error: Error) => void): void;
  /** Ends it at once: what is under way rejects with this error. */
  destroy(error?: Error): void;
  /** Tells PostgreSQL that it ends. */
  close(): Promise<void>;
}

const CONNECT_TIMEOUT_MS = 10_000;
const CLOSE_TIMEOUT_S = 1;

/** Prepares a connection; its socket opens with the first statement. */
export function createConnection(url: string, options: ConnectionOptions): Connection {
  const underWay = new Set<(error: Error) => void>();
  const listeners: ((error: Error) => void)[] = [];
  let used = false;
  let socket: Socket | undefined;
  let opened = false;
  let lost: Error | undefined;

  function lose(error: Error): void {
    if (lost !== undefined) return;
    lost = error;
    for (const reject of underWay) reject(error);
    underWay.clear();
    socket?.destroy();
    for (const listener of listeners) listener(error);
  }

  const client = postgres(url, {
    max: 1,
    connect_timeout: CONNECT_TIMEOUT_MS / 1000,
    idle_timeout: 0,
    max_lifetime: null,
    fetch_types: false,
    onnotice: () => {},
    connection: { application_name: `sso-link ${options.name}`, ...options.settings },
    onclose: () => lose(connectionClosed()),
    ...{ onnotify: options.onNotify },
    // postgres.js calls this again to reconnect: a lost connection stays lost.
    ...{
      async socket(parsed: { host: string[]; port: number[]; path: string | false }) {
        if (opened) throw lost ?? connectionClosed();
        opened = true;
        socket = await openSocket(parsed).catch((error: Error) => {
          lose(error);
          throw error;
        });
        // Before postgres.js's own listeners: nothing is sent between `error` and `close`.
        socket.on('error', lose).on('close', () => lose(connectionClosed()));
        return socket;
      },
    },
  } as postgres.Options<Record<string, never>>);
  addArrayTypes(client);
  // drizzle switches off a client's date and JSON serializers.
  drizzle(client);

  function guard<T>(work: PromiseLike<T>, timeout = 0): Promise<T> {
    return new Promise((resolve, reject) => {
      if (lost !== undefined) return reject(lost);
      const timer = timeout > 0 ? setTimeout(() => lose(noAnswer(timeout)), timeout) : undefined;
      const fail = (error: Error) => {
        clearTimeout(timer);
        underWay.delete(fail);
        reject(error);
      };
      underWay.add(fail);
      work.then((result) => {
        clearTimeout(timer);
        underWay.delete(fail);
        used = true;
        resolve(result);
      }, fail);
    });
  }

  return {
    client,
    createdAt: Date.now(),
    isUsed: () => used,
    isLost: () => lost !== undefined,
    guard,
    async run(statement) {
      try {
        return await guard(statement, options.answerTimeout);
      } catch (error) {
        // The server's last word: the connection ends behind it.
        if (isFatal(error)) lose(error as Error);
        throw error;
      }
    },
    onLost: (listener) => void listeners.push(listener),
    destroy: (error = connectionClosed()) => lose(error),
    async close() {
      if (lost === undefined) await client.end({ timeout: CLOSE_TIMEOUT_S });
      lose(connectionClosed());
    },
  };
}

async function openSocket({
  host: [host = 'localhost'],
  port: [port = 5432],
  path,
}: {
  host: string[];
  port: number[];
  path: string | false;
}): Promise<Socket> {
  const socket = path ? connect(path) : connect({ host, port });
  const timer = setTimeout(() => {
    const error = new Error(`no connection within ${CONNECT_TIMEOUT_MS} ms`);
    socket.destroy(Object.assign(error, { code: 'CONNECT_TIMEOUT' }));
  }, CONNECT_TIMEOUT_MS);
  try {
    await once(socket, 'connect');
  } finally {
    clearTimeout(timer);
  }
  // postgres.js names this host in the TLS handshake.
  return Object.assign(socket.setNoDelay(true), { host, port });
}

function connectionClosed(): SsoLinkError {
  return new SsoLinkError('CONNECTION_CLOSED', 'the connection to PostgreSQL was lost');
}

function noAnswer(milliseconds: number): SsoLinkError {
  return new SsoLinkError('DATABASE_TIMEOUT', `PostgreSQL did not answer within ${milliseconds} ms`);
}

function isFatal(error: unknown): boolean {
  const { severity } = error as { severity?: string };
  return severity === 'FATAL' || severity === 'PANIC';
}
