/**
 * A word to the relay that rows wait, so that it needn't find out by its next look (relay.ts). It is no more than
 * that: it may be lost, and behind a pooler of transactions nobody hears it. Never sent in the transaction that
 * appends, since a NOTIFY holds a lock of the whole database while it commits.
 */
import postgres from 'postgres';
import type { Database } from '../db/client.ts';

const CHANNEL = 'sso_link_outbox';
/** Where much goes on, the relay looks again by itself. */
const MOMENT_MS = 10;
const AGAIN_MS = 1_000;

export type Hint = () => void;

/** Tells the relays: at once, where nothing was said for a moment; else as one word at the moment's end. */
export function createHint({ sql }: Pick<Database, 'sql'>): Hint {
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
 * Calls back at each hint, on a connection of its own that is made anew whenever it is lost.
 * @returns what ends it
 */
export function hearHints(databaseUrl: string, heard: () => void): () => Promise<void> {
  let ended = false;
  let timer: NodeJS.Timeout | undefined;
  // postgres.js's own listen gives up where the database isn't back at once.
  const options: postgres.Options<Record<string, never>> & { onnotify(): void } = {
    max: 1,
    idle_timeout: 0,
    max_lifetime: null,
    fetch_types: false,
    connection: { application_name: 'sso-link relay' },
    onnotify: heard,
    onclose: later,
  };
  const sql = postgres(databaseUrl, options);
  function listen(): void {
    sql`LISTEN ${sql(CHANNEL)}`.catch(later);
  }
  function later(): void {
    clearTimeout(timer);
    if (!ended) timer = setTimeout(listen, AGAIN_MS).unref();
  }
  listen();
  return async () => {
    ended = true;
    clearTimeout(timer);
    await sql.end({ timeout: 1 });
  };
}
