/**
 * Reverses the links that the sign-ins of a misused SSO client made, and reverses that again: in chunks, each a
 * transaction, resumable. What was changed since by anybody is left alone.
 *
 * find links → lock identities, then users → unlink, restore, suspend → history, events, states
 */
import { lockMirror } from '../accounts/erase.ts';
import { companyBySlug } from '../companies/companies.ts';
import type { Database, Transaction } from '../db/client.ts';
import { inChunks } from '../db/in-chunks.ts';
import { SsoLinkError } from '../errors.ts';
import { linkRemoved } from '../events/link-removed.ts';
import { newId } from '../ids.ts';
import { append } from '../outbox/append.ts';
import { publishIdentityStates } from '../states/identity-states.ts';
import { beginBatch, finishBatch, type LinkBatch } from './link-batches.ts';

export interface UndoRequest {
  /** The company's. */
  slug: string;
  clientId: string;
  /** Links that were made at this time or later, */
  since: Date;
  /** and before this one. Default: now. */
  until?: Date;
  reason?: string;
}

export interface UndoneLinks {
  links: number;
  /** Users whom these sign-ins had created. */
  suspended: number;
  /** Users who are of no company again, as before their link. */
  companies: number;
  sessions: number;
}

/** A chunk holds the mirror's lock: imports wait for it. */
const CHUNK = 500;

/**
 * Counts what an undo would do.
 * @throws SsoLinkError `company_not_found`, `client_not_found`, `client_still_active`
 */
export async function previewUndo(
  database: Pick<Database, 'transaction'>,
  request: UndoRequest,
): Promise<UndoneLinks & { changedSince: number }> {
  return database.transaction(async (tx) => {
    const companyId = await assertUndoable(tx, request);
    const until = (request.until ?? new Date()).toISOString();
    const [counts] = await tx.sql<(UndoneLinks & { changedSince: number })[]>`
      WITH made AS (
        SELECT h.*, i.user_id = h.user_id AND ${isLast(tx.sql)} AS holds
        FROM link_changes h JOIN sso_identities i ON i.id = h.sso_identity_id
        WHERE h.sso_client_id = ${request.clientId} AND h.change = 'linked' AND h.undone_by IS NULL
          AND h.at >= ${request.since.toISOString()} AND h.at < ${until} AND i.company_id = ${companyId}
      )
      SELECT count(*) FILTER (WHERE holds)::int AS links,
        count(*) FILTER (WHERE holds AND user_created AND u.status = 'active')::int AS suspended,
        count(*) FILTER (WHERE holds AND NOT user_created AND company_before IS NULL
          AND u.company_set_by = 'link' AND u.company_id = ${companyId})::int AS companies,
        (SELECT count(*)::int FROM sessions s WHERE s.sso_identity_id IN
          (SELECT sso_identity_id FROM made WHERE holds)) AS sessions,
        count(*) FILTER (WHERE holds IS NOT TRUE)::int AS "changedSince"
      FROM made LEFT JOIN users u ON u.id = made.user_id`;
    return counts ?? { links: 0, suspended: 0, companies: 0, sessions: 0, changedSince: 0 };
  });
}

/**
 * Undoes the links. An unfinished batch of the same client and times is continued.
 * @param progress is called after each chunk with the links so far
 * @throws as `previewUndo` does, also when the client is activated meanwhile: what was undone stays
 */
export async function undoLinks(
  database: Pick<Database, 'transaction'>,
  actor: string,
  request: UndoRequest,
  progress: (batch: string, links: number) => void = () => {},
): Promise<UndoneLinks & { batch: string }> {
  const batch = await database.transaction(async (tx) => {
    const companyId = await assertUndoable(tx, request);
    const { clientId, since, until = new Date(), reason } = request;
    return beginBatch(tx, actor, {
      ...{ kind: 'undo', companyId, ssoClientId: clientId, since, until, ofBatch: null },
      isOpenEnded: request.until === undefined,
      reason: reason ?? null,
    });
  });
  const done = await inChunks(
    database,
    (tx) => undoChunk(tx, actor, batch, request),
    ({ links }) => progress(batch.id, links),
  );
  await database.transaction((tx) => finishBatch(tx, actor, batch, 'links.undo', { ...done }));
  return { batch: batch.id, ...done };
}

interface Made {
  id: string;
  identityId: string;
  userId: string;
  companyBefore: string | null;
  userCreated: boolean;
}

