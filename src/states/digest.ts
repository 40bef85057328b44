/**
 * A digest of what `sso.identities` says of a company, so that a consumer finds a difference to its own copy without
 * reading everything. docs/events.md says how a consumer computes it; sso-link-client/events does it.
 */
import type { Database } from '../db/client.ts';
import { EMPTY_BUCKET, type IdentitiesDigest } from '../events/digest.ts';

/** The digest of a company's states, as the database has them. */
export async function digestStates(
  { sql }: Pick<Database, 'sql'>,
  companyId: string,
): Promise<IdentitiesDigest> {
  // The line of an identity is that of src/events/digest.ts.
  const rows = await sql<{ bucket: number; count: number; max: string; hash: string }[]>`
    SELECT get_byte(uuid_send(id), 0) AS bucket, count(*)::int AS count, max(state_sequence)::text AS max,
      encode(sha256(convert_to(string_agg(
        id || ' ' || state_sequence || ' ' || state || ' ' || coalesce(user_id, '') || E'\n', '' ORDER BY id
      ), 'UTF8')), 'hex') AS hash
    FROM sso_identities WHERE company_id = ${companyId} AND state IS NOT NULL GROUP BY 1`;
  const buckets = Array<string>(256).fill(EMPTY_BUCKET);
  for (const row of rows) buckets[row.bucket] = row.hash;
  const count = rows.reduce((sum, row) => sum + row.count, 0);
  const max_sequence = rows.length === 0 ? null : Math.max(...rows.map((row) => Number(row.max)));
  return { count, max_sequence, buckets };
}
