/**
 * Reads the audit log in an order that skips no row. `id` is assigned before the commit, so "after id N" would skip a row
 * that commits late. Rows are ordered by the transaction that wrote them, and those of transactions that may still run are
 * left for the next page.
 */
import type { AuditView } from './audit.ts';
import type { Database } from './db/client.ts';
import { SsoLinkError } from './errors.ts';

export interface AuditItem extends AuditView {
  /** The row's place: give it as `after` to continue from here. */
  cursor: string;
}

/**
 * Up to `count` entries after a cursor, the oldest first.
 * @param page.companyId of one company; null for all
 * @throws SsoLinkError `cursor_invalid`
 */
export async function pageOfAudit(
  { sql }: Pick<Database, 'sql'>,
  page: { companyId: string | null; after: string | null; count: number },
): Promise<AuditItem[]> {
  const { companyId, count } = page;
  const [xid, id] = page.after === null ? [null, null] : readCursor(page.after);
  const rows = await sql<AuditItem[]>`
    SELECT a.xid::text || '-' || a.id AS cursor, a.at, a.actor, a.action, c.slug AS company, a.target, a.details
    FROM audit_log a LEFT JOIN companies c ON c.id = a.company_id
    WHERE a.xid < pg_snapshot_xmin(pg_current_snapshot())
      AND (${companyId}::uuid IS NULL OR a.company_id = ${companyId}::uuid)
      AND (${xid}::xid8 IS NULL OR (a.xid, a.id) > (${xid}::xid8, ${id}::bigint))
    ORDER BY a.xid, a.id LIMIT ${count}`;
  return rows.map((row) => ({ ...row, at: new Date(row.at).toISOString() }));
}

function readCursor(text: string): [xid: string, id: string] {
  const [, xid, id] = /^(\d{1,20})-(\d{1,19})$/.exec(text) ?? [];
  if (xid !== undefined && id !== undefined && BigInt(xid) < 2n ** 64n && BigInt(id) < 2n ** 63n)
    return [xid, id];
  throw new SsoLinkError('cursor_invalid', 'the cursor is invalid: expected one that an entry has');
}
