import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import {
  type Company,
  createCompany,
  listCompanies,
  setCompanyStatus,
  updateCompany,
} from '../companies/companies.ts';
import { codeOf, SsoLinkError } from '../errors.ts';
import { type Picture, readPicture } from '../picture.ts';
import { addSubcommand } from './command.ts';
import { type Io, withDatabase } from './io.ts';
import { type OutputOptions, printTable, type Row, snakeCase } from './output.ts';
import { runChange } from './run-change.ts';

const UPDATE_HELP = `
Holds from the next login on; results that are there stay as they are. The slug stays: addresses, cookies and events
name the company by it.`;

type UpdateOptions = OutputOptions & {
  name?: string;
  createUsers?: boolean;
  mergeLateMatches?: boolean;
  logo?: string | false;
};

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

  addSubcommand(company, 'update', "change a company's name or logo, or whether it creates users")
    .argument('<slug>')
    .option('--name <name>', 'as people read it')
    .option('--create-users', 'give people without a user a new one')
    .option('--no-create-users', 'link existing users only: who has none is refused')
    .option('--merge-late-matches', 'merge late matches by themselves where they are unique')
    .option('--no-merge-late-matches', 'late matches wait for an operator')
    .option('--logo <file>', "a PNG or plain SVG of at most 256 KiB, shown beside the product's logo")
    .option('--no-logo', "remove the company's logo")
    .addHelpText('after', UPDATE_HELP)
    .action(async (slug: string, options: UpdateOptions) => {
      const { name, createUsers, mergeLateMatches, logo } = options;
      if ([name, createUsers, mergeLateMatches, logo].every((option) => option === undefined)) {
        throw new SsoLinkError('nothing_to_change', 'company update needs at least one option: see --help');
      }
      const change = {
        ...(name !== undefined && { name }),
        ...(createUsers !== undefined && { createsUsers: createUsers }),
        ...(mergeLateMatches !== undefined && { mergeLateMatches }),
        ...(logo !== undefined && { logo: logo === false ? null : await pictureFile(logo) }),
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

async function pictureFile(file: string): Promise<Picture> {
  const content = await readFile(file).catch((error: unknown) => {
    throw new SsoLinkError('picture_invalid', `${file} cannot be read (${codeOf(error)})`);
  });
  return readPicture(file, content);
}

function columns({ slug, name, status, createsUsers, createdAt }: Company): Row {
  return { slug, name, status, creates_users: createsUsers, created: createdAt };
}
