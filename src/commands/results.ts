import { type Command, Option } from 'commander';
import { OUTCOMES, REASONS } from '../events/link-result.ts';
import { listResults, showResult, summarizeResults } from '../linking/results.ts';
import { addSubcommand, positiveInteger, uuid } from './command.ts';
import { type Io, withDatabase } from './io.ts';
import { type OutputOptions, printFields, printTable, type Row, withDates } from './output.ts';

interface ListOptions extends OutputOptions {
  company?: string;
  email?: string;
  outcome?: string;
  reason?: string;
  limit: number;
  all?: boolean;
}

const LIST_HELP = `
--email finds the SSO identities that came with this email at their last login. --all is for an export: it holds no
more than a batch of rows, however many there are; take --json with it.`;

export function resultsCommands(program: Command, io: Io): void {
  const results = program.command('results').description('what was decided for logins');

  addSubcommand(results, 'list', 'list link results, the newest first')
    .option('--company <slug>', 'of one company')
    .option('--email <address>', 'of the person who last came with this email')
    .addOption(new Option('--outcome <outcome>', 'of one outcome').choices(OUTCOMES))
    .addOption(new Option('--reason <reason>', 'of one reason').choices(REASONS))
    .option('--limit <n>', 'so many at most', positiveInteger, 50)
    .addOption(new Option('--all', 'all there are').conflicts('limit'))
    .addHelpText('after', LIST_HELP)
    .action((options: ListOptions) =>
      withDatabase(io, async (database) => {
        let none = true;
        const { all, limit, ...filter } = options;
        for await (const rows of listResults(database, { ...filter, ...(!all && { limit }) })) {
          none = false;
          const shown = rows.map(withDates).map((row) => (options.json ? row : columns(row)));
          printTable(io, options, shown, '');
        }
        if (none) printTable(io, options, [], 'no result');
      }),
    );

  addSubcommand(results, 'summary', "count a company's results by outcome and reason")
    .argument('<slug>', 'the company')
    .action((slug: string, options: OutputOptions) =>
      withDatabase(io, async (database) => {
        printTable(io, options, await summarizeResults(database, slug), 'no result');
      }),
    );

  addSubcommand(results, 'show', 'show one result, and the login and the SSO identity that it is of')
    .argument('<login-id>', 'as `results list` shows it', uuid)
    .action((id: string, options: OutputOptions) =>
      withDatabase(io, async (database) =>
        printFields(io, options, withDates(await showResult(database, id))),
      ),
    );
}

function columns({ decided_at, company, outcome, reason, user_id, login_id, sso_identity_id }: Row): Row {
  return {
    decided: decided_at,
    company,
    outcome,
    reason,
    user: user_id,
    login: login_id,
    identity: sso_identity_id,
  };
}
