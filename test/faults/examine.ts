import { readTopic } from '../../dev/topics.ts';
import type { Database } from '../../src/db/client.ts';
import { linkResult } from '../../src/events/link-result.ts';
import { ssoAuthenticated } from '../../src/events/sso-authenticated.ts';

/** What the database and the topics say in the end. */
export interface Findings {
  logins: number;
  results: number;
  /** Logins whose event or result is on no topic. */
  missing: number;
  /** Logins that have two results, in the database or by different events on the topic. */
  duplicates: number;
  /** Records that were sent again: a consumer tells them by `ce_id`. */
  resent: number;
  /** Rows that still wait in the outbox. */
  left: number;
  outcomes: Record<string, number>;
}

/** One event and one link result for each login, and nothing left. */
export const isWhole = ({ logins, results, missing, duplicates, left }: Findings): boolean =>
  results === logins && missing + duplicates + left === 0;

/** Asks the database and reads both topics from their beginning. */
export async function examine({ sql }: Database, brokers: string[], prefix: string): Promise<Findings> {
  const recorded = (await sql<{ id: string }[]>`SELECT id FROM logins`).map((row) => row.id);
  const outcomes = await sql<{ outcome: string; n: number }[]>`
    SELECT outcome, count(*)::int AS n FROM link_results GROUP BY outcome ORDER BY outcome`;
  const logins = await readTopic(brokers, prefix + ssoAuthenticated.topic);
  const results = await readTopic(brokers, prefix + linkResult.topic);

  const told = new Set(logins.map((r) => r.headers.ce_id));
  const eventsOfLogin = new Map<string, Set<string>>();
  for (const record of results) {
    const { login_id: login } = linkResult.parse(record.value);
    const ids = eventsOfLogin.get(login) ?? new Set();
    eventsOfLogin.set(login, ids.add(record.headers.ce_id ?? ''));
  }
  const distinct = [...eventsOfLogin.values()].reduce((sum, ids) => sum + ids.size, 0);
  return {
    logins: recorded.length,
    results: outcomes.reduce((sum, { n }) => sum + n, 0),
    missing: recorded.filter((id) => !told.has(id) || !eventsOfLogin.has(id)).length,
    duplicates: distinct - eventsOfLogin.size,
    resent: logins.length - told.size + results.length - distinct,
    left: await waiting({ sql }),
    outcomes: Object.fromEntries(outcomes.map(({ outcome, n }) => [outcome, n])),
  };
}

/** Rows in the outbox, of one topic where it is named. */
export async function waiting({ sql }: Pick<Database, 'sql'>, topic?: string): Promise<number> {
  const [row] = await sql`SELECT count(*) AS n FROM outbox WHERE topic = ${topic ?? sql`topic`}`;
  return Number(row?.n);
}

/** How many logins have their result. */
export async function decided({ sql }: Pick<Database, 'sql'>): Promise<number> {
  const [row] = await sql`SELECT count(*) AS n FROM link_results`;
  return Number(row?.n);
}
