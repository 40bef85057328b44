import type { Database, Transaction } from '../db/client.ts';
import { withTimeout } from '../promises.ts';

/** Something that the database is asked for, so that a gauge can tell it. */
export interface Reading {
  /** Not asked more often. */
  everyMs: number;
  /** @returns what tells the values */
  read(sql: Transaction['sql']): Promise<() => void>;
  /** Takes the series away: an old value told on says that all is well. */
  forget(): void;
}

/** Neither a scrape nor the database works for longer: no gauge is worth it. */
const PATIENCE_MS = 2_000;
/** A value that came too late for its scrape is reported at the next one, if that is not much later. */
const OLD_MS = 60_000;

/** @returns what reads all that is due, for a scrape to wait for; it never throws */
export function createReadings(
  database: Pick<Database, 'transaction'>,
  readings: Reading[],
): () => Promise<void> {
  const states = readings.map((reading) => ({ reading, askedAt: 0, toldAt: 0 }));
  let underWay: Promise<void> | undefined;

  /** One after the other: a scrape takes one of the role's connections, not five. */
  async function readDue(): Promise<void> {
    for (const state of states) {
      const { reading } = state;
      if (Date.now() - state.askedAt < reading.everyMs) continue;
      state.askedAt = Date.now();
      const tell = await ask(reading).catch(() => undefined);
      reading.forget();
      if (tell === undefined) continue;
      tell();
      state.toldAt = Date.now();
    }
  }

  function ask(reading: Reading): Promise<() => void> {
    return database.transaction(async ({ sql }) => {
      await sql`SELECT set_config('statement_timeout', ${String(PATIENCE_MS)}, true)`;
      return reading.read(sql);
    });
  }

  return async () => {
    underWay ??= readDue().finally(() => {
      underWay = undefined;
    });
    await withTimeout(PATIENCE_MS, underWay, () => {});
    for (const { reading, toldAt } of states) {
      if (Date.now() - toldAt > reading.everyMs + OLD_MS) reading.forget();
    }
  };
}
