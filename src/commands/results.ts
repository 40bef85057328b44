import { type Command, Option } from 'commander';
import { companyBySlug } from '../companies/companies.ts';
import type { Database } from '../db/client.ts';
import { normalizeEmail } from '../email.ts';
import { SsoLinkError } from '../errors.ts';
import { OUTCOMES, REASONS } from '../events/link-result.ts';
import { count, leaf, uuid } from './command.ts';
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

const BATCH = 1_000;

export function resultsCommands(program: Command, io: Io): void {
  const results = program.command('results').description('what was decided for logins');

  leaf(results, 'list', 'list link results, the newest first')
    .option('--company <slug>', 'of one company')
    .option('--email <address>', 'of the person who last came with this email')
    .addOption(new Option('--outcome <outcome>', 'of one outcome').choices(OUTCOMES))
    .addOption(new Option('--reason <reason>', 'of one reason').choices(REASONS))
    .option('--limit <n>', 'so many at most', count, 50)
    .addOption(new Option('--all', 'all there are').conflicts('limit'))
    .addHelpText('after', LIST_HELP)
    .action((options: ListOptions) =>
      withDatabase(io, async (database) => {
        let none = true;
        for await (const rows of listResults(database, options)) {
          none = false;
          const shown = rows.map(withDates).map((row) => (options.json ? row : columns(row)));
          printTable(io, options, shown, '');
        }
        if (none) printTable(io, options, [], 'no result');
      }),
    );

  leaf(results, 'summary', "count a company's results by outcome and reason")
    .argument('<slug>', 'the company')
    .action((slug: string, options: OutputOptions) =>
      withDatabase(io, async (database) => {
        printTable(io, options, await summarize(database, slug), 'no result');
      }),
    );

  leaf(results, 'show', 'show one result, and the login and the SSO identity that it is of')
    .argument('<login-id>', 'as `results list` shows it', uuid)
    .action((id: string, options: OutputOptions) =>
      withDatabase(io, async (database) => printFields(io, options, await showResult(database, id))),
    );
}

/** A login's id is a UUIDv7: the primary key has them by time. */
async function* listResults(database: Database, options: ListOptions): AsyncGenerator<Row[]> {
  const company = options.company === undefined ? null : await companyBySlug(database, options.company);
  const email = options.email === undefined ? null : normalizeEmail(options.email);
  if (options.email !== undefined && email === null) {
    throw new SsoLinkError('email_invalid', `'${options.email}' is no email address`);
  }
  const { outcome = null, reason = null, limit } = options;
  const rows = database.sql<Row[]>`
    SELECT r.login_id, r.decided_at, c.slug AS company, r.outcome, r.reason, r.user_id, r.sso_identity_id,
      r.matched, r.policy_version, r.evidence
    FROM link_results r JOIN companies c ON c.id = r.company_id
    WHERE (${company?.id ?? null}::uuid IS NULL OR r.company_id = ${company?.id ?? null}::uuid)
      AND (${outcome}::text IS NULL OR r.outcome = ${outcome})
      AND (${reason}::text IS NULL OR r.reason = ${reason})
      AND (${email}::text IS NULL
        OR r.sso_identity_id IN (SELECT id FROM sso_identities WHERE email = ${email}))
    ORDER BY r.login_id DESC LIMIT ${options.all ? null : limit}`;
  // An operator's terminal or file may be slow: the next batch is asked for when this one is written.
  yield* rows.cursor(BATCH);
}

async function summarize(database: Database, slug: string): Promise<Row[]> {
  const company = await companyBySlug(database, slug);
  const rows = await database.sql<Row[]>`
    SELECT outcome, reason, count(*)::int AS count, count(DISTINCT sso_identity_id)::int AS identities
    FROM link_results WHERE company_id = ${company.id}
    GROUP BY outcome, reason
    ORDER BY array_position(${[...OUTCOMES]}::text[], outcome), count DESC, reason`;
  return rows.map((row) => ({ ...row }));
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

async function showResult(database: Database, loginId: string): Promise<Row> {
  const [row] = await database.sql<Row[]>`
    SELECT l.id AS login_id, c.slug AS company, l.authenticated_at, l.sso_client_id, r.outcome, r.reason,
      r.user_id, r.matched, r.evidence, r.policy_version, r.decided_at, i.id AS sso_identity_id, i.issuer,
      i.subject, i.email AS identity_email, i.name AS identity_name, i.user_id AS linked_to, i.linked_at,
      i.link_removed_at
    FROM logins l
    JOIN companies c ON c.id = l.company_id
    JOIN sso_identities i ON i.id = l.sso_identity_id
    LEFT JOIN link_results r ON r.login_id = l.id
    WHERE l.id = ${loginId}`;
  if (!row) throw new SsoLinkError('login_unknown', `there is no login ${loginId}`);
  if (row.outcome === null) {
    throw new SsoLinkError('result_pending', `login ${loginId} has no result yet: do relay and worker run?`);
  }
  return withDates(row);
}
