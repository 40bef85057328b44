import type { Command } from 'commander';
import { createApiKey, listApiKeys, type NewApiKey, revokeApiKey } from '../api-keys/api-keys.ts';
import { SCOPES } from '../api-keys/scopes.ts';
import { addSubcommand, milliseconds } from './command.ts';
import { type Io, withDatabase } from './io.ts';
import { type OutputOptions, printTable, snakeCase } from './output.ts';
import { runChange } from './run-change.ts';

const CREATE_HELP = `
The key is printed once; the database stores only its SHA-256. Scopes, of which :write does not include :read:
  ${SCOPES.slice(0, 9).join(' ')}
  ${SCOPES.slice(9).join(' ')}`;

interface CreateOptions extends OutputOptions {
  scope: string[];
  company?: string;
  expires?: number;
}

export function apiKeysCommands(program: Command, io: Io): void {
  const keys = program.command('api-keys').description('keys of the administrative API');

  addSubcommand(keys, 'create', 'create a key and print it')
    .argument('<name>', 'lower-case letters, digits, dashes; the audit log names the key by it')
    .requiredOption('--scope <scope...>', 'what the key may do')
    .option('--company <slug>', 'limit the key to one company')
    .option(
      '--expires <duration>',
      'how long the key is valid, like 365d; without it, until it is revoked',
      milliseconds,
    )
    .addHelpText('after', CREATE_HELP)
    .action((name: string, options: CreateOptions) =>
      runChange(
        io,
        options,
        (tx, actor) => createApiKey(tx, actor, input(name, options)),
        (created) => [created.key, snakeCase(created)],
      ),
    );

  addSubcommand(keys, 'list', 'list the keys, without what is secret')
    .option('--revoked', 'include revoked keys')
    .action((options: OutputOptions & { revoked?: boolean }) =>
      withDatabase(io, async (database) => {
        const rows = await listApiKeys(database, { revoked: options.revoked ?? false });
        printTable(io, options, rows.map(snakeCase), 'no API key');
      }),
    );

  addSubcommand(keys, 'revoke', 'revoke a key at once')
    .argument('<name-or-id>', 'as `api-keys list` shows it')
    .action((nameOrId: string, options: OutputOptions) =>
      runChange(
        io,
        options,
        (tx, actor) => revokeApiKey(tx, actor, nameOrId),
        (done) => [
          `API key '${done.name}' (${done.id}) ${done.changed ? 'is' : 'was already'} revoked`,
          snakeCase(done),
        ],
      ),
    );
}

function input(name: string, { scope, company, expires }: CreateOptions): NewApiKey {
  return {
    ...{ name, scopes: scope },
    ...(company !== undefined && { company }),
    ...(expires !== undefined && { expiresIn: expires }),
  };
}
