import type { Database } from '../db/client.ts';
import { LOST_RACES, retryOnCodes, SQLSTATE } from '../db/retry-on-codes.ts';
import { codeOf, SsoLinkError } from '../errors.ts';
import type { IncomingRecord } from '../kafka/records.ts';
import { runBisected } from '../outbox/bisect.ts';
import { type ChunkReport, runChunk } from './chunk.ts';
import { type ChunkTrace, UNTRACED } from './chunk-spans.ts';

/** Somebody else was faster (unique_violation, serialization_failure, deadlock_detected): look again. */
const RUN_AGAIN = {
  codes: [SQLSTATE.uniqueViolation, ...LOST_RACES, 'chunk_conflict'],
  tries: 8,
  pause: (tries: number) => 5 * 2 ** tries,
};
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
  await runBisected<ChunkReport>(records, {
    run: (part) => retryOnCodes(() => runChunk(database, part, [], traced), RUN_AGAIN),
    bury: (record, error) => runChunk(database, [], [{ record, reason: 'database_refused', error }]),
    done({ results, decided, duplicates, deadLetters }) {
      report.results.push(...results);
      report.decided.push(...decided);
      report.duplicates += duplicates;
      report.deadLetters.push(...deadLetters);
    },
    unavailable,
  });
  return report;
}

/** A database's error may quote an email (`detail`), so it is no cause: its code is. */
function unavailable(error: unknown): SsoLinkError {
  const code = codeOf(error) ?? 'unknown';
  const message = error instanceof Error ? error.message : 'unknown';
  return new SsoLinkError('linking_unavailable', `the chunk was not linked: ${code} ${message}`, {
    cause: { code },
  });
}
