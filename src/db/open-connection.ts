/**
 * Opens a connection to the first host that fits, and detects a connection pooler in front of PostgreSQL.
 *
 * Time limits are session settings in the startup message. PgBouncer refuses them, or drops them without a word
 * (`ignore_startup_parameters`). Where that is seen, no session is trusted from then on: the limits become part of
 * each transaction, and statements are not prepared, as transaction pooling demands.
 */
import { codeOf, SsoLinkError } from '../errors.ts';
import { type Connection, type ConnectionOptions, createConnection } from './connection.ts';
import type { ConnectionSettings, Host, SessionAttributes } from './connection-url.ts';

export interface Limits {
  /** As PostgreSQL reads them, `500ms`; `0` for none. */
  statement_timeout: string;
  lock_timeout: string;
  /** As PostgreSQL prints it, `10s`: by it a pooler is found that drops the limits. */
  idle_in_transaction_session_timeout: string;
}

export type Opener = () => Promise<Connection>;

interface SessionFacts {
  /** `idle_in_transaction_session_timeout`. */
  limit: string;
  standby: boolean;
  readOnly: boolean;
}

/** @param limits of every transaction; of every statement, too, where no pooler is in between. None unless given */
export function createOpener(
  server: ConnectionSettings,
  options: Omit<ConnectionOptions, 'parameters' | 'prepare' | 'begin'>,
  limits?: Limits,
): Opener {
  /** Known for good once it was seen. */
  let pooled = false;

  async function open(host: Host): Promise<Connection> {
    const connection = createConnection(server, host, {
      ...options,
      ...(pooled && limits ? { prepare: false, begin: beginWith(limits) } : { parameters: { ...limits } }),
    });
    try {
      const facts = await factsOf(connection);
      if (!pooled && limits && facts.limit !== limits.idle_in_transaction_session_timeout) {
        pooled = true;
        connection.destroy();
        return await open(host);
      }
      if (!fits(facts, server.targetSessionAttributes)) {
        throw new SsoLinkError('CONNECT_TARGET', `${host.host} is not ${server.targetSessionAttributes}`);
      }
      return connection;
    } catch (error) {
      connection.destroy();
      if (pooled || !isStartupParameterRefused(error)) throw error;
      pooled = true;
      return open(host);
    }
  }

  return async () => {
    let last: unknown;
    for (const host of server.hosts) {
      try {
        return await open(host);
      } catch (error) {
        last = error;
        // The server answered: another one would say the same.
        if (/^(28|3D)/.test(codeOf(error) ?? '')) throw error;
      }
    }
    throw last;
  };
}

async function factsOf(connection: Connection): Promise<SessionFacts> {
  const [facts] = await connection.run(
    connection.client.unsafe<SessionFacts[]>(`
      SELECT current_setting('idle_in_transaction_session_timeout') AS limit, pg_is_in_recovery() AS standby, current_setting('transaction_read_only') = 'on' AS "readOnly"`),
  );
  return facts as SessionFacts;
}

/** `prefer-standby` takes what it gets: a second round over the hosts is not worth a connection. */
function fits({ standby, readOnly }: SessionFacts, wanted: SessionAttributes): boolean {
  if (wanted === 'read-write') return !readOnly;
  if (wanted === 'read-only') return readOnly;
  if (wanted === 'primary') return !standby;
  if (wanted === 'standby') return standby;
  return true;
}

/** protocol_violation, PgBouncer's answer to a startup parameter that it does not know. */
function isStartupParameterRefused(error: unknown): boolean {
  return codeOf(error) === '08P01' && /startup parameter/.test((error as Error).message);
}

function beginWith(limits: Limits): string {
  const settings = Object.entries(limits).map(([name, value]) => `SET LOCAL ${name} = '${value}'`);
  return ['BEGIN', ...settings].join('; ');
}
