/**
 * A chunk of `user.account_changed`: each record is a line of the import, and one transaction brings all of them into
 * the mirror. Delivered again it changes nothing: times order the changes, not their arrival.
 */
import type { Database } from '../db/client.ts';
import { LOST_RACES, retryOnCodes } from '../db/retry-on-codes.ts';
import { codeOf, SsoLinkError } from '../errors.ts';
import { ACCOUNT_CHANGED_TOPIC } from '../events/topics.ts';
import type { IncomingRecord } from '../kafka/records.ts';
import { append } from '../outbox/append.ts';
import { runBisected } from '../outbox/bisect.ts';
import { type DeadLetter, storeDeadLetters } from '../outbox/dead-letters.ts';
import { type ChangeTime, changeTimeOf, readChangeTime } from './changed-at.ts';
import { importBatch } from './import-batch.ts';
import { type ImportLine, readImportLine } from './import-line.ts';
import { MAX_LINE_BYTES } from './ndjson.ts';
import type { Conflict } from './plan-types.ts';

export interface MirrorReport {
  /** Lines by what came of them. */
  changed: number;
  unchanged: number;
  conflicts: Conflict[];
  deadLetters: DeadLetter[];
}

const ACTOR = 'worker';
const RUN_AGAIN = { codes: LOST_RACES, tries: 8, pause: (tries: number) => 5 * 2 ** tries };

/** @throws SsoLinkError `mirror_unavailable`: nothing more was committed, a later try may go better */
export async function mirrorChunk(database: Database, records: IncomingRecord[]): Promise<MirrorReport> {
  const report: MirrorReport = { changed: 0, unchanged: 0, conflicts: [], deadLetters: [] };
  await runBisected<MirrorReport>(records, {
    run: (part) => retryOnCodes(() => runChunk(database, part), RUN_AGAIN),
    bury: (record, error) => runChunk(database, [], [{ record, reason: 'database_refused', error }]),
    done({ changed, unchanged, conflicts, deadLetters }) {
      report.changed += changed;
      report.unchanged += unchanged;
      report.conflicts.push(...conflicts);
      report.deadLetters.push(...deadLetters);
    },
    unavailable,
  });
  return report;
}

async function runChunk(
  database: Database,
  records: IncomingRecord[],
  refused: DeadLetter[] = [],
): Promise<MirrorReport> {
  const { lines, deadLetters } = readChanges(records);
  return database.transaction(async (tx) => {
    const letters = [...refused, ...deadLetters];
    const report = { changed: 0, unchanged: 0, conflicts: [] as Conflict[], deadLetters: letters };
    if (lines.length > 0) {
      const plan = await importBatch(tx, ACTOR, lines, 'topic');
      for (const { line, reason } of plan.bad) {
        const record = records[line - 1];
        if (record) letters.push({ record, reason: 'company_unknown', error: reason });
      }
      report.unchanged = plan.unchanged;
      report.changed = lines.length - plan.bad.length - plan.unchanged;
      report.conflicts = plan.conflicts;
    }
    await append(tx, await storeDeadLetters(tx, letters, new Date()));
    return report;
  });
}

/** Lines are numbered by their place in the chunk. Never throws. */
function readChanges(records: IncomingRecord[]): { lines: ImportLine[]; deadLetters: DeadLetter[] } {
  const lines: ImportLine[] = [];
  const deadLetters: DeadLetter[] = [];
  const utf8 = new TextDecoder('utf-8', { fatal: true });
  records.forEach((record, i) => {
    const type = record.headers.ce_type ?? ACCOUNT_CHANGED_TOPIC;
    if (type !== ACCOUNT_CHANGED_TOPIC) {
      const error = 'ce_type names an event that is not understood here';
      deadLetters.push({ record, reason: 'unknown_type', error });
      return;
    }
    if (record.value === null) {
      deadLetters.push({ record, reason: 'change_invalid', error: 'the record has no value' });
      return;
    }
    const text = textOf(utf8, record.value);
    const line = readImportLine({ number: i + 1, text }, arrivalOf(record));
    if ('reason' in line) deadLetters.push({ record, reason: 'change_invalid', error: line.reason });
    else lines.push(line);
  });
  return { lines, deadLetters };
}

function textOf(utf8: TextDecoder, value: Buffer): string | null {
  if (value.length > MAX_LINE_BYTES) return null;
  try {
    return utf8.decode(value);
  } catch {
    return null;
  }
}

/** When a change was made that does not say so: `ce_time`; else when the record came, the same at each delivery. */
function arrivalOf({ headers, timestamp }: IncomingRecord): ChangeTime {
  const at = headers.ce_time === undefined ? undefined : readChangeTime(headers.ce_time);
  const now = Date.now();
  const came = timestamp > 0 ? Math.min(timestamp, now) : now;
  return { at: at ?? changeTimeOf(came), given: true };
}

/** A database's error may quote an email (`detail`), so it is no cause: its code is. */
function unavailable(error: unknown): SsoLinkError {
  const code = codeOf(error) ?? 'unknown';
  const message = error instanceof Error ? error.message : 'unknown';
  return new SsoLinkError('mirror_unavailable', `the changes were not mirrored: ${code} ${message}`, {
    cause: { code },
  });
}
