import { type Command, Option } from 'commander';
import {
  type DirectoryChange,
  directoryStatus,
  forgetDirectoryUser,
  setDirectoryEnabled,
} from '../directory/directory.ts';
import { DIRECTORY_USER_STATES, listDirectoryUsers } from '../directory/directory-users.ts';
import { addSubcommand, positiveInteger } from './command.ts';
import { directoryTokenCommands } from './directory-tokens.ts';
import { type Io, withDatabase } from './io.ts';
import { type OutputOptions, printFields, printTable, type Row, snakeCase, withDates } from './output.ts';
import { runChange } from './run-change.ts';

const FORGET_HELP = `
Deletes what is stored of the user, so that the directory can create it again: the probe user that an interrupted
activation left behind, say. If the user blocked a person's sign-in, that block ends.`;

export function directoryCommands(program: Command, io: Io): void {
  const directory = program
    .command('directory')
    .description("companies' directories: they say by SCIM who may no longer sign in");

  for (const [verb, enabled, about] of [
    ['enable', true, 'let the directory of a company push; what it pushed before counts again'],
    ['disable', false, 'refuse its requests; it blocks nobody until it is enabled again'],
  ] as const) {
    addSubcommand(directory, verb, about)
      .argument('<slug>')
      .action((slug: string, options: OutputOptions) =>
        runChange(
          io,
          options,
          (tx, actor) => setDirectoryEnabled(tx, actor, { slug, enabled }),
          (done) => [sentence(done), snakeCase(done)],
        ),
      );
  }

  addSubcommand(directory, 'status', 'what the directory of a company has pushed')
    .argument('<slug>')
    .action((slug: string, options: OutputOptions) =>
      withDatabase(io, async (database) => {
        printFields(io, options, snakeCase(await directoryStatus(database, slug)));
      }),
    );

  addSubcommand(
    directory,
    'users',
    'list the users of a directory, and the SSO identities that they are bound to',
  )
    .argument('<slug>')
    .addOption(new Option('--state <state>', 'only these').choices(DIRECTORY_USER_STATES))
    .option('--limit <n>', 'at most so many', positiveInteger)
    .action((slug: string, options: OutputOptions & { state?: string; limit?: number }) =>
      withDatabase(io, async (database) => {
        const { state, limit } = options;
        const filter = { company: slug, ...(state && { state }), ...(limit && { limit }) };
        const rows: Row[] = [];
        for await (const batch of listDirectoryUsers(database, filter)) rows.push(...batch.map(withDates));
        printTable(io, options, rows, 'no directory user');
      }),
    );

  addSubcommand(directory, 'forget', 'delete what is stored of one user of a directory')
    .argument('<slug>')
    .argument('<user>', 'a user name, or an id of `directory users`')
    .addHelpText('after', FORGET_HELP)
    .action((slug: string, who: string, options: OutputOptions) =>
      runChange(
        io,
        options,
        (tx, actor) => forgetDirectoryUser(tx, actor, { slug, who }),
        (done) => [
          `${done.forgotten.length} directory user(s) of company '${slug}' forgotten; ${done.unblocked} block(s) ended`,
          snakeCase(done),
        ],
      ),
    );

  directoryTokenCommands(directory, io);
}

function sentence({ company, enabled, blocked, unblocked, changed }: DirectoryChange): string {
  const state = enabled ? 'enabled' : 'disabled';
  if (!changed) return `the directory of company '${company}' was already ${state}`;
  return `the directory of company '${company}' is ${state}; ${blocked} blocked, ${unblocked} no longer blocked`;
}
