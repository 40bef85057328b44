import { type Command, Option } from 'commander';
import { addDomain, listDomains, moveDomain, removeDomain } from '../companies/domains.ts';
import { addSubcommand } from './command.ts';
import { domainDnsCommands } from './domain-dns.ts';
import { type Io, withDatabase } from './io.ts';
import { type OutputOptions, printTable, snakeCase } from './output.ts';
import { runChange } from './run-change.ts';

export function domainCommands(program: Command, io: Io): void {
  const domain = program
    .command('domain')
    .description("companies' email domains: exact matches, a subdomain is a domain of its own");
  const verifiedBy = () =>
    new Option('--verified-by <who>', 'who verified that the company owns the domain').choices(['operator']);

  addSubcommand(domain, 'add', 'add a domain to a company')
    .argument('<slug>')
    .argument('<domain>', 'like example.com; public suffixes and public email providers are refused')
    .addOption(verifiedBy().makeOptionMandatory())
    .action((slug: string, name: string, options: OutputOptions & { verifiedBy: string }) =>
      runChange(
        io,
        options,
        (tx, actor) => addDomain(tx, actor, { slug, domain: name, verifiedBy: options.verifiedBy }),
        ({ owned, changed }) => [
          `${owned.domain} ${changed ? 'belongs' : 'belonged already'} to company '${slug}'`,
          { ...snakeCase(owned), changed },
        ],
      ),
    );

  domainDnsCommands(domain, io);

  addSubcommand(domain, 'list', 'list the domains of a company, or all')
    .argument('[slug]')
    .action((slug: string | undefined, options: OutputOptions) =>
      withDatabase(io, async (database) => {
        printTable(io, options, (await listDomains(database, slug)).map(snakeCase), 'no domain yet');
      }),
    );

  addSubcommand(domain, 'move', 'move a domain to another company; links stay as they are')
    .argument('<slug>', 'the new owner')
    .argument('<domain>')
    .addOption(verifiedBy().default('operator'))
    .action((slug: string, name: string, options: OutputOptions & { verifiedBy: string }) =>
      runChange(
        io,
        options,
        (tx, actor) => moveDomain(tx, actor, { slug, domain: name, verifiedBy: options.verifiedBy }),
        ({ owned, from, changed }) => [
          changed
            ? `${owned.domain} moved from company '${from}' to '${slug}'`
            : `${owned.domain} belonged already to company '${slug}'`,
          { ...snakeCase(owned), from, changed },
        ],
      ),
    );

  addSubcommand(domain, 'remove', 'take a domain from a company; links stay as they are')
    .argument('<slug>')
    .argument('<domain>')
    .action((slug: string, name: string, options: OutputOptions) =>
      runChange(
        io,
        options,
        (tx, actor) => removeDomain(tx, actor, { slug, domain: name }),
        (owned) => [
          `${owned.domain} no longer belongs to company '${slug}'`,
          { ...snakeCase(owned), removed: true },
        ],
      ),
    );
}
