/**
 * A word to the relay that rows wait, so that it needn't find out by its next look (relay.ts). It is no more than
 * that: it may be lost, and behind a pooler of transactions nobody hears it. Never sent in the transaction that
 * appends, since a NOTIFY holds a lock of the whole database while it commits.
 */
import type { Database } from '../db/client.ts';
import type { Connection } from '../db/connection.ts';
import { createOpener } from '../db/open-connection.ts';
import { type DatabaseSource, readSource } from '../db/source.ts';

const CHANNEL = 'sso_link_outbox';
/** Under load the relay polls again without it. */
const MOMENT_MS = 10;
const AGAIN_MS = 1_000;
const LISTEN_TIMEOUT_MS = 10_000;

export type NotifyRelay = () => void;

/** Tells the relays: at once, where nothing was said for a moment; else as one word at the moment's end. */
export function createNotifier({ sql }: Pick<Database, 'sql'>): NotifyRelay {
  let waiting = false;
  let saidAt = 0;
  function say(): void {
    waiting = false;
    saidAt = performance.now();
    sql`SELECT pg_notify(${CHANNEL}, '')`.catch(() => {});
  }
  return () => {
    if (waiting) return;
    const pause = saidAt + MOMENT_MS - performance.now();
    if (pause <= 0) return say();
    waiting = true;
    setTimeout(say, pause).unref();
  };
}

/**
 * Calls back at each hint, on a connection of its own that is opened again whenever it is lost.
 * @returns what ends it
 */
export function listen(source: DatabaseSource, heard: () => void): () => Promise<void> {
  const { server, password } = readSource(source);
  const open = createOpener(server, {
    name: 'relay',
    answerTimeout: LISTEN_TIMEOUT_MS,
    onNotify: heard,
    ...(password && { password }),
  });
  let ended = false;
  let timer: NodeJS.Timeout | undefined;
  let connection: Connection | undefined;

  async function listen(): Promise<void> {
    try {
      connection = await open();
      connection.onLost(later);
      await connection.run(connection.client`LISTEN ${connection.client(CHANNEL)}`);
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
