import type { Command } from 'commander';
import {
  type Company,
  createCompany,
  listCompanies,
  setCompanyStatus,
  updateCompany,
} from '../companies/companies.ts';
import { SsoLinkError } from '../errors.ts';
import { addSubcommand } from './command.ts';
import { type Io, withDatabase } from './io.ts';
import { type OutputOptions, printTable, type Row, snakeCase } from './output.ts';
import { runChange } from './run-change.ts';

const UPDATE_HELP = `
Holds from the next login on; results that are there stay as they are. The slug stays: addresses, cookies and events
name the company by it.`;

export function companyCommands(program: Command, io: Io): void {
  const company = program.command('company').description('companies whose people may sign in');

  addSubcommand(company, 'create', 'make a company')
    .argument('<slug>', 'its name in addresses: lower-case letters, digits, dashes')
    .requiredOption('--name <name>', 'as people read it')
    .option('--no-create-users', 'link existing users only: who has none is refused')
    .action((slug: string, options: OutputOptions & { name: string; createUsers: boolean }) =>
      runChange(
        io,
        options,
        (tx, actor) =>
          createCompany(tx, actor, { slug, name: options.name, createsUsers: options.createUsers }),
        (created) => [`company '${slug}' created`, snakeCase(created)],
      ),
    );

  addSubcommand(company, 'update', "change a company's name, or whether it creates users")
    .argument('<slug>')
    .option('--name <name>', 'as people read it')
    .option('--create-users', 'give people without a user a new one')
    .option('--no-create-users', 'link existing users only: who has none is refused')
    .addHelpText('after', UPDATE_HELP)
    .action((slug: string, options: OutputOptions & { name?: string; createUsers?: boolean }) => {
      const { name, createUsers } = options;
      if (name === undefined && createUsers === undefined) {
        throw new SsoLinkError('nothing_to_change', 'company update needs at least one option: see --help');
      }
      const change = {
        ...(name !== undefined && { name }),
        ...(createUsers !== undefined && { createsUsers: createUsers }),
      };
      return runChange(
        io,
        options,
        (tx, actor) => updateCompany(tx, actor, slug, change),
        ({ company, changed }) => [
          `company '${slug}' ${changed ? 'changed' : 'was so already'}`,
          { ...snakeCase(company), changed },
        ],
      );
    });

  addSubcommand(company, 'list', 'list all companies').action((options: OutputOptions) =>
    withDatabase(io, async (database) => {
      const companies = await listCompanies(database);
      printTable(io, options, companies.map(options.json ? snakeCase : columns), 'no company yet');
    }),
  );

  for (const [verb, status] of [
    ['disable', 'disabled'],
    ['enable', 'active'],
  ] as const) {
    const about = { disable: 'end the sign-in of its people', enable: 'let its people sign in again' }[verb];
    addSubcommand(company, verb, about)
      .argument('<slug>')
      .action((slug: string, options: OutputOptions) =>
        runChange(
          io,
          options,
          (tx, actor) => setCompanyStatus(tx, actor, slug, status),
          ({ company, changed }) => [
            `company '${slug}' ${changed ? 'is' : 'was already'} ${status}`,
            { ...snakeCase(company), changed },
          ],
        ),
      );
  }
}

function columns({ slug, name, status, createsUsers, createdAt }: Company): Row {
  return { slug, name, status, creates_users: createsUsers, created: createdAt };
}
