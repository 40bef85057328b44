import type { Command } from 'commander';
import { createDirectoryToken, listDirectoryTokens, revokeDirectoryToken } from '../directory/tokens.ts';
import { addSubcommand } from './command.ts';
import { type Io, withDatabase } from './io.ts';
import { type OutputOptions, printTable, snakeCase } from './output.ts';
import { runChange } from './run-change.ts';

const CREATE_HELP = `
The token is printed once; the database stores only its SHA-256. A company has two at most, so that one can be
replaced while the other one works. The company's admin enters it at JumpCloud with the base URL PUBLIC_URL/scim/v2.`;

export function directoryTokenCommands(directory: Command, io: Io): void {
  const token = directory.command('token').description("tokens of companies' directories");

  addSubcommand(token, 'create', 'create a token and print it')
    .argument('<slug>')
    .addHelpText('after', CREATE_HELP)
    .action((slug: string, options: OutputOptions) =>
      runChange(
        io,
        options,
        (tx, actor) => createDirectoryToken(tx, actor, slug),
        (created) => [created.token, snakeCase(created)],
      ),
    );

  addSubcommand(token, 'list', 'list the tokens of a company, without what is secret')
    .argument('<slug>')
    .option('--revoked', 'include revoked tokens')
    .action((slug: string, options: OutputOptions & { revoked?: boolean }) =>
      withDatabase(io, async (database) => {
        const rows = await listDirectoryTokens(database, {
          company: slug,
          revoked: options.revoked ?? false,
        });
        printTable(io, options, rows.map(snakeCase), 'no directory token');
      }),
    );

  addSubcommand(token, 'revoke', 'revoke a token at once')
    .argument('<id>', 'as `directory token list` shows it')
    .action((id: string, options: OutputOptions) =>
      runChange(
        io,
        options,
        (tx, actor) => revokeDirectoryToken(tx, actor, id),
        (done) => [`directory token '${id}' ${done.changed ? 'is' : 'was already'} revoked`, snakeCase(done)],
      ),
    );
}
