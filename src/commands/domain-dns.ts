import { type Command, InvalidArgumentError, Option } from 'commander';
import { challengeDomain, checkDomain, recheckDomains } from '../companies/domain-challenges.ts';
import { type DomainAnswer, domainResolver } from '../companies/domain-record.ts';
import { addSubcommand } from './command.ts';
import { actor, configFor, type Io, withDatabase } from './io.ts';
import { type OutputOptions, printDone } from './output.ts';
import { runChange } from './run-change.ts';

type Resolver = ReturnType<typeof domainResolver>;

/** `domain challenge|check|recheck`: a company proves a domain by a TXT record. */
export function domainDnsCommands(domain: Command, io: Io): void {
  addSubcommand(domain, 'challenge', 'print the TXT record by which a company proves a domain')
    .argument('<slug>')
    .argument('<domain>')
    .option('--new', 'request a new value; the old record proves nothing from then on', false)
    .action((slug: string, name: string, options: OutputOptions & { new: boolean }) =>
      runChange(
        io,
        options,
        (tx, by) => challengeDomain(tx, by, { slug, domain: name, renew: options.new }),
        (record) => [`${record.name} TXT "${record.text}"`, record],
      ),
    );

  addSubcommand(domain, 'check', 'look up the TXT record; a proven domain is added to the company')
    .argument('<slug>')
    .argument('<domain>')
    .addOption(dnsServer())
    .action((slug: string, name: string, options: OutputOptions & { dnsServer?: Resolver }) =>
      withDatabase(io, async (database) => {
        const resolver = options.dnsServer ?? configuredResolver(io);
        const found = await checkDomain(database, actor(io), resolver, { slug, domain: name });
        report(io, options, found);
      }),
    );

  addSubcommand(domain, 'recheck', 'look up the TXT records of all proven domains; no domain is removed')
    .addOption(dnsServer())
    .action((options: OutputOptions & { dnsServer?: Resolver }) =>
      withDatabase(io, async (database) => {
        const resolver = options.dnsServer ?? configuredResolver(io);
        for await (const found of recheckDomains(database, actor(io), resolver)) report(io, options, found);
      }),
    );
}

/** By `DNS_SERVERS`. */
const configuredResolver = (io: Io): Resolver => domainResolver(...configFor(io, 'DNS_SERVERS').DNS_SERVERS);

const dnsServer = () =>
  new Option('--dns-server <address>', 'a DNS server instead of DNS_SERVERS, like 192.0.2.53:53').argParser(
    (text): Resolver => {
      try {
        return domainResolver(text);
      } catch {
        throw new InvalidArgumentError('Expected an IP address, with a port if needed.');
      }
    },
  );

function report(io: Io, options: OutputOptions, found: DomainAnswer & { domain: string }): void {
  if (found.answer !== 'verified') io.exitCode = 2;
  printDone(io, options, `${found.domain}: ${advice(found)}`, found);
}

function advice(found: DomainAnswer): string {
  switch (found.answer) {
    case 'verified':
      return 'the record is right, DNS proves the domain';
    case 'no_record':
      return 'no TXT record at this name: publish it, or wait until DNS shows it';
    case 'other_value':
      return `the TXT record has another value, '${found.shown}': replace it by the one of \`domain challenge\``;
    case 'no_such_domain':
      return 'DNS knows no such domain: check the spelling';
    case 'dns_unreachable':
      return `DNS gave no answer (${found.code}): try again, or give --dns-server`;
  }
}
