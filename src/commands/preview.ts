import type { Command } from 'commander';
import { companyBySlug } from '../companies/companies.ts';
import { type PreviewedAccount, preview, tally } from '../linking/preview.ts';
import { leaf } from './command.ts';
import { type Io, withDatabase } from './io.ts';
import { type OutputOptions, printable, printJson, printTable } from './output.ts';

const HELP = `
Decides by the policy, and changes nothing, as if everybody with a social account in the company's domains came
by JumpCloud now with a verified email, company and SSO client being active. Each account is asked about alone:
of two emails of one user both are told as linked.
With --json: {"type":"count",…} lines, after the {"type":"account",…} lines of --list.`;

export function previewCommand(program: Command, io: Io): void {
  leaf(program, 'preview', "tell what would happen if a company's people came today")
    .argument('<slug>', 'the company')
    .option('--list', 'each social account, too')
    .addHelpText('after', HELP)
    .action((slug: string, options: OutputOptions & { list?: boolean }) =>
      withDatabase(io, async (database) => {
        const company = await companyBySlug(database, slug);
        const counts = tally();
        for await (const account of preview(database, company.id)) {
          counts.add(account.decision);
          if (options.list) printAccount(io, options, account);
        }
        const rows = counts.counts().map((row) => ({ ...(options.json && { type: 'count' }), ...row }));
        if (options.list && !options.json && rows.length > 0) io.stdout.write('\n');
        printTable(io, options, rows, `no social account is in a domain of company '${slug}'`);
      }),
    );
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
  const said = `${decision.outcome.padEnd(14)}  ${(decision.reason ?? '-').padEnd(23)}`;
  const whose = `${provider} of user '${userId}'${emailVerified ? '' : ', unverified'}`;
  io.stdout.write(`${printable(`${said}  ${email}  (${whose})`)}\n`);
}
