import type { Issuer } from '../config.ts';
import type { Database } from '../db/client.ts';
import type { Logger } from '../observability/log.ts';

/** Says at start how many companies nobody can sign in to, since their issuer was taken off the list. */
export async function warnUnlistedIssuers(
  { sql }: Pick<Database, 'sql'>,
  issuers: readonly Issuer[],
  log: Pick<Logger, 'warn'>,
): Promise<void> {
  const rows = await sql<{ issuer: string; companies: number }[]>`
    SELECT k.issuer, count(*)::int AS companies FROM sso_clients k JOIN companies c ON c.id = k.company_id
    WHERE k.status = 'active' AND c.status = 'active' AND k.issuer <> ALL (${issuers.map((i) => i.url)}::text[])
    GROUP BY k.issuer ORDER BY k.issuer`;
  for (const row of rows) {
    log.warn(row, 'JUMPCLOUD_ISSUERS lacks the issuer of active companies: their people are refused');
  }
}
