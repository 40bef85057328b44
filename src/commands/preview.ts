import type { Command } from 'commander';
import { companyBySlug } from '../companies/companies.ts';
import type { PreviewedAccount } from '../policy/preview.ts';
import { type PreviewSummary, signsInAsAnother, summarizePreview } from '../policy/preview-summary.ts';
import type { UnfoundUser } from '../policy/preview-unmatched.ts';
import { addSubcommand } from './command.ts';
import { type Io, withDatabase } from './io.ts';
import { type OutputOptions, printable, printJson, printTable } from './output.ts';

type Would = Omit<PreviewSummary['notFoundByEmail'], 'count'>;

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
        const { list = false } = options;
        // Printed after the counts.
        const users: [UnfoundUser, Would][] = [];
        const { counts, signsInAsAnotherUser, notFoundByEmail } = await summarizePreview(
          database,
          company.id,
          {
            ...(list && {
              account: (account) => printAccount(io, options, account),
              user: (user, would) => void users.push([user, would]),
            }),
          },
        );
        const rows = counts.map((row) => ({ ...(options.json && { type: 'count' }), ...row }));
        if (options.list && !options.json && rows.length > 0) io.stdout.write('\n');
        printTable(io, options, rows, `no social account is in a domain of company '${slug}'`);
        if (signsInAsAnotherUser > 0) printOthers(io, options, signsInAsAnotherUser);
        for (const [user, would] of users) printUser(io, options, user, would);
        printUnmatched(io, options, notFoundByEmail);
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

function printUser(io: Io, options: OutputOptions, { userId, name }: UnfoundUser, would: Would): void {
  if (options.json) printJson(io, { type: 'user', user_id: userId, name, ...would });
  else io.stdout.write(`${printable(`${columns(would)}  not found by email: user '${userId}'`)}\n`);
}

/** Whom the accounts leave out: users of the company whom no email in its domains leads to. */
function printUnmatched(
  io: Io,
  options: OutputOptions,
  { count, ...would }: PreviewSummary['notFoundByEmail'],
): void {
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
  const other = signsInAsAnother(account) ? `, who is another: the person is user '${decision.userId}'` : '';
  const whose = `${provider} of user '${userId}'${other}${emailVerified ? '' : ', unverified'}`;
  io.stdout.write(`${printable(`${said}  ${email}  (${whose})`)}\n`);
}

function columns({ outcome, reason }: { outcome: string; reason: string | null }): string {
  return `${outcome.padEnd(14)}  ${(reason ?? '-').padEnd(23)}`;
}
