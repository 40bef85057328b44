import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '../db/client.ts';
import { codeOf, SsoLinkError } from '../errors.ts';
import type { IncomingRecord } from '../kafka/records.ts';
import { type ChunkReport, runChunk } from './chunk.ts';
import { type ChunkTrace, UNTRACED } from './chunk-spans.ts';

/** Somebody else was faster (unique_violation, serialization_failure, deadlock_detected): look again. */
const RUN_AGAIN = ['23505', '40001', '40P01', 'chunk_conflict'];
/** Data exceptions and integrity violations: the same records fail the same way each time. */
const REFUSED = /^(22|23)/;
const TRIES = 8;

/**
 * Links a chunk, whatever is in it. Where another worker was faster it is run again; what the database
 * refuses is bisected to the record, which becomes a dead letter.
 * @throws SsoLinkError `linking_unavailable`: nothing more was committed, a later try may go better
 */
export async function linkChunk(
  database: Database,
  records: IncomingRecord[],
  traced: ChunkTrace = UNTRACED,
): Promise<ChunkReport> {
  const report: ChunkReport = { results: [], decided: [], duplicates: 0, faulty: [] };
  const parts = [records];
  for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
    const { results, decided, duplicates, faulty } = await runOrSplit(database, part, traced, (halves) =>
      parts.unshift(...halves),
    );
    report.results.push(...results);
    report.decided.push(...decided);
    report.duplicates += duplicates;
    report.faulty.push(...faulty);
  }
  return report;
}

/** The halves stand in front of what comes later: the order of the records stays. */
async function runOrSplit(
  database: Database,
  records: IncomingRecord[],
  traced: ChunkTrace,
  split: (halves: IncomingRecord[][]) => void,
): Promise<ChunkReport> {
  try {
    return await insist(() => runChunk(database, records, [], traced));
  } catch (error) {
    const code = codeOf(error) ?? 'unknown';
    if (!REFUSED.test(code)) throw unavailable(code, error);
    const [record] = records;
    if (record !== undefined && records.length === 1) {
      const refused = { record, fault: 'database_refused', error: `SQLSTATE ${code}` } as const;
      return await runChunk(database, [], [refused]).catch((e: unknown) => {
        throw unavailable(codeOf(e) ?? 'unknown', e);
      });
    }
    const middle = Math.ceil(records.length / 2);
    split([records.slice(0, middle), records.slice(middle)]);
    return { results: [], decided: [], duplicates: 0, faulty: [] };
  }
}

async function insist<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (tries === TRIES || !RUN_AGAIN.includes(codeOf(error) ?? '')) throw error;
      // Two that met wait for different times, so that they don't meet again.
      await delay(Math.random() * 5 * 2 ** tries);
    }
  }
}

/** A database's error may quote an email (`detail`), so it is no cause: its code is. */
function unavailable(code: string, error: unknown): SsoLinkError {
  const message = error instanceof Error ? error.message : 'unknown';
  return new SsoLinkError('linking_unavailable', `the chunk was not linked: ${code} ${message}`, {
    cause: { code },
  });
}
