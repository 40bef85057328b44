import type { Command } from 'commander';
import { SsoLinkError } from '../errors.ts';
import { listSessions, revokeCompanySessions, revokeUserSessions } from '../sessions/revoke.ts';
import { addSubcommand } from './command.ts';
import { type Io, withDatabase } from './io.ts';
import { type OutputOptions, printTable, snakeCase } from './output.ts';
import { runChange } from './run-change.ts';

const REVOKE_HELP = `
The sessions end at once; links stay, and people can sign in again. To refuse a person, use \`users suspend\`.`;

export function sessionsCommands(program: Command, io: Io): void {
  const sessions = program.command('sessions').description('sessions of people who are signed in');

  addSubcommand(sessions, 'list', 'list the sessions of a user, the newest first')
    .argument('<user-id>', "the product's id")
    .action((userId: string, options: OutputOptions) =>
      withDatabase(io, async (database) => {
        const rows = await listSessions(database, { userId });
        printTable(io, options, rows.map(snakeCase), 'no session');
      }),
    );

  addSubcommand(sessions, 'revoke', 'end the sessions of a user, or of all people of a company')
    .option('--user <user-id>', "the product's id")
    .option('--company <slug>', 'all people of this company')
    .addHelpText('after', REVOKE_HELP)
    .action(({ user, company, ...options }: OutputOptions & { user?: string; company?: string }) => {
      if ((user === undefined) === (company === undefined)) {
        throw new SsoLinkError('sessions_unnamed', 'sessions revoke needs --user or --company, and not both');
      }
      return runChange(
        io,
        options,
        (tx, actor) =>
          user === undefined
            ? revokeCompanySessions(tx, actor, company as string)
            : revokeUserSessions(tx, actor, { userId: user }),
        ({ ended, changed }) => [`${ended} sessions ended`, { ended, changed }],
      );
    });
}
