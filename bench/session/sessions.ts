import { createHash } from 'node:crypto';
import type { Database } from '../../src/db/client.ts';
import { seedCompanies } from '../support/world.ts';

/** The token of a session by its number, as a cookie holds it. */
const tokenOf = (n: number) => createHash('sha256').update(`session-${n}`).digest('base64url');

/**
 * People who are linked and signed in, a session each, at twenty companies. Their last use is an hour ahead: a read that
 * follows another one within a minute writes nothing, and those are measured.
 * @returns their Cookie headers
 */
export async function seedSessions({ sql }: Pick<Database, 'sql'>, count: number): Promise<string[]> {
  await seedCompanies({ sql });
  const tokens = Array.from({ length: count }, (_, n) => tokenOf(n));
  const id = (kind: string, n = sql`n`) => sql`md5(${kind}::text || ${n})::uuid`;
  const people = sql`generate_series(0, ${count - 1}::int) AS n`;
  const company = id('company', sql`n % 20`);
  await sql`
    INSERT INTO users (id, company_id, company_set_by, name)
    SELECT 'user-' || n, ${company}, 'link', 'Person ' || n FROM ${people}`;
  await sql`
    INSERT INTO sso_identities (id, company_id, issuer, subject, email, name, user_id, linked_at)
    SELECT ${id('identity')}, ${company}, 'http://localhost/jumpcloud/', 'subject-' || n,
      'person-' || n || '@company-' || n % 20 || '.test', 'Person ' || n, 'user-' || n, now() FROM ${people}`;
  await sql`
    INSERT INTO logins (id, state_hash, sso_identity_id, company_id, sso_client_id)
    SELECT ${id('login')}, decode(md5('state' || n), 'hex'), ${id('identity')}, ${company}, ${id('client', sql`n % 20`)}
    FROM ${people}`;
  await sql`
    INSERT INTO link_results (login_id, sso_identity_id, company_id, outcome, user_id, matched, policy_version, evidence)
    SELECT ${id('login')}, ${id('identity')}, ${company}, 'already_linked', 'user-' || n, '[]', 1, '{"rule":6}'
    FROM ${people}`;
  await sql`
    INSERT INTO sessions (id, token_hash, login_id, sso_identity_id, return_to, last_used_at, expires_at)
    SELECT ${id('session')}, sha256(token::bytea), ${id('login')}, ${id('identity')}, 'http://localhost:1/',
      now() + interval '1 hour', now() + interval '7 days'
    FROM unnest(${tokens}::text[]) WITH ORDINALITY AS t (token, place), LATERAL (SELECT place - 1 AS n) AS number`;
  await sql`ANALYZE`;
  return tokens.map((token) => `__Host-sso_session=${token}`);
}
