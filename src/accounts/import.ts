import { audit } from '../audit.ts';
import type { Database } from '../db/client.ts';
import { LOST_RACES, retryOnCodes } from '../db/retry-on-codes.ts';
import { codeOf, SsoLinkError } from '../errors.ts';
import { changeTimeOf } from './changed-at.ts';
import { importBatch } from './import-batch.ts';
import { type BadLine, type ImportLine, readImportLine } from './import-line.ts';
import { readInput } from './input-format.ts';
import type { FoundLateMatch } from './late-matches.ts';
import { readLines } from './ndjson.ts';
import type { Conflict } from './plan-types.ts';

/** Users, accounts, removed (accounts) and erased (users) count what was written; the others count lines. */
export interface ImportSummary {
  lines: number;
  users: number;
  accounts: number;
  removed: number;
  erased: number;
  unchanged: number;
  bad: number;
  conflicts: number;
  /** Accounts whose person had signed in before and got a new user. */
  lateMatches: number;
}

export interface ImportReport {
  bad?(line: BadLine): void;
  conflict?(conflict: Conflict): void;
  lateMatch?(match: FoundLateMatch): void;
  /** After each batch. */
  progress?(lines: number): void;
}

const BATCH = 2_000;
const TRIES = 5;

/**
 * Mirrors the product's users and social accounts from NDJSON, in bounded memory, one transaction a batch. The
 * next batch is read while one is written. Made to run again and again: what is known already isn't written.
 * @param source what is imported, for the audit log: a file's name
 * @param options.changedAt the time of lines that give none (`readChangeTime`). Default: when each is read
 * @throws SsoLinkError `import_format`; `import_stopped` when a batch could not be written; those before it stay
 */
export async function importAccounts(
  database: Pick<Database, 'transaction'>,
  actor: string,
  source: string,
  stream: AsyncIterable<Buffer | string>,
  report: ImportReport = {},
  options: { changedAt?: string } = {},
): Promise<ImportSummary> {
  const summary = {
    lines: 0,
    users: 0,
    accounts: 0,
    removed: 0,
    erased: 0,
    unchanged: 0,
    bad: 0,
    conflicts: 0,
    lateMatches: 0,
  };
  let batch: ImportLine[] = [];
  let read = 0;
  let writing: Promise<void> = Promise.resolve();

  const tellBad = (bad: BadLine) => {
    summary.bad += 1;
    report.bad?.(bad);
  };
  const write = async (lines: ImportLine[], upTo: number) => {
    summary.lines = upTo;
    if (lines.length === 0) return;
    const plan = await writeBatch(database, actor, lines);
    plan.bad.forEach(tellBad);
    for (const conflict of plan.conflicts) report.conflict?.(conflict);
    for (const match of plan.lateMatches) report.lateMatch?.(match);
    summary.users += plan.users.length;
    summary.accounts += plan.accounts.length;
    summary.removed += plan.removed.length;
    summary.erased += plan.erase.length;
    summary.unchanged += plan.unchanged;
    summary.conflicts += plan.conflicts.length;
    summary.lateMatches += plan.lateMatches.length;
    report.progress?.(upTo);
  };
  const flush = async () => {
    const lines = batch;
    batch = [];
    await writing;
    writing = write(lines, read);
    // Awaited before the next one, or at the end.
    writing.catch(() => {});
  };

  const remember = (stopped: boolean) =>
    database.transaction((tx) =>
      audit(tx, { actor, action: 'accounts.import', target: source, details: { ...summary, stopped } }),
    );

  try {
    for await (const lines of readLines(readInput(stream))) {
      const at = options.changedAt ?? changeTimeOf(Date.now());
      const time = { at, given: options.changedAt !== undefined };
      for (const line of lines) {
        read += 1;
        const result = readImportLine(line, time);
        if ('reason' in result) tellBad(result);
        else if (batch.push(result) === BATCH) await flush();
      }
    }
    await flush();
    await writing;
  } catch (error) {
    await writing.catch(() => {});
    // The first error is the one to tell.
    await remember(true).catch(() => {});
    throw error;
  }
  await remember(false);
  return summary;
}

async function writeBatch(
  database: Pick<Database, 'transaction'>,
  actor: string,
  lines: ImportLine[],
): ReturnType<typeof importBatch> {
  try {
    return await retryOnCodes(() => database.transaction((tx) => importBatch(tx, actor, lines, 'file')), {
      codes: LOST_RACES,
      tries: TRIES,
      pause: () => 0,
    });
  } catch (error) {
    const first = lines[0]?.number;
    throw new SsoLinkError(
      'import_stopped',
      `stopped at line ${first}: the database failed (${codeOf(error) ?? 'no code'}). The lines before it are ` +
        'imported. Run the import again: it skips what is known',
      { cause: error },
    );
  }
}
