/**
 * The users that a directory pushes: create, replace, change, delete. Each request is one transaction: the row, the
 * identity's state, the end of its sessions and the events commit together. docs/directory.md has the table.
 */
import { audit } from '../audit.ts';
import type { Transaction } from '../db/client.ts';
import { isUuid, newId } from '../ids.ts';
import { type Binding, comparable, findIdentity } from './binding.ts';
import { deriveStates, lockIdentities } from './derive-states.ts';
import { lockDirectory } from './lock.ts';
import { scimError } from './scim-error.ts';
import { applyPatch } from './scim-patch.ts';
import { USER, writable } from './scim-schemas.ts';
import { USER_COLUMNS, type UserRow, userDoc, userValues } from './scim-user.ts';
import { type Doc, readObject } from './scim-value.ts';
import type { DirectoryCaller } from './tokens.ts';

type Body = Record<string, unknown>;

/** @throws SsoLinkError `scim_uniqueness` where a user has the name: nothing is changed, not even `active` */
export async function createUser(tx: Transaction, caller: DirectoryCaller, body: Body): Promise<UserRow> {
  await lockDirectory(tx, caller.companyId);
  return store(tx, caller, null, readObject(writable(USER), body));
}

/** PUT. What it does not carry keeps its value: JumpCloud's minimal form has no `externalId`. */
export async function replaceUser(
  tx: Transaction,
  caller: DirectoryCaller,
  { id, body }: { id: string; body: Body },
): Promise<UserRow> {
  const row = await lockUserRow(tx, caller, id);
  return store(tx, caller, row, { ...userDoc(row), ...readObject(writable(USER), body) });
}

/** PATCH. */
export async function patchUser(
  tx: Transaction,
  caller: DirectoryCaller,
  { id, body }: { id: string; body: Body },
): Promise<UserRow> {
  const row = await lockUserRow(tx, caller, id);
  return store(tx, caller, row, applyPatch(USER, userDoc(row), body));
}

/** DELETE. The row stays and says that the person left. */
export async function deleteUser(tx: Transaction, caller: DirectoryCaller, id: string): Promise<void> {
  const row = await lockUserRow(tx, caller, id);
  const binding = await bindingOf(tx, caller, row, userDoc(row));
  await tx.sql`
    UPDATE directory_users SET deleted_at = now(), updated_at = now(),
      sso_identity_id = coalesce(sso_identity_id, ${binding?.identityId ?? null}::uuid),
      bound_by = coalesce(bound_by, ${binding?.by ?? null})
    WHERE id = ${id}`;
  await tx.sql`DELETE FROM directory_members WHERE user_id = ${id}`;
  await takeEffect(tx, caller, row.ssoIdentityId ?? binding?.identityId);
}

/** @throws SsoLinkError `scim_not_found` */
export async function findUser(
  { sql }: Pick<Transaction, 'sql'>,
  { companyId }: DirectoryCaller,
  id: string,
): Promise<UserRow> {
  const [row] = isUuid(id)
    ? await sql<UserRow[]>`
        SELECT ${sql.unsafe(USER_COLUMNS)} FROM directory_users d
        WHERE d.id = ${id} AND d.company_id = ${companyId} AND d.deleted_at IS NULL`
    : [];
  if (!row) throw scimError('scim_not_found', `there is no User ${id}`);
  return row;
}

/** The directory's lock makes the row's own unnecessary. */
async function lockUserRow(tx: Transaction, caller: DirectoryCaller, id: string): Promise<UserRow> {
  await lockDirectory(tx, caller.companyId);
  return findUser(tx, caller, id);
}

/** The identity that the row is bound to from now on, locked, unless it was bound before. */
async function bindingOf(
  tx: Transaction,
  { companyId }: DirectoryCaller,
  row: UserRow | null,
  doc: Doc,
): Promise<Binding | null> {
  const { externalId, userName, emails } = userValues(doc);
  const found = row?.ssoIdentityId
    ? null
    : await findIdentity(tx, companyId, {
        externalId,
        emails: comparable([userName, ...emails.map(({ value }) => value)]),
      });
  const identityId = row?.ssoIdentityId ?? found?.identityId;
  if (identityId) await lockIdentities(tx, [identityId]);
  return found;
}

async function store(
  tx: Transaction,
  caller: DirectoryCaller,
  row: UserRow | null,
  doc: Doc,
): Promise<UserRow> {
  const v = userValues(doc);
  const binding = await bindingOf(tx, caller, row, doc);
  const [identityId, by] = [binding?.identityId ?? null, binding?.by ?? null];
  const emails = JSON.stringify(v.emails);
  const columns = tx.sql.unsafe(USER_COLUMNS);
  const taken = await nameTaken(tx, caller, v.userNameKey, row?.id ?? null);
  if (taken) throw scimError('scim_uniqueness', `there is a User '${v.userName}' already`);
  const [stored] =
    row === null
      ? await tx.sql<UserRow[]>`
          INSERT INTO directory_users AS d (id, company_id, external_id, user_name, user_name_key, emails, email_key,
            display_name, given_name, family_name, active, sso_identity_id, bound_by)
          VALUES (${newId()}, ${caller.companyId}, ${v.externalId}, ${v.userName}, ${v.userNameKey},
            ${emails}::jsonb, ${v.emailKey}, ${v.displayName}, ${v.givenName}, ${v.familyName}, ${v.active},
            ${identityId}, ${by})
          RETURNING ${columns}`
      : await tx.sql<UserRow[]>`
          UPDATE directory_users d SET external_id = ${v.externalId}, user_name = ${v.userName},
            user_name_key = ${v.userNameKey}, emails = ${emails}::jsonb, email_key = ${v.emailKey},
            display_name = ${v.displayName}, given_name = ${v.givenName}, family_name = ${v.familyName},
            active = ${v.active}, sso_identity_id = coalesce(sso_identity_id, ${identityId}::uuid),
            bound_by = coalesce(bound_by, ${by}), updated_at = now()
          WHERE id = ${row.id}
          RETURNING ${columns}`;
  await takeEffect(tx, caller, row?.ssoIdentityId ?? identityId);
  return stored as UserRow;
}

async function nameTaken(
  { sql }: Transaction,
  { companyId }: DirectoryCaller,
  key: string,
  own: string | null,
): Promise<boolean> {
  const rows = await sql`
    SELECT FROM directory_users
    WHERE company_id = ${companyId} AND user_name_key = ${key} AND deleted_at IS NULL
      AND id IS DISTINCT FROM ${own}::uuid`;
  return rows.length > 0;
}

/** The identity's state follows, and the audit log says which token changed it. */
async function takeEffect(
  tx: Transaction,
  { actor, companyId }: DirectoryCaller,
  identityId: string | null | undefined,
): Promise<void> {
  if (!identityId) return;
  for (const { id, was, state, deleted, sessionsEnded } of await deriveStates(tx, [identityId])) {
    const action =
      state === 'inactive' ? 'directory.deprovision' : was === 'inactive' && 'directory.reprovision';
    if (!action) continue;
    const details = state === 'inactive' ? { deleted, sessions_ended: sessionsEnded } : {};
    await audit(tx, { actor, action, target: id, companyId, details });
  }
}
