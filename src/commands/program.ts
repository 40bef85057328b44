import { Command, CommanderError } from 'commander';
import type { Io } from './io.ts';
import { reportError } from './report-error.ts';

const HELP = `
With --json a command prints JSON lines: one line for one thing, a line each for a list.
Exit code: 0 done; 1 failed, with one line on standard error; 2 done, but some lines want a look.
Commands read the environment variables that they need, DATABASE_URL first; LOG_LEVEL=debug shows a stack.
What a command changes is in \`audit list\`, under the name in SSO_LINK_OPERATOR, else the system's user.`;

interface Group {
  heading: string;
  /** The words that a command line of it begins with. */
  words: string[];
  /** Imported when one of them is asked for: a role starts without the other commands. */
  load(): Promise<(program: Command, io: Io) => void>;
}

const [ROLES, SETUP, COMPANIES, PEOPLE, KEEPING] = [
  'Roles:',
  'Setting up:',
  'Companies:',
  'People:',
  'Keeping:',
] as const;

// biome-ignore format: one line per module
const GROUPS: Group[] = [
  { heading: ROLES, words: ['server', 'relay', 'worker', 'api'], load: async () => (await import('./roles.ts')).roleCommands },
  { heading: SETUP, words: ['migrate'], load: async () => (await import('./migrate.ts')).migrateCommand },
  { heading: SETUP, words: ['topics'], load: async () => (await import('./topics.ts')).topicsCommand },
  { heading: SETUP, words: ['doctor'], load: async () => (await import('./doctor.ts')).doctorCommand },
  { heading: COMPANIES, words: ['company'], load: async () => (await import('./company.ts')).companyCommands },
  { heading: COMPANIES, words: ['domain'], load: async () => (await import('./domain.ts')).domainCommands },
  { heading: COMPANIES, words: ['client'], load: async () => (await import('./client.ts')).clientCommands },
  { heading: COMPANIES, words: ['setup'], load: async () => (await import('./setup.ts')).setupCommands },
  { heading: COMPANIES, words: ['guide'], load: async () => (await import('./guide.ts')).guideCommand },
  { heading: COMPANIES, words: ['directory'], load: async () => (await import('./directory.ts')).directoryCommands },
  { heading: PEOPLE, words: ['accounts'], load: async () => (await import('./accounts.ts')).accountsCommands },
  { heading: PEOPLE, words: ['users'], load: async () => (await import('./users.ts')).usersCommands },
  { heading: PEOPLE, words: ['preview'], load: async () => (await import('./preview.ts')).previewCommand },
  { heading: PEOPLE, words: ['results'], load: async () => (await import('./results.ts')).resultsCommands },
  { heading: PEOPLE, words: ['link', 'links'], load: async () => (await import('./links.ts')).linksCommands },
  { heading: PEOPLE, words: ['late-matches'], load: async () => (await import('./late-matches.ts')).lateMatchesCommands },
  { heading: PEOPLE, words: ['sessions'], load: async () => (await import('./sessions.ts')).sessionsCommands },
  { heading: KEEPING, words: ['dead-letters'], load: async () => (await import('./dead-letters.ts')).deadLettersCommands },
  { heading: KEEPING, words: ['events'], load: async () => (await import('./events.ts')).eventsCommands },
  { heading: KEEPING, words: ['keys'], load: async () => (await import('./keys.ts')).keysCommands },
  { heading: KEEPING, words: ['api-keys'], load: async () => (await import('./api-keys.ts')).apiKeysCommands },
  { heading: KEEPING, words: ['prune'], load: async () => (await import('./prune.ts')).pruneCommand },
  { heading: KEEPING, words: ['audit'], load: async () => (await import('./audit-list.ts')).auditCommands },
];

/** Runs one command line and returns its exit code. Never throws. */
export async function runCommand(argv: string[], given: Omit<Io, 'exitCode'>): Promise<number> {
  const io: Io = { ...given, exitCode: 0 };
  try {
    const program = await buildProgram(io, argv[0]);
    await program.parseAsync(argv, { from: 'user' });
    return io.exitCode;
  } catch (error) {
    // Commander has written what is wrong, or the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode;
    reportError(io, error, argv.includes('--json'));
    return 1;
  }
}

/**
 * The command line. What it prints and asks goes by `io`.
 * @param word only the commands that begin with it; all where none does, which is what help and suggestions need
 */
export async function buildProgram(io: Io, word?: string): Promise<Command> {
  const program = new Command('sso-link')
    .description('JumpCloud sign-in, linked to the accounts that people already have')
    .addHelpText('after', HELP)
    .showSuggestionAfterError()
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void io.stderr.write(text),
    })
    .exitOverride();
  const asked = GROUPS.filter(({ words }) => word !== undefined && words.includes(word));
  for (const { heading, load } of asked.length > 0 ? asked : GROUPS) {
    program.commandsGroup(heading);
    (await load())(program, io);
  }
  return program;
}
