import { audit } from '../audit.ts';
import type { Database, Transaction } from '../db/client.ts';
import { SsoLinkError } from '../errors.ts';
import { newId } from '../ids.ts';

/** An undo of many links, or its redo. Times as PostgreSQL takes them. */
export interface LinkBatch {
  id: string;
  companyId: string;
  ssoClientId: string;
  since: string | null;
  until: string | null;
}

interface NewBatch {
  kind: 'undo' | 'redo';
  companyId: string;
  ssoClientId: string;
  since: Date | null;
  until: Date | null;
  /** No end was named: an unfinished batch of any end is the same one. */
  isOpenEnded?: boolean;
  ofBatch: string | null;
  reason: string | null;
}

/** Begins a batch, or continues an unfinished one of the same links. Audited where it begins. */
export async function beginBatch(tx: Transaction, actor: string, batch: NewBatch): Promise<LinkBatch> {
  const { kind, companyId, ssoClientId, ofBatch, reason, isOpenEnded = false } = batch;
  const [since, until] = [batch.since?.toISOString() ?? null, batch.until?.toISOString() ?? null];
  // Two at once would be two batches of the same links.
  await tx.sql`SELECT pg_advisory_xact_lock(hashtext('sso_link_link_batches'))`;
  const [open] = await tx.sql<LinkBatch[]>`
    SELECT id, company_id AS "companyId", sso_client_id AS "ssoClientId", since, until FROM link_batches
    WHERE kind = ${kind} AND sso_client_id = ${ssoClientId} AND finished_at IS NULL
      AND since IS NOT DISTINCT FROM ${since}::timestamptz
      AND (${isOpenEnded} OR until IS NOT DISTINCT FROM ${until}::timestamptz)
      AND of_batch IS NOT DISTINCT FROM ${ofBatch}::uuid`;
  if (open) return open;
  const id = newId();
  await tx.sql`
    INSERT INTO link_batches (id, kind, company_id, sso_client_id, since, until, of_batch, reason, actor)
    VALUES (${id}, ${kind}, ${companyId}, ${ssoClientId}, ${since}, ${until}, ${ofBatch}, ${reason}, ${actor})`;
  await audit(tx, {
    ...{ actor, action: `links.${kind}`, target: ssoClientId, companyId },
    details: { batch: id, since, until, reason, ...(ofBatch && { of_batch: ofBatch }) },
  });
  return { id, companyId, ssoClientId, since, until };
}

/** Ends a batch. Audited with what it did. */
export async function finishBatch(
  tx: Transaction,
  actor: string,
  batch: LinkBatch,
  action: 'links.undo' | 'links.redo',
  done: Record<string, number>,
): Promise<void> {
  await tx.sql`UPDATE link_batches SET finished_at = now() WHERE id = ${batch.id} AND finished_at IS NULL`;
  const details = { batch: batch.id, finished: true, ...done };
  await audit(tx, { actor, action, target: batch.ssoClientId, companyId: batch.companyId, details });
}

/** An undo, finished or not; undefined where there is none. */
export async function findUndo(
  { sql }: Pick<Database, 'sql'>,
  id: string,
): Promise<(LinkBatch & { finished: boolean }) | undefined> {
  const [batch] = await sql<(LinkBatch & { finished: boolean })[]>`
    SELECT id, company_id AS "companyId", sso_client_id AS "ssoClientId", since, until,
      finished_at IS NOT NULL AS finished
    FROM link_batches WHERE id = ${id} AND kind = 'undo'`;
  return batch;
}

/** A finished undo. @throws SsoLinkError `batch_not_found`, `batch_unfinished` */
export async function finishedUndo(tx: Pick<Database, 'sql'>, id: string): Promise<LinkBatch> {
  const batch = await findUndo(tx, id);
  if (!batch) throw new SsoLinkError('batch_not_found', `there is no undo ${id}`);
  if (!batch.finished) throw new SsoLinkError('batch_unfinished', `undo ${id} has not finished`);
  return batch;
}
