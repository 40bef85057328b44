/** The groups that a directory pushes. They are kept so that it reads them back; they give and take nothing. */
import type { Transaction } from '../db/client.ts';
import { isUuid, newId } from '../ids.ts';
import { lockDirectory } from './lock.ts';
import { scimError } from './scim-error.ts';
import { applyPatch } from './scim-patch.ts';
import { GROUP, writable } from './scim-schemas.ts';
import { type Doc, readObject } from './scim-value.ts';
import type { DirectoryCaller } from './tokens.ts';

type Body = Record<string, unknown>;

export interface GroupRow {
  id: string;
  externalId: string | null;
  displayName: string;
  /** Ids of users, sorted. */
  members: string[];
  createdAt: string;
  updatedAt: string;
}

/** The columns of a `GroupRow`, of `directory_groups` as `g`. */
export const GROUP_COLUMNS = `g.id, g.external_id AS "externalId", g.display_name AS "displayName",
  (SELECT coalesce(jsonb_agg(user_id ORDER BY user_id), '[]') FROM directory_members WHERE group_id = g.id) AS members,
  g.created_at AS "createdAt", g.updated_at AS "updatedAt"`;

/** What the directory reads back, without addresses. */
export function groupDoc({ externalId, displayName, members }: GroupRow): Doc {
  return {
    ...(externalId !== null && { externalId }),
    displayName,
    ...(members.length > 0 && { members: members.map((value) => ({ value, type: 'User' })) }),
  };
}

/** A name that another group has is allowed: JumpCloud's activation repeats one. */
export async function createGroup(tx: Transaction, caller: DirectoryCaller, body: Body): Promise<GroupRow> {
  await lockDirectory(tx, caller.companyId);
  return store(tx, caller, null, readObject(writable(GROUP), body));
}

export async function replaceGroup(
  tx: Transaction,
  caller: DirectoryCaller,
  { id, body }: { id: string; body: Body },
): Promise<GroupRow> {
  await lockDirectory(tx, caller.companyId);
  const row = await findGroup(tx, caller, id);
  return store(tx, caller, row, { ...groupDoc(row), ...readObject(writable(GROUP), body) });
}

export async function patchGroup(
  tx: Transaction,
  caller: DirectoryCaller,
  { id, body }: { id: string; body: Body },
): Promise<GroupRow> {
  await lockDirectory(tx, caller.companyId);
  const row = await findGroup(tx, caller, id);
  return store(tx, caller, row, applyPatch(GROUP, groupDoc(row), body));
}

/** Its members stay as they are: a directory that wants them out says so of each. */
export async function deleteGroup(tx: Transaction, caller: DirectoryCaller, id: string): Promise<void> {
  await lockDirectory(tx, caller.companyId);
  await findGroup(tx, caller, id);
  await tx.sql`DELETE FROM directory_groups WHERE id = ${id}`;
}

/** @throws SsoLinkError `scim_not_found` */
export async function findGroup(
  { sql }: Pick<Transaction, 'sql'>,
  { companyId }: DirectoryCaller,
  id: string,
): Promise<GroupRow> {
  const [row] = isUuid(id)
    ? await sql<GroupRow[]>`
        SELECT ${sql.unsafe(GROUP_COLUMNS)} FROM directory_groups g
        WHERE g.id = ${id} AND g.company_id = ${companyId}`
    : [];
  if (!row) throw scimError('scim_not_found', `there is no Group ${id}`);
  return row;
}

async function store(
  tx: Transaction,
  caller: DirectoryCaller,
  row: GroupRow | null,
  doc: Doc,
): Promise<GroupRow> {
  const displayName = ((doc.displayName as string | undefined) ?? '').trim();
  if (displayName === '') throw scimError('scim_invalid_value', 'displayName is missing');
  const externalId = (doc.externalId as string | undefined) ?? null;
  const id = row?.id ?? newId();
  await tx.sql`
    INSERT INTO directory_groups (id, company_id, external_id, display_name)
    VALUES (${id}, ${caller.companyId}, ${externalId}, ${displayName})
    ON CONFLICT (id) DO UPDATE
      SET external_id = excluded.external_id, display_name = excluded.display_name, updated_at = now()`;
  await setMembers(tx, caller, id, row?.members ?? [], doc);
  return findGroup(tx, caller, id);
}

/** Members that are no users of the directory are ignored: a group must not fail for one of many. */
async function setMembers(
  { sql }: Transaction,
  { companyId }: DirectoryCaller,
  groupId: string,
  before: string[],
  doc: Doc,
): Promise<void> {
  const given = ((doc.members as { value?: string }[] | undefined) ?? []).map(({ value = '' }) =>
    value.toLowerCase(),
  );
  const wanted = new Set(given.filter(isUuid));
  const held = new Set(before);
  const gone = before.filter((id) => !wanted.has(id));
  const fresh = [...wanted].filter((id) => !held.has(id));
  if (gone.length > 0) {
    await sql`DELETE FROM directory_members WHERE group_id = ${groupId} AND user_id = ANY(${gone}::uuid[])`;
  }
  if (fresh.length > 0) {
    await sql`
      INSERT INTO directory_members (group_id, user_id)
      SELECT ${groupId}::uuid, id FROM directory_users
      WHERE company_id = ${companyId} AND id = ANY(${fresh}::uuid[]) AND deleted_at IS NULL`;
  }
}
