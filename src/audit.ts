import type { Database, Transaction } from './db/client.ts';
import { auditLog } from './db/schema/api.ts';

export interface AuditEntry {
  /** `operator:<name>`: who ran the command. */
  actor: string;
  /** What was done: `company.create`, `links.remove`, … */
  action: string;
  /** To what: a slug, a domain, an id. Never a secret. */
  target: string;
  companyId?: string;
  details?: Record<string, unknown>;
}

/** Records an operator's act in the transaction of the change itself. */
export async function audit(tx: Transaction, entry: AuditEntry): Promise<void> {
  await tx.db.insert(auditLog).values({ ...entry, details: entry.details ?? {} });
}

export interface AuditView {
  at: string;
  actor: string;
  action: string;
  /** The company's slug. */
  company: string | null;
  target: string;
  details: object;
}

/** The audit log, the newest first. @param filter.companyId of one company */
export async function listAudit(
  { sql }: Pick<Database, 'sql'>,
  filter: { companyId: string | null; limit: number },
): Promise<AuditView[]> {
  return sql<AuditView[]>`
    SELECT a.at, a.actor, a.action, c.slug AS company, a.target, a.details
    FROM audit_log a LEFT JOIN companies c ON c.id = a.company_id
    WHERE ${filter.companyId}::uuid IS NULL OR a.company_id = ${filter.companyId}::uuid
    ORDER BY a.id DESC LIMIT ${filter.limit}`;
}
