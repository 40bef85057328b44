import type { Transaction } from './db/client.ts';
import { auditLog } from './db/schema.ts';

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

/** Writes down an operator's act, in the transaction of what it tells of. */
export async function audit(tx: Transaction, entry: AuditEntry): Promise<void> {
  await tx.db.insert(auditLog).values({ ...entry, details: entry.details ?? {} });
}
