import { type Command, Option } from 'commander';
import { companyBySlug } from '../companies/companies.ts';
import { SsoLinkError } from '../errors.ts';
import { linkResult } from '../events/link-result.ts';
import { replayResults } from '../linking/replay-results.ts';
import { digestStates } from '../states/digest.ts';
import { republishStates } from '../states/republish.ts';
import { addSubcommand, time } from './command.ts';
import { actor, type Io, withDatabase } from './io.ts';
import { type OutputOptions, printDone } from './output.ts';

const REPUBLISH_HELP = `
Publishes again what the database says of a company and its SSO identities, on sso.companies and sso.identities: after one of
these topics was lost, and once after an upgrade from a version without them. A state keeps its number, so a consumer
that has it changes nothing.`;

const REPLAY_HELP = `
For a consumer that lost what it had stored, or for a topic that was deleted. ce_id, ce_sequence and data are as they were: a
consumer that deduplicates ignores what it has, and one that keeps the latest result keeps it. Results that \`prune\`
deleted are gone, and those of versions before migration 0017_states have no number and are counted only.`;

interface ReplayOptions extends OutputOptions {
  company: string;
  since: Date;
  until?: Date;
  dryRun?: boolean;
}

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

  addSubcommand(events, 'replay', 'publish results again, with the ids and the numbers that they had')
    .addOption(new Option('--type <type>', 'the event').choices([linkResult.type]).makeOptionMandatory())
    .requiredOption('--company <slug>', 'of this company')
    .requiredOption('--since <time>', 'decided at this time or later, like 2026-11-24T09:30:00Z', time)
    .option('--until <time>', 'and before this time', time)
    .option('--dry-run', 'count only')
    .addHelpText('after', REPLAY_HELP)
    .action((options: ReplayOptions) => replay(io, options));

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

async function replay(io: Io, options: ReplayOptions): Promise<void> {
  const { company, since, until, dryRun = false } = options;
  const range = { company, since, dryRun, ...(until && { until }) };
  await withDatabase(io, async (database) => {
    const { events, unnumbered } = await replayResults(database, actor(io), range);
    const done = dryRun ? 'would be published again' : 'are published again';
    const left = unnumbered > 0 ? `; ${unnumbered} have no number and are left out` : '';
    const json = { type: linkResult.type, events, unnumbered, dry_run: dryRun };
    printDone(io, options, `${events} results of company '${company}' ${done}${left}`, json);
  });
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
