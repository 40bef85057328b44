/** Reverses an undo: links that nothing has changed since are made again. In chunks, resumable. */
import { lockMirror } from '../accounts/erase.ts';
import { belongsToOtherCompany } from '../accounts/other-company.ts';
import type { Database, Transaction } from '../db/client.ts';
import { inChunks } from '../db/in-chunks.ts';
import { userLinked } from '../events/user-linked.ts';
import { newId } from '../ids.ts';
import { append } from '../outbox/append.ts';
import { publishIdentityStates } from '../states/identity-states.ts';
import { beginBatch, finishBatch, finishedUndo, type LinkBatch } from './link-batches.ts';

export interface RedoneLinks {
  links: number;
  /** Users whom the undo had suspended. */
  resumed: number;
  /** Links that stay removed: their identity or user was changed since. */
  left: number;
}

const CHUNK = 500;

/**
 * Makes the links of an undo again. An unfinished redo is continued.
 * @param progress is called after each chunk with the links so far
 * @throws SsoLinkError `batch_not_found`, `batch_unfinished`
 */
export async function redoLinks(
  database: Pick<Database, 'transaction'>,
  actor: string,
  undo: string,
  progress: (batch: string, links: number) => void = () => {},
): Promise<RedoneLinks & { batch: string }> {
  const batch = await database.transaction(async (tx) => {
    const { companyId, ssoClientId } = await finishedUndo(tx, undo);
    return beginBatch(tx, actor, {
      ...{ kind: 'redo', companyId, ssoClientId, since: null, until: null, ofBatch: undo, reason: null },
    });
  });
  const done = await inChunks(
    database,
    (tx) => redoChunk(tx, actor, batch, undo),
    ({ links }) => progress(batch.id, links),
  );
  return database.transaction(async (tx) => {
    const [counted] = await tx.sql<{ n: number }[]>`
      SELECT count(*)::int AS n FROM link_changes
      WHERE batch = ${undo} AND change = 'removed' AND undone_by IS NULL`;
    const all = { ...done, left: counted?.n ?? 0 };
    await finishBatch(tx, actor, batch, 'links.redo', all);
    return { batch: batch.id, ...all };
  });
}

interface Removed {
  id: string;
  identityId: string;
  userId: string;
}

async function redoChunk(
  tx: Transaction,
  actor: string,
  batch: LinkBatch,
  undo: string,
): Promise<Omit<RedoneLinks, 'left'>> {
  const { sql } = tx;
  await lockMirror(tx);
  const found = await redoable(tx, batch, undo);
  if (found.length === 0) return { links: 0, resumed: 0 };
  const ids = found.map(({ identityId }) => identityId);
  await sql`SELECT 1 FROM sso_identities WHERE id = ANY(${ids}::uuid[]) ORDER BY id FOR UPDATE`;
  await sql`SELECT 1 FROM users WHERE id = ANY(${found.map((f) => f.userId)}::text[]) ORDER BY id FOR UPDATE`;
  // Again: it sees what was committed before the locks were given.
  const links = await redoable(tx, batch, undo, ids);
  if (links.length === 0) return { links: 0, resumed: 0 };
  const time = new Date();
  const at = time.toISOString();
  const rows = links.map(({ id }) => id);
  await sql`
    INSERT INTO link_changes (batch, at, actor, change, cause, sso_client_id, sso_identity_id, user_id,
      company_before, company_set_by_before, user_created)
    SELECT ${batch.id}::uuid, ${at}::timestamptz, ${actor}, 'linked', 'redo', r.sso_client_id, r.sso_identity_id,
      r.user_id, u.company_id, u.company_set_by, r.user_created
    FROM link_changes r JOIN users u ON u.id = r.user_id WHERE r.id = ANY(${rows}::bigint[])`;
  const resumed = await sql`
    UPDATE users u SET status = 'active', status_changed_at = ${at}, updated_at = ${at}
    FROM link_changes r WHERE r.id = ANY(${rows}::bigint[]) AND u.id = r.user_id AND u.status = 'suspended'`;
  await sql`UPDATE link_changes SET undone_by = ${batch.id} WHERE id = ANY(${rows}::bigint[])`;
  await sql`
    UPDATE sso_identities i SET user_id = r.user_id, linked_at = ${at}, link_removed_at = NULL
    FROM link_changes r WHERE r.id = ANY(${rows}::bigint[]) AND i.id = r.sso_identity_id`;
  await sql`
    UPDATE users SET company_id = ${batch.companyId}, company_set_by = 'link', updated_at = ${at}
    WHERE id = ANY(${links.map(({ userId }) => userId)}::text[]) AND company_id IS NULL`;
  await append(
    tx,
    links.map(({ identityId, userId }) =>
      userLinked.create(
        { id: newId(), source: 'urn:sso-link:redo', time, subject: identityId },
        {
          ...{ sso_identity_id: identityId, company_id: batch.companyId, user_id: userId },
          ...{ previous_user_id: null, cause: 'redo', by: actor, at, batch: batch.id },
        },
      ),
    ),
  );
  const linked = links.map(({ identityId }) => identityId);
  await publishIdentityStates(tx, linked, 'redo');
  return { links: links.length, resumed: resumed.count };
}

/**
 * Links of the undo that can be made again: nothing has changed the identity's link since, and the user is active (or
 * suspended by the undo alone), of this company or of none, and without another SSO identity here.
 */
async function redoable(
  { sql }: Transaction,
  batch: LinkBatch,
  undo: string,
  ids: string[] | null = null,
): Promise<Removed[]> {
  return sql<Removed[]>`
    SELECT r.id, r.sso_identity_id AS "identityId", r.user_id AS "userId"
    FROM link_changes r
    JOIN sso_identities identity ON identity.id = r.sso_identity_id
    JOIN users u ON u.id = r.user_id
    WHERE r.batch = ${undo} AND r.change = 'removed' AND r.undone_by IS NULL
      AND (${ids}::uuid[] IS NULL OR r.sso_identity_id = ANY(${ids}::uuid[]))
      AND identity.user_id IS NULL AND identity.company_id = ${batch.companyId}
      AND NOT EXISTS (SELECT FROM link_changes n WHERE n.sso_identity_id = r.sso_identity_id AND n.id > r.id)
      AND (u.status = 'active' OR (u.status = 'suspended' AND r.user_created AND u.status_changed_at = r.at))
      AND NOT ${belongsToOtherCompany(sql, 'identity.company_id')}
      AND NOT EXISTS (
        SELECT FROM sso_identities o WHERE o.company_id = identity.company_id AND o.user_id = u.id)
    ORDER BY r.id LIMIT ${CHUNK}`;
}
