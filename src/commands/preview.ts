import type { Command } from 'commander';
import { companyBySlug } from '../companies/companies.ts';
import type { Database } from '../db/client.ts';
import { type PreviewedAccount, preview, tally } from '../policy/preview.ts';
import { outcomeOfUnmatched, unmatchedUsers } from '../policy/preview-unmatched.ts';
import { addSubcommand } from './command.ts';
import { type Io, withDatabase } from './io.ts';
import { type OutputOptions, printable, printJson, printTable } from './output.ts';

const HELP = `
Decides by the policy, and changes nothing, as if everybody with a social account in the company's domains came
by JumpCloud now with a verified email, company and SSO client being active. Each account is asked about alone:
of two emails of one user both are told as linked.

Accounts whose email signs in as another user than theirs are counted after that, with --list by both names: the
person came by SSO before the account was imported, say.

Users of the company whom this leaves out, since they have no verified social account in its domains, are counted
after that: nothing tells which email they have at JumpCloud, so none is found by it.
With --json: {"type":"count",…} lines, after the {"type":"account",…} lines of --list; then, where there are such,
{"type":"signs_in_as_another_user",…} and {"type":"not_found_by_email",…}, after the {"type":"user",…} lines of --list.`;

export function previewCommand(program: Command, io: Io): void {
  addSubcommand(program, 'preview', "tell what would happen if a company's people came today")
    .argument('<slug>', 'the company')
    .option('--list', 'each social account, and each user whom none leads to')
    .addHelpText('after', HELP)
    .action((slug: string, options: OutputOptions & { list?: boolean }) =>
      withDatabase(io, async (database) => {
        const company = await companyBySlug(database, slug);
        const counts = tally();
        let others = 0;
        for await (const account of preview(database, company.id)) {
          counts.add(account.decision);
          if (isAnother(account)) others += 1;
          if (options.list) printAccount(io, options, account);
        }
        const rows = counts.counts().map((row) => ({ ...(options.json && { type: 'count' }), ...row }));
        if (options.list && !options.json && rows.length > 0) io.stdout.write('\n');
        printTable(io, options, rows, `no social account is in a domain of company '${slug}'`);
        if (others > 0) printOthers(io, options, others);
        await printUnmatched(io, options, database, company);
      }),
    );
}

/** A person who came by SSO before the import has a user of their own beside the one with the social account. */
function printOthers(io: Io, options: OutputOptions, count: number): void {
  if (options.json) printJson(io, { type: 'signs_in_as_another_user', count });
  else {
    io.stdout.write(
      `\nsigns in as another user: ${count} of the accounts have an email by which somebody signs in as another user than ` +
        `the account's, as after a sign-in before the import. --list names both; \`link\` moves the sign-in\n`,
    );
  }
}

/** Whom the accounts leave out: users of the company whom no email in its domains leads to. */
async function printUnmatched(
  io: Io,
  options: OutputOptions & { list?: boolean },
  database: Database,
  company: { id: string; slug: string },
): Promise<void> {
  const would = await outcomeOfUnmatched(database, company.id);
  let count = 0;
  for await (const { userId, name } of unmatchedUsers(database, company.id)) {
    count += 1;
    if (!options.list) continue;
    if (options.json) printJson(io, { type: 'user', user_id: userId, name, ...would });
    else io.stdout.write(`${printable(`${columns(would)}  not found by email: user '${userId}'`)}\n`);
  }
  if (count === 0) return;
  if (options.json) printJson(io, { type: 'not_found_by_email', ...would, count });
  else {
    const meaning = { user_created: 'would get a new user', no_match: 'would be known to nobody' };
    const what = meaning[would.outcome as keyof typeof meaning] ?? 'would be refused';
    io.stdout.write(
      `\nnot found by email: ${count} of its users have no verified social account in its domains; each ${what} ` +
        `(${would.reason ?? would.outcome}). --list names them\n`,
    );
  }
}

/** Line by line, since there may be millions: the columns are as wide as their words can be. */
function printAccount(io: Io, options: OutputOptions, account: PreviewedAccount): void {
  const { socialAccountId, provider, email, emailVerified, userId, decision } = account;
  if (options.json) {
    const { outcome, reason, userId: wouldBe, evidence } = decision;
    printJson(io, {
      type: 'account',
      ...{
        social_account_id: socialAccountId,
        provider,
        email,
        email_verified: emailVerified,
        user_id: userId,
      },
      ...{ outcome, reason, would_be: wouldBe, evidence },
    });
    return;
  }
  const said = columns(decision);
  const other = isAnother(account) ? `, who is another: the person is user '${decision.userId}'` : '';
  const whose = `${provider} of user '${userId}'${other}${emailVerified ? '' : ', unverified'}`;
  io.stdout.write(`${printable(`${said}  ${email}  (${whose})`)}\n`);
}

/** The person signs in as another user: they came by SSO before the account was imported, say. */
const isAnother = ({ userId, decision }: PreviewedAccount): boolean =>
  decision.userId !== null && decision.userId !== userId;

function columns({ outcome, reason }: { outcome: string; reason: string | null }): string {
  return `${outcome.padEnd(14)}  ${(reason ?? '-').padEnd(23)}`;
}
