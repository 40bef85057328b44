/** What was decided for logins: read-only queries for operators. */
import { companyBySlug } from '../companies/companies.ts';
import type { Database } from '../db/client.ts';
import { normalizeEmail } from '../email.ts';
import { SsoLinkError } from '../errors.ts';
import { OUTCOMES } from '../events/link-result.ts';

type Row = Record<string, string | number | object | null>;

export interface ResultRow {
  login_id: string;
  /** As PostgreSQL prints it. */
  decided_at: string;
  company_id: string;
  /** Its slug. */
  company: string;
  outcome: string;
  reason: string | null;
  user_id: string | null;
  sso_identity_id: string;
  matched: object[];
  policy_version: number;
  evidence: object;
}

export interface ResultFilter {
  /** A company's slug. */
  company?: string;
  /** Finds the SSO identities that had this email at their last login. */
  email?: string;
  outcome?: string;
  reason?: string;
  /** Decided at this time or later. */
  since?: Date;
  /** None unless given. */
  limit?: number;
}

const BATCH = 1_000;

/**
 * Link results, the newest first, in batches: a login's id is a UUIDv7, so the primary key has them by time.
 * @throws SsoLinkError `company_not_found`, `email_invalid`
 */
export async function* listResults(
  database: Pick<Database, 'sql' | 'db'>,
  filter: ResultFilter,
): AsyncGenerator<Row[]> {
  const { company, limit, ...same } = filter;
  const companyId = company === undefined ? null : (await companyBySlug(database, company)).id;
  const rows = selectResults(database, { ...same, companyId, after: null, count: limit ?? null });
  // An operator's terminal or file may be slow: the next batch is asked for when this one is written.
  yield* rows.cursor(BATCH);
}

/** Up to `count` results after one, the newest first. @throws SsoLinkError `email_invalid` */
export async function pageOfResults(
  database: Pick<Database, 'sql'>,
  page: Omit<ResultFilter, 'company' | 'limit'> & PageOfResults,
): Promise<ResultRow[]> {
  return (await selectResults(database, page)) as unknown as ResultRow[];
}

interface PageOfResults {
  /** Null for all companies. */
  companyId: string | null;
  /** The id of the login before the first one. */
  after: string | null;
  count: number | null;
}

function selectResults(
  { sql }: Pick<Database, 'sql'>,
  filter: Omit<ResultFilter, 'company' | 'limit'> & PageOfResults,
) {
  const email = filter.email === undefined ? null : normalizeEmail(filter.email);
  if (filter.email !== undefined && email === null) {
    throw new SsoLinkError('email_invalid', `'${filter.email}' is no email address`);
  }
  const { outcome = null, reason = null, companyId, after, count } = filter;
  const since = filter.since?.toISOString() ?? null;
  return sql<Row[]>`
    SELECT r.login_id, r.decided_at, r.company_id, c.slug AS company, r.outcome, r.reason, r.user_id, r.sso_identity_id,
      r.matched, r.policy_version, r.evidence
    FROM link_results r JOIN companies c ON c.id = r.company_id
    WHERE (${companyId}::uuid IS NULL OR r.company_id = ${companyId}::uuid)
      AND (${outcome}::text IS NULL OR r.outcome = ${outcome})
      AND (${reason}::text IS NULL OR r.reason = ${reason})
      AND (${since}::timestamptz IS NULL OR r.decided_at >= ${since}::timestamptz)
      AND (${after}::uuid IS NULL OR r.login_id < ${after}::uuid)
      AND (${email}::text IS NULL
        OR r.sso_identity_id IN (SELECT id FROM sso_identities WHERE email = ${email}))
    ORDER BY r.login_id DESC LIMIT ${count}`;
}

/** Counts a company's results by outcome and reason. @throws SsoLinkError `company_not_found` */
export async function summarizeResults(database: Pick<Database, 'sql' | 'db'>, slug: string): Promise<Row[]> {
  const company = await companyBySlug(database, slug);
  const rows = await database.sql<Row[]>`
    SELECT outcome, reason, count(*)::int AS count, count(DISTINCT sso_identity_id)::int AS identities
    FROM link_results WHERE company_id = ${company.id}
    GROUP BY outcome, reason
    ORDER BY array_position(${[...OUTCOMES]}::text[], outcome), count DESC, reason`;
  return rows.map((row) => ({ ...row }));
}

/**
 * One result with its login and SSO identity.
 * @param of.companyId a login of another company counts as missing
 * @throws SsoLinkError `login_not_found`, `result_pending`
 */
export async function showResult(
  { sql }: Pick<Database, 'sql'>,
  loginId: string,
  of: { companyId?: string } = {},
): Promise<Row> {
  const [row] = await sql<Row[]>`
    SELECT l.id AS login_id, l.company_id, c.slug AS company, l.authenticated_at, l.sso_client_id, r.outcome, r.reason,
      r.user_id, r.matched, r.evidence, r.policy_version, r.decided_at, i.id AS sso_identity_id, i.issuer,
      i.subject, i.email AS identity_email, i.name AS identity_name, i.user_id AS linked_to, i.linked_at,
      i.link_removed_at
    FROM logins l
    JOIN companies c ON c.id = l.company_id
    JOIN sso_identities i ON i.id = l.sso_identity_id
    LEFT JOIN link_results r ON r.login_id = l.id
    WHERE l.id = ${loginId}
      AND (${of.companyId ?? null}::uuid IS NULL OR l.company_id = ${of.companyId ?? null}::uuid)`;
  if (!row) throw new SsoLinkError('login_not_found', `there is no login ${loginId}`);
  if (row.outcome === null) {
    throw new SsoLinkError('result_pending', `login ${loginId} has no result yet: do relay and worker run?`);
  }
  return row;
}
