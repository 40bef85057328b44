/**
 * Notifications between processes: a hint to look now, and no more than that. One may be lost, and none passes a
 * transaction pooler, so every listener polls as well. Never sent in the transaction that it describes, since a NOTIFY
 * holds a lock of the whole database while it commits.
 */
import { coalesce } from '../promises.ts';
import type { Database } from './client.ts';
import type { Connection } from './connection.ts';
import { createOpener } from './open-connection.ts';
import { type DatabaseSource, readSource } from './source.ts';

/** `sso_link_outbox`: rows wait for a relay. `sso_link_results`: logins have their link results. */
export type Channel = 'sso_link_outbox' | 'sso_link_results';

/** Under load the listeners poll again without it. */
const MOMENT_MS = 10;
const AGAIN_MS = 1_000;
const LISTEN_TIMEOUT_MS = 10_000;

/** Sends a hint; many of one moment are one. Never throws: a lost hint is found by polling. */
export type Notify = () => void;

/** @param channels each of them gets the hint, in one statement */
export function createNotifier({ sql }: Pick<Database, 'sql'>, channels: Channel[]): Notify {
  return coalesce(MOMENT_MS, () => {
    sql`SELECT pg_notify(channel, '') FROM unnest(${channels}::text[]) AS channel`.catch(() => {});
  });
}

/**
 * Calls back at each hint, on a connection of its own that is opened again whenever it is lost.
 * @param options.name as pg_stat_activity shows it
 * @returns what ends it
 */
export function listen(
  source: DatabaseSource,
  options: { name: string; channel: Channel; heard: () => void },
): () => Promise<void> {
  const { server, password } = readSource(source);
  const open = createOpener(server, {
    name: options.name,
    answerTimeout: LISTEN_TIMEOUT_MS,
    onNotify: options.heard,
    ...(password && { password }),
  });
  let ended = false;
  let timer: NodeJS.Timeout | undefined;
  let connection: Connection | undefined;

  async function listen(): Promise<void> {
    try {
      connection = await open();
      connection.onLost(later);
      await connection.run(connection.client`LISTEN ${connection.client(options.channel)}`);
      if (ended) await connection.close();
    } catch {
      connection?.destroy();
      later();
    }
  }

  function later(): void {
    clearTimeout(timer);
    if (!ended) timer = setTimeout(listen, AGAIN_MS).unref();
  }

  void listen();
  return async () => {
    ended = true;
    clearTimeout(timer);
    await connection?.close();
  };
}
