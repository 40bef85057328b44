import { Command, CommanderError } from 'commander';
import { accountsCommands } from './accounts.ts';
import { auditCommands } from './audit-list.ts';
import { clientCommands } from './client.ts';
import { companyCommands } from './company.ts';
import { deadLettersCommands } from './dead-letters.ts';
import { doctorCommand } from './doctor.ts';
import { domainCommands } from './domain.ts';
import { reportFailure } from './failure.ts';
import type { Io } from './io.ts';
import { keysCommands } from './keys.ts';
import { linksCommands } from './links.ts';
import { migrateCommand } from './migrate.ts';
import { previewCommand } from './preview.ts';
import { pruneCommand } from './prune.ts';
import { resultsCommands } from './results.ts';
import { roleCommands } from './roles.ts';
import { topicsCommand } from './topics.ts';
import { usersCommands } from './users.ts';

const HELP = `
With --json a command prints JSON lines: one line for one thing, a line each for a list.
Exit code: 0 done; 1 failed, with one line on standard error; 2 done, but some lines want a look.
Commands read the environment variables that they need, DATABASE_URL first; LOG_LEVEL=debug shows a stack.
What a command changes is in \`audit list\`, under the name in SSO_LINK_OPERATOR, else the system's user.`;

type Group = (program: Command, io: Io) => void;

const GROUPS: [string, ...Group[]][] = [
  ['Roles:', roleCommands],
  ['Setting up:', migrateCommand, topicsCommand, doctorCommand],
  ['Companies:', companyCommands, domainCommands, clientCommands],
  ['People:', accountsCommands, usersCommands, previewCommand, resultsCommands, linksCommands],
  ['Keeping:', deadLettersCommands, keysCommands, pruneCommand, auditCommands],
];

/** Runs one command line and returns its exit code. Never throws. */
export async function runCommand(argv: string[], given: Omit<Io, 'exitCode'>): Promise<number> {
  const io: Io = { ...given, exitCode: 0 };
  try {
    await buildProgram(io).parseAsync(argv, { from: 'user' });
    return io.exitCode;
  } catch (error) {
    // Commander has written what is wrong, or the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode;
    reportFailure(io, error, argv.includes('--json'));
    return 1;
  }
}

/** The whole command line. What it prints and asks goes by `io`. */
export function buildProgram(io: Io): Command {
  const program = new Command('sso-link')
    .description('JumpCloud sign-in, linked to the accounts that people already have')
    .addHelpText('after', HELP)
    .showSuggestionAfterError()
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void io.stderr.write(text),
    })
    .exitOverride();
  for (const [heading, ...groups] of GROUPS) {
    program.commandsGroup(heading);
    for (const group of groups) group(program, io);
  }
  return program;
}