async function undoChunk(
  tx: Transaction,
  actor: string,
  batch: LinkBatch,
  request: UndoRequest,
): Promise<UndoneLinks> {
  const none = { links: 0, suspended: 0, companies: 0, sessions: 0 };
  await assertUndoable(tx, request);
  // An import under way has read the status of users, and would write it back.
  await lockMirror(tx);
  const { companyId, ssoClientId, since, until } = batch;
  const found = await tx.sql<{ identityId: string; userId: string }[]>`
    SELECT h.sso_identity_id AS "identityId", h.user_id AS "userId"
    FROM link_changes h JOIN sso_identities i ON i.id = h.sso_identity_id
    WHERE h.sso_client_id = ${ssoClientId} AND h.change = 'linked' AND h.undone_by IS NULL
      AND h.at >= ${since} AND h.at < ${until} AND i.company_id = ${companyId}
      AND i.user_id = h.user_id AND ${isLast(tx.sql)}
    ORDER BY h.at, h.id LIMIT ${CHUNK}`;
  if (found.length === 0) return none;
  const ids = found.map(({ identityId }) => identityId);
  await tx.sql`SELECT 1 FROM sso_identities WHERE id = ANY(${ids}::uuid[]) ORDER BY id FOR UPDATE`;
  const users = found.map(({ userId }) => userId);
  await tx.sql`SELECT 1 FROM users WHERE id = ANY(${users}::text[]) ORDER BY id FOR UPDATE`;
  // A statement of its own: it sees what was committed before the locks were given.
  const links = await tx.sql<Made[]>`
    SELECT h.id, h.sso_identity_id AS "identityId", h.user_id AS "userId", h.company_before AS "companyBefore",
      h.user_created AS "userCreated"
    FROM link_changes h JOIN sso_identities i ON i.id = h.sso_identity_id
    WHERE h.sso_identity_id = ANY(${ids}::uuid[]) AND h.sso_client_id = ${ssoClientId} AND h.change = 'linked'
      AND h.undone_by IS NULL AND i.user_id = h.user_id AND ${isLast(tx.sql)}`;
  if (links.length === 0) return none;
  return removeLinks(tx, actor, batch, links);
}

async function removeLinks(
  tx: Transaction,
  actor: string,
  batch: LinkBatch,
  links: Made[],
): Promise<UndoneLinks> {
  const { sql } = tx;
  const [time, ids] = [new Date(), links.map(({ identityId }) => identityId)];
  const at = time.toISOString();
  await sql`
    INSERT INTO link_changes (batch, at, actor, change, cause, sso_client_id, sso_identity_id, user_id,
      company_before, company_set_by_before, user_created)
    SELECT ${batch.id}::uuid, ${at}::timestamptz, ${actor}, 'removed', 'undo', h.sso_client_id, h.sso_identity_id,
      h.user_id, u.company_id, u.company_set_by, h.user_created
    FROM link_changes h JOIN users u ON u.id = h.user_id WHERE h.id = ANY(${links.map(({ id }) => id)}::bigint[])`;
  await sql`
    UPDATE link_changes SET undone_by = ${batch.id} WHERE id = ANY(${links.map(({ id }) => id)}::bigint[])`;
  await sql`
    UPDATE sso_identities SET user_id = NULL, linked_at = NULL, link_removed_at = ${at}
    WHERE id = ANY(${ids}::uuid[])`;
  const created = links.filter(({ userCreated }) => userCreated).map(({ userId }) => userId);
  const suspended = await sql`
    UPDATE users SET status = 'suspended', status_changed_at = ${at}, updated_at = ${at}
    WHERE id = ANY(${created}::text[]) AND status = 'active'`;
  // The link claimed them: nothing has set their company since.
  const claimed = links.filter((link) => !link.userCreated && link.companyBefore === null);
  const companies = await sql`
    UPDATE users SET company_id = NULL, company_set_by = NULL, updated_at = ${at}
    WHERE id = ANY(${claimed.map(({ userId }) => userId)}::text[]) AND company_id = ${batch.companyId}
      AND company_set_by = 'link'`;
  const sessions = await sql`DELETE FROM sessions WHERE sso_identity_id = ANY(${ids}::uuid[])`;
  await append(
    tx,
    links.map(({ identityId, userId }) =>
      linkRemoved.create(
        { id: newId(), source: 'urn:sso-link:undo', time, subject: identityId },
        {
          ...{ sso_identity_id: identityId, company_id: batch.companyId, user_id: userId },
          ...{ removed_by: actor, removed_at: at, cause: 'undo', batch: batch.id },
        },
      ),
    ),
  );
  await publishIdentityStates(tx, ids, 'undo');
  const counts = { suspended: suspended.count, companies: companies.count, sessions: sessions.count };
  return { links: links.length, ...counts };
}

/** Whether `h` is the last change of its identity's link. */
const isLast = (sql: Transaction['sql']) => sql`
  NOT EXISTS (SELECT FROM link_changes n WHERE n.sso_identity_id = h.sso_identity_id AND n.id > h.id)`;

/** The client must not sign in anybody meanwhile. Returns the company's id. */
async function assertUndoable(
  tx: Transaction,
  request: Pick<UndoRequest, 'slug' | 'clientId'>,
): Promise<string> {
  const company = await companyBySlug(tx, request.slug);
  const [client] = await tx.sql<{ status: string }[]>`
    SELECT status FROM sso_clients WHERE id = ${request.clientId} AND company_id = ${company.id} FOR SHARE`;
  if (!client) {
    throw new SsoLinkError(
      'client_not_found',
      `company '${request.slug}' has no SSO client ${request.clientId}`,
    );
  }
  if (client.status === 'active') {
    throw new SsoLinkError(
      'client_still_active',
      'the SSO client is active: its next sign-ins would link again',
    );
  }
  return company.id;
}
