import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { type Command, InvalidArgumentError } from 'commander';
import { readChangeTime } from '../accounts/changed-at.ts';
import { type ImportReport, importAccounts } from '../accounts/import.ts';
import { codeOf, SsoLinkError } from '../errors.ts';
import { addSubcommand } from './command.ts';
import { actor, type Io, withDatabase } from './io.ts';
import { type OutputOptions, printDone, printJson, snakeCase } from './output.ts';
import { startProgress } from './progress.ts';

const IMPORT_HELP = `
A line is a JSON object, a social account and its user:
  {"user_id":"u1","company":"acme","name":"Ada","status":"active","provider":"google",
   "provider_user_id":"1081…","email":"ada@acme.com","email_verified":true}
company, name and status may be absent: of no company (which clears one that an import set, and never one that
a link set); name and status stay as they are, a new user is active. "status":"deleted" erases the user, as
\`users delete\` does, and needs no more than user_id. A social account that is gone:
  {"provider":"google","provider_user_id":"1081…","removed":true}
From then on nobody is linked by it; a link that it led to stays.
A provider that gives no email, as GitHub does of a private address: "email":null. The account is mirrored and no
email finds it.
Of several lines for one user or one account the last one counts, unless they say when the change was made:
"changed_at":"2026-11-27T08:30:00Z". Then the newest one counts, and a line that is older than what is known (by this
command, the topic user.account_changed or the API) changes nothing. A line without one is as new as its reading, or
as --changed-at says: name the time at which the file was written if changes arrive by other ways too.

A bad line is told by its number, and the others are imported. So is a conflict: a line that names another
company than the one that a link set, or a user who was deleted here. Nothing is ever removed because a line
for it is missing. Run it as often as you like: what is known isn't written again.

A late match is told: the person of an account signed in before and got a new user (\`late-matches --help\`).

With --json: {"type":"bad_line",…}, {"type":"conflict",…} and {"type":"late_match",…} lines, and last {"type":"summary",…}.
Exit code 2 when there were bad lines or conflicts: the mirror is not all that the file says.`;

export function accountsCommands(program: Command, io: Io): void {
  const accounts = program
    .command('accounts')
    .description("the mirror of the product's users and social accounts");

  addSubcommand(accounts, 'import', 'mirror users and social accounts from NDJSON')
    .argument('<file>', 'the file, or - for standard input')
    .option('--changed-at <time>', 'when lines without changed_at were changed, RFC 3339', time)
    .addHelpText('after', IMPORT_HELP)
    .action((file: string, options: ImportOptions) =>
      withDatabase(io, (database) => runImport(io, database, file, options), { statementTimeout: 60_000 }),
    );
}

interface ImportOptions extends OutputOptions {
  changedAt?: string;
}

function time(text: string): string {
  const at = readChangeTime(text);
  if (at === undefined) throw new InvalidArgumentError('expected a time like 2026-11-27T08:30:00Z');
  return at;
}

/** Invalid lines in a row that are printed one by one. */
const MAX_TOLD = 20;

async function runImport(
  io: Io,
  database: Parameters<typeof importAccounts>[0],
  file: string,
  options: ImportOptions,
): Promise<void> {
  const { stream, bytes } = await openInput(io, file);
  const progress = startProgress(io, bytes);
  let passed = 0;
  let [lastBad, inARow] = [0, 0];
  async function* counted() {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      passed += chunk.length;
      yield chunk;
    }
  }
  const report: ImportReport = {
    bad: (line) => {
      if (options.json) return printJson(io, { type: 'bad_line', ...line });
      inARow = line.line === lastBad + 1 ? inARow + 1 : 1;
      lastBad = line.line;
      if (inARow <= MAX_TOLD) progress.note(`line ${line.line}: ${line.reason}`);
      else if (inARow === MAX_TOLD + 1)
        progress.note('more invalid lines follow: only their number is printed');
    },
    conflict: (conflict) =>
      options.json
        ? printJson(io, { type: 'conflict', ...snakeCase(conflict) })
        : progress.note(`line ${conflict.line}: conflict, user '${conflict.userId}' ${inWords(conflict)}`),
    lateMatch: ({ id, company, identityId, createdUserId, userId }) =>
      options.json
        ? printJson(io, {
            ...{ type: 'late_match', id, company, sso_identity_id: identityId },
            ...{ created_user_id: createdUserId, user_id: userId },
          })
        : progress.note(
            `late match ${id}: the person of user '${userId}' signs in at '${company}' as user '${createdUserId}'`,
          ),
    progress: (lines) => progress.update(passed, lines),
  };
  try {
    const summary = await importAccounts(
      database,
      actor(io),
      file === '-' ? 'standard input' : file,
      counted(),
      report,
      options.changedAt === undefined ? {} : { changedAt: options.changedAt },
    );
    progress.stop();
    const { lines, users, accounts, removed, erased, unchanged, bad, conflicts, lateMatches } = summary;
    printDone(
      io,
      options,
      `${lines} lines: ${users} users and ${accounts} accounts written, ${removed} accounts removed, ${erased} users erased, ` +
        `${unchanged} lines unchanged, ${bad} bad, ${conflicts} conflicts` +
        (lateMatches > 0 ? `, ${lateMatches} late matches (\`late-matches list\`)` : ''),
      {
        ...{ type: 'summary', lines, users, accounts, removed, erased, unchanged, bad, conflicts },
        late_matches: lateMatches,
      },
    );
    if (bad > 0 || conflicts > 0) io.exitCode = 2;
  } finally {
    progress.stop();
    stream.destroy();
  }
}

function inWords(conflict: { reason: string; company: string | null; wanted: string | null }): string {
  return conflict.reason === 'user_deleted'
    ? 'was deleted here, which is final'
    : `belongs to company '${conflict.company}' by a link, and the line says '${conflict.wanted}'`;
}

async function openInput(io: Io, file: string): Promise<{ stream: Readable; bytes: number | undefined }> {
  if (file === '-') return { stream: io.stdin, bytes: undefined };
  try {
    const stream = createReadStream(file, { highWaterMark: 256 * 1024 });
    await once(stream, 'open');
    const stats = await stat(file);
    if (stats.isDirectory()) throw new SsoLinkError('EISDIR', 'a folder');
    return { stream, bytes: stats.isFile() ? stats.size : undefined };
  } catch (error) {
    throw new SsoLinkError('file_unreadable', `${file} cannot be read (${codeOf(error) ?? 'no code'})`);
  }
}
