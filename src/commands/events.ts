import type { Command } from 'commander';
import { companyBySlug } from '../companies/companies.ts';
import { SsoLinkError } from '../errors.ts';
import { digestStates } from '../states/digest.ts';
import { republishStates } from '../states/republish.ts';
import { addSubcommand } from './command.ts';
import { actor, type Io, withDatabase } from './io.ts';
import { type OutputOptions, printDone } from './output.ts';

const REPUBLISH_HELP = `
Publishes again what the database says of a company and its SSO identities, on sso.companies and sso.identities: after one of
these topics was lost, and once after an upgrade from a version without them. A state keeps its number, so a consumer
that has it changes nothing.`;

const DIGEST_HELP = `
256 hashes, by the first two hex digits of the SSO identity's id. A consumer computes the same from its copy
(\`digestIdentities\` of sso-link-client/events): a bucket that differs names what to look at. Compare while the outbox is empty.`;

export function eventsCommands(program: Command, io: Io): void {
  const events = program.command('events').description('what other services read from Kafka');

  addSubcommand(events, 'republish-state', 'publish the states of companies and SSO identities again')
    .argument('[slug]')
    .option('--all', 'of all companies')
    .addHelpText('after', REPUBLISH_HELP)
    .action((slug: string | undefined, options: OutputOptions & { all?: boolean }) =>
      republish(io, slug, options),
    );

  addSubcommand(events, 'digest', "print a digest of what sso.identities says of a company's people")
    .argument('<slug>')
    .addHelpText('after', DIGEST_HELP)
    .action((slug: string, options: OutputOptions) =>
      withDatabase(io, async (database) => {
        const { id } = await companyBySlug(database, slug);
        const digest = await digestStates(database, id);
        const head = `${digest.count} SSO identities, the highest number is ${digest.max_sequence ?? 'none'}`;
        const lines = digest.buckets.map((hash, i) => `${i.toString(16).padStart(2, '0')}  ${hash}`);
        printDone(io, options, head, digest);
        if (!options.json) io.stdout.write(`${lines.join('\n')}\n`);
      }),
    );
}

async function republish(
  io: Io,
  slug: string | undefined,
  options: OutputOptions & { all?: boolean },
): Promise<void> {
  if ((slug === undefined) === (options.all === undefined)) {
    throw new SsoLinkError('company_missing', 'name one company, or give --all');
  }
  await withDatabase(io, async (database) => {
    const companyId = slug === undefined ? null : (await companyBySlug(database, slug)).id;
    const done = await republishStates(database, actor(io), { companyId, target: slug ?? 'all companies' });
    const { companies, identities, renewed } = done;
    const sentence = `${companies} companies and ${identities + renewed} SSO identities are published again`;
    printDone(io, options, renewed > 0 ? `${sentence}, ${renewed} with a new number` : sentence, done);
  });
}
