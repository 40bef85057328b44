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
import type { Socket } from 'node:net';
import { drizzle } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import { SsoLinkError } from '../errors.ts';
import { addArrayTypes } from './array-types.ts';
import type { ConnectionSettings, Host } from './connection-url.ts';
import { openSocket } from './socket.ts';

export type Client = postgres.Sql;

export interface ConnectionOptions {
  /** As pg_stat_activity shows it. */
  name: string;
  /** Server settings of the session, in PostgreSQL's units. */
  parameters?: Record<string, string>;
  /** Whether statements are prepared; a pooler may give the next one to another session. Default true. */
  prepare?: boolean;
  /** What begins a transaction. Default `BEGIN`. */
  begin?: string;
  /** Called for each connection, since it may change; in place of the URL's. */
  password?: () => Promise<string>;
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
  /** What begins a transaction on it. */
  readonly begin: string;
  readonly createdAt: number;
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

const CLOSE_TIMEOUT_S = 1;
/** How much later than its time limit a missing answer is noticed, in milliseconds. */
const WATCH_MS = 500;

interface Waiting {
  reject(error: Error): void;
  /** Of `performance.now()`. */
  until: number;
}

/** Prepares a connection; its socket opens with the first statement. */
export function createConnection(
  server: ConnectionSettings,
  host: Host,
  options: ConnectionOptions,
): Connection {
  const underWay = new Set<Waiting>();
  const listeners: ((error: Error) => void)[] = [];
  let socket: Socket | undefined;
  let opened = false;
  let lost: Error | undefined;
  let watch: NodeJS.Timeout | undefined;

  function lose(error: Error): void {
    if (lost !== undefined) return;
    lost = error;
    clearInterval(watch);
    for (const { reject } of underWay) reject(error);
    underWay.clear();
    socket?.destroy();
    for (const listener of listeners) listener(error);
  }

  // postgres.js awaits it where nobody catches its error: the process would end.
  const readPassword = (read: () => Promise<string>) => () =>
    read().catch((error: Error) => {
      lose(error);
      return new Promise<string>(() => {});
    });

  const client = postgres({
    host: host.host,
    port: host.port,
    user: server.user,
    pass: options.password ? readPassword(options.password) : server.password,
    database: server.database,
    // Ours: socket.ts opens it, and speaks TLS where it must.
    ssl: false,
    max: 1,
    prepare: options.prepare ?? true,
    connect_timeout: server.connectTimeout / 1000,
    idle_timeout: 0,
    max_lifetime: null,
    fetch_types: false,
    onnotice: () => {},
    connection: {
      application_name: `sso-link ${options.name}`,
      ...(server.options && { options: server.options }),
      ...options.parameters,
    },
    onclose: () => lose(connectionClosed()),
    ...{ onnotify: options.onNotify },
    // postgres.js calls this again to reconnect: a lost connection stays lost.
    ...{
      async socket() {
        if (opened) throw lost ?? connectionClosed();
        opened = true;
        socket = await openSocket(server, host).catch((error: Error) => {
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
      const waiting = { reject, until: timeout > 0 ? performance.now() + timeout : Number.POSITIVE_INFINITY };
      underWay.add(waiting);
      work.then(
        (result) => {
          underWay.delete(waiting);
          resolve(result);
        },
        (error: Error) => {
          underWay.delete(waiting);
          reject(error);
          // The server's last word: the connection ends behind it.
          if (isFatal(error)) lose(error);
        },
      );
    });
  }

  /** One timer for all statements: to set and clear one for each costs more than what it guards. */
  function loseLate(): void {
    const now = performance.now();
    const isLate = [...underWay].some(({ until }) => until < now);
    if (isLate) lose(noAnswer(options.answerTimeout));
  }

  if (options.answerTimeout > 0) {
    const period = Math.min(WATCH_MS, options.answerTimeout / 4);
    watch = setInterval(loseLate, period).unref();
  }

  return {
    client,
    begin: options.begin ?? 'BEGIN',
    createdAt: Date.now(),
    isLost: () => lost !== undefined,
    guard,
    run: (statement) => guard(statement, options.answerTimeout),
    onLost: (listener) => void listeners.push(listener),
    destroy: (error = connectionClosed()) => lose(error),
    async close() {
      if (lost === undefined) await client.end({ timeout: CLOSE_TIMEOUT_S });
      lose(connectionClosed());
    },
  };
}

function connectionClosed(): SsoLinkError {
  return new SsoLinkError('CONNECTION_CLOSED', 'the connection to PostgreSQL was lost');
}

function noAnswer(milliseconds: number): SsoLinkError {
  return new SsoLinkError('DATABASE_TIMEOUT', `PostgreSQL did not answer within ${milliseconds} ms`);
}

function isFatal(error: unknown): boolean {
  const { severity } = (error ?? {}) as { severity?: string };
  return severity === 'FATAL' || severity === 'PANIC';
}
