/** A service's database as it is after a while, written set-wise: companies, users, social accounts, logins. */

import type { Database } from '../../src/db/client.ts';
import { ssoAuthenticated } from '../../src/events/sso-authenticated.ts';
import type { IncomingRecord } from '../../src/kafka/records.ts';
import { laneOf } from '../../src/outbox/lanes.ts';

/** People by their number, in tens, so that outcomes are mixed: see `seedLogins`. */
const COMPANIES = 20;
const ISSUER = 'http://localhost/jumpcloud/';

/** Companies with an active SSO client and a proven domain each: `company-N.test`. Half of them create users. */
export async function seedCompanies({ sql }: Pick<Database, 'sql'>, companies = COMPANIES): Promise<void> {
  await sql`
    INSERT INTO companies (id, slug, name, creates_users)
    SELECT ${uuid(sql, 'company', sql`n`)}, 'company-' || n, 'Company ' || n, n % 4 < 2
    FROM generate_series(0, ${companies - 1}::int) AS n`;
  await sql`
    INSERT INTO company_domains (domain, company_id, verified_by)
    SELECT 'company-' || n || '.test', ${uuid(sql, 'company', sql`n`)}, 'operator'
    FROM generate_series(0, ${companies - 1}::int) AS n`;
  await sql`
    INSERT INTO sso_clients (id, company_id, region, issuer, client_id, client_secret, status)
    SELECT ${uuid(sql, 'client', sql`n`)}, ${uuid(sql, 'company', sql`n`)}, 'us', ${ISSUER},
      'client-' || n, 'sealed', 'active'
    FROM generate_series(0, ${companies - 1}::int) AS n`;
}

/**
 * Social accounts of people 0 … count−1, a user each: by Google, GitHub and Microsoft in turn, the email of one
 * in ten unverified. Person n works at company n % 20, and has the email `person-n@company-….test`.
 */
export async function seedAccounts({ sql }: Pick<Database, 'sql'>, count: number): Promise<void> {
  const step = 500_000;
  for (let from = 0; from < count; from += step) {
    const to = Math.min(from + step, count) - 1;
    await sql`INSERT INTO users (id) SELECT 'user-' || n FROM generate_series(${from}::int, ${to}::int) AS n`;
    await sql`
      INSERT INTO social_accounts (id, user_id, provider, provider_user_id, email, email_verified)
      SELECT ${uuid(sql, 'account', sql`n`)}, 'user-' || n,
        (ARRAY['google', 'github', 'microsoft'])[1 + n % 3], 'account-' || n,
        'person-' || n || '@company-' || n % ${COMPANIES}::int || '.test', n % 10 <> 7
      FROM generate_series(${from}::int, ${to}::int) AS n`;
  }
}

/**
 * Logins `from` … `from + count − 1`, with their SSO identities, spread over all people. Of ten people six have
 * one account (one of them unverified), one has two (ambiguous), one comes twice, one has an email of somebody
 * else's domain, one has no account at all (created, or no match).
 * @param people how many have social accounts
 */
export async function seedLogins(
  { sql }: Pick<Database, 'sql'>,
  options: { from: number; count: number; people: number },
): Promise<void> {
  const { from, count, people } = options;
  const to = from + count - 1;
  // A stride that is prime to the number of people visits them in no order: no page is warm by chance.
  const logins = sql`
    SELECT n, person, person % ${COMPANIES}::int AS company FROM (
      SELECT n, CASE WHEN n % 10 = 9 THEN ((n - 9)::bigint * 7919) % ${people}
        WHEN n % 10 = 8 THEN ${people} + n ELSE (n::bigint * 7919) % ${people} END AS person
      FROM generate_series(${from}::int, ${to}::int) AS n) AS logins`;
  await sql`
    INSERT INTO sso_identities (id, company_id, issuer, subject, email, name)
    SELECT DISTINCT ON (person) ${uuid(sql, 'identity', sql`person`)}, ${uuid(sql, 'company', sql`company`)},
      ${ISSUER}, 'subject-' || person,
      'person-' || person || '@' || CASE WHEN n % 10 = 6 THEN 'elsewhere' ELSE 'company-' || company END || '.test',
      'Person ' || person
    FROM (${logins}) AS logins ORDER BY person
    ON CONFLICT DO NOTHING`;
  await sql`
    INSERT INTO logins (id, state_hash, sso_identity_id, company_id, sso_client_id)
    SELECT ${uuid(sql, 'login', sql`n`)}, decode(md5('state' || n), 'hex'), ${uuid(sql, 'identity', sql`person`)},
      ${uuid(sql, 'company', sql`company`)}, ${uuid(sql, 'client', sql`company`)}
    FROM (${logins}) AS logins`;
  // Two users with one verified email: ambiguous.
  await sql`
    INSERT INTO users (id) SELECT 'second-' || person FROM (${logins}) AS logins WHERE n % 10 = 4
    ON CONFLICT DO NOTHING`;
  await sql`
    INSERT INTO social_accounts (id, user_id, provider, provider_user_id, email, email_verified)
    SELECT ${uuid(sql, 'second', sql`person`)}, 'second-' || person, 'github', 'second-' || person,
      'person-' || person || '@company-' || company || '.test', true
    FROM (${logins}) AS logins WHERE n % 10 = 4 ON CONFLICT DO NOTHING`;
}

export interface LoginRecord {
  key: Buffer;
  value: Buffer;
  headers: Record<string, string>;
  partition: number;
}

/** The events of the logins that `seedLogins` wrote, in their order, as the server appends them. */
export async function loginRecords(
  { sql }: Pick<Database, 'sql'>,
  options: { from: number; count: number },
): Promise<LoginRecord[]> {
  const rows = await sql<Record<string, string>[]>`
    SELECT l.id, l.sso_identity_id, l.company_id, l.sso_client_id, i.subject, i.email, i.name, c.slug
    FROM generate_series(${options.from}::int, ${options.from + options.count - 1}::int) AS n
    JOIN logins l ON l.id = ${uuid(sql, 'login', sql`n`)}
    JOIN sso_identities i ON i.id = l.sso_identity_id JOIN companies c ON c.id = l.company_id
    ORDER BY n`;
  return rows.map((row) => {
    const id = row.id as string;
    const event = ssoAuthenticated.create(
      { id, source: 'urn:sso-link:server', time: new Date(), subject: row.sso_identity_id as string },
      {
        login_id: id,
        sso_identity_id: row.sso_identity_id as string,
        company_id: row.company_id as string,
        company: row.slug as string,
        sso_client_id: row.sso_client_id as string,
        issuer: ISSUER,
        subject: row.subject as string,
        email: row.email as string,
        email_verified: true,
        name: row.name as string,
        groups: ['Everybody', 'Engineering'],
        authenticated_at: new Date().toISOString(),
        first_login: true,
      },
    );
    const key = event.key as Buffer;
    return { key, value: event.payload as Buffer, headers: event.headers, partition: laneOf(key) };
  });
}

/** As the worker gets it from a topic. */
export function asIncoming(records: LoginRecord[]): IncomingRecord[] {
  return records.map((record, i) => ({
    ...record,
    topic: ssoAuthenticated.topic,
    offset: BigInt(i),
    timestamp: Date.now(),
  }));
}

/** An id by what it is of and its number: seeds need no look-ups. */
function uuid(sql: Database['sql'], kind: string, n: ReturnType<Database['sql']>) {
  return sql`md5(${kind}::text || ${n})::uuid`;
}
