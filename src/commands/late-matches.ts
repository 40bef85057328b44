import { type Command, Option } from 'commander';
import { companyBySlug } from '../companies/companies.ts';
import { LATE_MATCH_STATES, type LateMatchState, pageOfLateMatches } from '../linking/late-match-list.ts';
import { dismissLateMatch, mergeLateMatch } from '../linking/late-matches.ts';
import { addSubcommand, positiveInteger, uuid } from './command.ts';
import { type Io, withDatabase } from './io.ts';
import { type OutputOptions, printTable, withDates } from './output.ts';
import { runChange } from './run-change.ts';

const ABOUT = `
A person signs in by SSO before the mirror knows their social account, and gets a new user. When the account comes, the
person has two users: a late match. Nothing changes until it is merged, here or by itself (\`company update
--merge-late-matches\`).`;

const MERGE_HELP = `
The link moves to the product's user, who must be one whom the policy would link now: a verified account of the person's
verified email, a domain that the company proved, not another company's user. The person's sessions end, the user that was
created is suspended (never deleted), and other services get user.linked with cause merge.`;

export function lateMatchesCommands(program: Command, io: Io): void {
  const matches = program
    .command('late-matches')
    .description('people who have two users, since their social account came late')
    .addHelpText('after', ABOUT);

  addSubcommand(matches, 'list', 'list late matches, the oldest first')
    .option('--company <slug>', 'of one company')
    .addOption(new Option('--state <state>', 'of one state').choices([...LATE_MATCH_STATES]).default('open'))
    .option('--limit <n>', 'so many at most', positiveInteger, 50)
    .action((options: OutputOptions & { company?: string; state: LateMatchState; limit: number }) =>
      withDatabase(io, async (database) => {
        const { company, state, limit } = options;
        const companyId = company === undefined ? null : (await companyBySlug(database, company)).id;
        const rows = await pageOfLateMatches(database, { companyId, state, after: null, count: limit });
        const shown = rows.map(({ company_id, ...row }) =>
          withDates(options.json ? { company_id, ...row } : row),
        );
        printTable(io, options, shown, `no ${state} late match`);
      }),
    );

  addSubcommand(matches, 'merge', "move the link of a person to the product's user")
    .argument('<id>', 'as `late-matches list` shows it', uuid)
    .addHelpText('after', MERGE_HELP)
    .action((id: string, options: OutputOptions) =>
      runChange(
        io,
        options,
        (tx, actor) => mergeLateMatch(tx, actor, id),
        ({ identityId, userId, createdUserId, sessionsEnded }) => [
          `SSO identity ${identityId} is linked to user '${userId}' now; user '${createdUserId}' is suspended ` +
            `(${sessionsEnded} sessions ended)`,
          {
            ...{ late_match: id, sso_identity_id: identityId, user_id: userId },
            ...{ previous_user_id: createdUserId, sessions_ended: sessionsEnded },
          },
        ],
      ),
    );

  addSubcommand(matches, 'dismiss', 'decide that nothing is to be done')
    .argument('<id>', 'as `late-matches list` shows it', uuid)
    .action((id: string, options: OutputOptions) =>
      runChange(
        io,
        options,
        (tx, actor) => dismissLateMatch(tx, actor, id),
        ({ changed }) => [`late match ${id} is dismissed`, { late_match: id, changed }],
      ),
    );
}
