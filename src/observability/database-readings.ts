import { setTimeout as delay } from 'node:timers/promises';
import type { Database, Transaction } from '../db/client.ts';

/** Something that the database is asked for, so that a gauge can tell it. */
export interface Reading {
  /** Not asked more often. */
  everyMs: number;
  /** @returns what tells the values */
  read(sql: Transaction['sql']): Promise<() => void>;
  /** Takes the series away: an old value told on says that all is well. */
  forget(): void;
}

/** For a scrape, and for the database: a reading isn't worth more. */
const PATIENCE_MS = 2_000;

/** @returns what reads all that is due, for a scrape to wait for; it never throws */
export function createReadings(
  database: Pick<Database, 'transaction'>,
  readings: Reading[],
): () => Promise<unknown> {
  const due = readings.map((reading) => onlyWhenDue(database, reading));
  return () => Promise.all(due.map((reread) => reread()));
}

function onlyWhenDue(database: Pick<Database, 'transaction'>, reading: Reading): () => Promise<void> {
  let readAt = 0;
  let underWay = false;
  return async () => {
    if (underWay || Date.now() - readAt < reading.everyMs) return;
    readAt = Date.now();
    underWay = true;
    const asked = database
      .transaction(async ({ sql }) => {
        await sql`SELECT set_config('statement_timeout', ${String(PATIENCE_MS)}, true)`;
        return reading.read(sql);
      })
      .finally(() => {
        underWay = false;
      });
    const tell = await Promise.race([asked, delay(PATIENCE_MS, undefined, { ref: false })]).catch(
      () => undefined,
    );
    reading.forget();
    tell?.();
  };
}
