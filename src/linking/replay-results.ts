/**
 * Publishes link results again, from the database: the same `ce_id`, the same `ce_sequence`, the same data. So a consumer that
 * deduplicates passes them over, and one that keeps the latest result is not given an old one as the newest.
 */
import { audit } from '../audit.ts';
import { companyBySlug } from '../companies/companies.ts';
import type { Database, Transaction } from '../db/client.ts';
import { type LinkResult, linkResult } from '../events/link-result.ts';
import { append } from '../outbox/append.ts';

export interface ReplayRange {
  /** The company's slug. */
  company: string;
  /** Decided at this time or later. */
  since: Date;
  /** And before this one. */
  until?: Date;
  /** Counts only. */
  dryRun: boolean;
}

export interface ReplayedResults {
  events: number;
  /** Results whose event's id and number are not known: a version before migration `0017_states` decided them. */
  unnumbered: number;
}

/** Events of one transaction: an outbox that grows by more at once delays what people wait for. */
const BATCH = 500;

/** @throws SsoLinkError `company_not_found` */
export async function replayResults(
  database: Pick<Database, 'sql' | 'db' | 'transaction'>,
  actor: string,
  range: ReplayRange,
): Promise<ReplayedResults> {
  const company = await companyBySlug(database, range.company);
  const counted = await countResults(database, company.id, range);
  if (range.dryRun) return counted;
  let events = 0;
  for (let after: Place | undefined = FIRST; after !== undefined; ) {
    const from: Place = after;
    after = await database.transaction(async (tx) => {
      const rows = await readPage(tx, company.id, range, from);
      await append(tx, rows.map(eventOf));
      events += rows.length;
      const last = rows.at(-1);
      return last && rows.length === BATCH ? [last.place, last.sequence] : undefined;
    });
  }
  const { unnumbered } = counted;
  const { since, until } = range;
  await database.transaction((tx) =>
    audit(tx, {
      ...{ actor, action: 'events.replay', target: linkResult.type, companyId: company.id },
      details: { since, until: until ?? null, events, unnumbered },
    }),
  );
  return { events, unnumbered };
}

type Row = LinkResult & { event_id: string; sequence: string; place: string };
/** The last row of the page before: its time and its number. */
type Place = [decidedAt: string, sequence: string];

const FIRST: Place = ['-infinity', '0'];

async function countResults(
  { sql }: Pick<Database, 'sql'>,
  companyId: string,
  { since, until }: ReplayRange,
): Promise<ReplayedResults> {
  const [row] = await sql<ReplayedResults[]>`
    SELECT count(event_id)::int AS events, count(*) FILTER (WHERE event_id IS NULL)::int AS unnumbered
    FROM link_results WHERE company_id = ${companyId} AND decided_at >= ${since.toISOString()}
      AND (${until?.toISOString() ?? null}::timestamptz IS NULL OR decided_at < ${until?.toISOString() ?? null})`;
  return row ?? { events: 0, unnumbered: 0 };
}

async function readPage(
  { sql }: Transaction,
  companyId: string,
  { since, until }: ReplayRange,
  [decidedAt, sequence]: Place,
): Promise<Row[]> {
  return sql<Row[]>`
    SELECT login_id, sso_identity_id, company_id, (SELECT slug FROM companies c WHERE c.id = company_id) AS company,
      outcome, reason, user_id, matched, policy_version, evidence,
      to_char(decided_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS decided_at, event_id,
      sequence::text, decided_at::text AS place
    FROM link_results WHERE company_id = ${companyId} AND decided_at >= ${since.toISOString()}
      AND (${until?.toISOString() ?? null}::timestamptz IS NULL OR decided_at < ${until?.toISOString() ?? null})
      AND (decided_at, sequence) > (${decidedAt}::timestamptz, ${sequence}::bigint) AND event_id IS NOT NULL
    ORDER BY link_results.decided_at, link_results.sequence LIMIT ${BATCH}`;
}

function eventOf({ event_id: id, sequence, place: _, ...result }: Row) {
  const { sso_identity_id: subject, decided_at } = result;
  const time = new Date(decided_at);
  return linkResult.create({ id, source: 'urn:sso-link:worker', time, subject, sequence }, result);
}
