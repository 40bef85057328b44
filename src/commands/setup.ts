import { type Command, Option } from 'commander';
import {
  createSetupLink,
  listSetupLinks,
  PURPOSES,
  type Purpose,
  revokeSetupLink,
} from '../companies/setup-links.ts';
import { addSubcommand, milliseconds, uuid } from './command.ts';
import { configFor, type Io, withDatabase } from './io.ts';
import { type OutputOptions, printTable, snakeCase } from './output.ts';
import { runChange } from './run-change.ts';

const CREATE_HELP = `
Prints a link for the company's JumpCloud admin, once: the database stores only its SHA-256. The admin opens it in a
browser and needs no account here. The purpose limits what the link can do:
  setup    everything up to enabling SSO, while the company has no active SSO client
  secret   a new Client Secret for the same Client ID
  replace  another JumpCloud application; first a domain of the company must show a new DNS record

Where people of the company have signed in by SSO before, setup needs the new DNS record as well. Every opening and
every change is in \`audit list\`, by setup:ID. A link ends when it expires, is revoked, or is fulfilled.`;

interface CreateOptions extends OutputOptions {
  for: Purpose;
  expires?: number;
}

export function setupCommands(program: Command, io: Io): void {
  const setup = program
    .command('setup')
    .description("links by which a company's JumpCloud admin enables SSO without the operator");

  addSubcommand(setup, 'create', 'create a link and print it')
    .argument('<slug>')
    .addOption(new Option('--for <purpose>', 'what the link can do').choices(PURPOSES).makeOptionMandatory())
    .option('--expires <duration>', 'how long the link is valid, up to 30d; default 7d', milliseconds)
    .addHelpText('after', CREATE_HELP)
    .action((slug: string, options: CreateOptions) => {
      const { PUBLIC_URL: publicUrl } = configFor(io, 'PUBLIC_URL');
      const input = { slug, purpose: options.for, expiresIn: options.expires, publicUrl };
      return runChange(
        io,
        options,
        (tx, actor) => createSetupLink(tx, actor, input),
        (created) => [created.url, snakeCase(created)],
      );
    });

  addSubcommand(setup, 'list', 'list the links of a company, or all, without what is secret')
    .argument('[slug]')
    .action((slug: string | undefined, options: OutputOptions) =>
      withDatabase(io, async (database) => {
        const links = await listSetupLinks(database, slug);
        printTable(io, options, links.map(snakeCase), 'no setup link');
      }),
    );

  addSubcommand(setup, 'revoke', 'revoke a link at once, and end what was opened by it')
    .argument('<id>', 'as `setup list` shows it', uuid)
    .action((id: string, options: OutputOptions) =>
      runChange(
        io,
        options,
        (tx, actor) => revokeSetupLink(tx, actor, { id }),
        ({ link, changed }) => [
          `setup link ${link.id} of company '${link.company}' ${changed ? 'is' : 'was already'} revoked`,
          { ...snakeCase(link), changed },
        ],
      ),
    );
}
