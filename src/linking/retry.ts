import type { Database } from '../db/client.ts';
import { LOST_RACES, retryOnCodes, SQLSTATE } from '../db/retry-on-codes.ts';
import { codeOf, SsoLinkError } from '../errors.ts';
import type { IncomingRecord } from '../kafka/records.ts';
import { type ChunkReport, runChunk } from './chunk.ts';
import { type ChunkTrace, UNTRACED } from './chunk-spans.ts';

/** Somebody else was faster (unique_violation, serialization_failure, deadlock_detected): look again. */
const RUN_AGAIN = {
  codes: [SQLSTATE.uniqueViolation, ...LOST_RACES, 'chunk_conflict'],
  tries: 8,
  pause: (tries: number) => 5 * 2 ** tries,
};
/**
 * What records can cause, and the same ones each time: SQLSTATEs of data exceptions, integrity violations and limits
 * (PostgreSQL, Appendix A), and what Node and our array parameters say of a value. Any other code is the database's or
 * the network's: a record that became a dead letter by it would never get its result.
 */
const OF_RECORDS =
  /^(22|23|54)[0-9A-Z]{3}$|^(UNDEFINED_VALUE|ERR_STRING_TOO_LONG|ERR_BUFFER_TOO_LARGE|ERR_OUT_OF_RANGE|ERR_INVALID_ARG_(TYPE|VALUE))$/;

/**
 * Links a chunk, whatever is in it. Where another worker was faster it is run again; a failure
 * that the records cause, and not the database's state, is bisected to the record, which becomes a dead letter.
 * @throws SsoLinkError `linking_unavailable`: nothing more was committed, a later try may go better
 */
export async function linkChunk(
  database: Database,
  records: IncomingRecord[],
  traced: ChunkTrace = UNTRACED,
): Promise<ChunkReport> {
  const report: ChunkReport = { results: [], decided: [], duplicates: 0, deadLetters: [] };
  const parts = [records];
  for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
    const { results, decided, duplicates, deadLetters } = await runOrSplit(database, part, traced, (halves) =>
      parts.unshift(...halves),
    );
    report.results.push(...results);
    report.decided.push(...decided);
    report.duplicates += duplicates;
    report.deadLetters.push(...deadLetters);
  }
  return report;
}

/** The halves precede all later records: their order stays. */
async function runOrSplit(
  database: Database,
  records: IncomingRecord[],
  traced: ChunkTrace,
  split: (halves: IncomingRecord[][]) => void,
): Promise<ChunkReport> {
  try {
    return await retryOnCodes(() => runChunk(database, records, [], traced), RUN_AGAIN);
  } catch (error) {
    if (!isRecords(error)) throw unavailable(error);
    const [record] = records;
    if (record !== undefined && records.length === 1) {
      return await storeDeadLetter(database, record, codeOf(error) ?? (error as Error).name);
    }
    const middle = Math.ceil(records.length / 2);
    split([records.slice(0, middle), records.slice(middle)]);
    return { results: [], decided: [], duplicates: 0, deadLetters: [] };
  }
}

/** The record as a dead letter; without its value, where it is the value that can't be kept either. */
async function storeDeadLetter(
  database: Database,
  record: IncomingRecord,
  code: string,
): Promise<ChunkReport> {
  const keep = (kept: IncomingRecord, error: string) =>
    runChunk(database, [], [{ record: kept, reason: 'database_refused', error }]);
  try {
    return await keep(record, code);
  } catch (error) {
    if (!isRecords(error)) throw unavailable(error);
    const lost = `${code}; its value of ${record.value?.length ?? 0} bytes can't be kept`;
    return await keep({ ...record, value: null }, lost).catch((e: unknown) => {
      throw unavailable(e);
    });
  }
}

/** Whether the records are the cause. What has no code is thrown here, by what they hold. */
function isRecords(error: unknown): boolean {
  const code = codeOf(error);
  return code === undefined || OF_RECORDS.test(code);
}

/** A database's error may quote an email (`detail`), so it is no cause: its code is. */
function unavailable(error: unknown): SsoLinkError {
  const code = codeOf(error) ?? 'unknown';
  const message = error instanceof Error ? error.message : 'unknown';
  return new SsoLinkError('linking_unavailable', `the chunk was not linked: ${code} ${message}`, {
    cause: { code },
  });
}
