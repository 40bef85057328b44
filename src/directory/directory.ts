/** A company's directory as an operator sees it: enable, disable, status, its users, forget one. */
import { eq } from 'drizzle-orm';
import { audit } from '../audit.ts';
import { companyBySlug, lockCompany } from '../companies/companies.ts';
import type { Database, Transaction } from '../db/client.ts';
import { massChangeCondition } from '../db/mass-change.ts';
import { companies } from '../db/schema/companies.ts';
import { SsoLinkError } from '../errors.ts';
import { isUuid } from '../ids.ts';
import { deriveCompanyStates, deriveStates, lockIdentities, type StateChange } from './derive-states.ts';
import { lockDirectory } from './lock.ts';
import { userNameKey } from './user-name-key.ts';

export interface DirectoryChange {
  company: string;
  enabled: boolean;
  /** People who may not sign in from now on. */
  blocked: number;
  /** People whom the directory no longer blocks. */
  unblocked: number;
  changed: boolean;
}

const count = (changes: StateChange[]) => ({
  blocked: changes.filter(({ state }) => state === 'inactive').length,
  unblocked: changes.filter(({ was }) => was === 'inactive').length,
});

/**
 * Lets a company's directory push, or refuses its requests. While it is disabled it blocks nobody: what it pushed stays,
 * and counts again once it is enabled.
 * @throws SsoLinkError `company_not_found`
 */
export async function setDirectoryEnabled(
  tx: Transaction,
  actor: string,
  { slug, enabled }: { slug: string; enabled: boolean },
): Promise<DirectoryChange> {
  const company = await lockCompany(tx, slug);
  if (company.directoryEnabled === enabled) {
    return { company: slug, enabled, blocked: 0, unblocked: 0, changed: false };
  }
  await tx.db.update(companies).set({ directoryEnabled: enabled }).where(eq(companies.id, company.id));
  await lockDirectory(tx, company.id);
  const done = count(await deriveCompanyStates(tx, company.id));
  const action = enabled ? 'directory.enable' : 'directory.disable';
  await audit(tx, { actor, action, target: slug, companyId: company.id, details: done });
  return { company: slug, enabled, ...done, changed: true };
}

export interface DirectoryStatus {
  company: string;
  enabled: boolean;
  tokens: number;
  lastUsedAt: Date | null;
  /** Users that the directory has, deleted ones not included. */
  users: number;
  activeUsers: number;
  deletedUsers: number;
  groups: number;
  /** SSO identities that a directory user is bound to. */
  boundIdentities: number;
  blockedIdentities: number;
  blockedLastHour: number;
  /** More than 30 % and more than 10 of the bound were blocked within an hour. */
  massChange: boolean;
}

/** What a company's directory has pushed, in numbers. @throws SsoLinkError `company_not_found` */
export async function directoryStatus(
  database: Pick<Database, 'sql' | 'db'>,
  slug: string,
): Promise<DirectoryStatus> {
  const { id, directoryEnabled } = await companyBySlug(database, slug);
  type Counts = Omit<DirectoryStatus, 'company' | 'enabled' | 'lastUsedAt'> & { lastUsedAt: string | null };
  const [row] = await database.sql<Counts[]>`
    SELECT t.*, u.*, i.*, (SELECT count(*)::int FROM directory_groups WHERE company_id = ${id}) AS groups
    FROM (
      SELECT count(*) FILTER (WHERE revoked_at IS NULL)::int AS tokens, max(last_used_at) AS "lastUsedAt"
      FROM directory_tokens WHERE company_id = ${id}
    ) t, (
      SELECT count(*) FILTER (WHERE deleted_at IS NULL)::int AS users,
        count(*) FILTER (WHERE deleted_at IS NULL AND active)::int AS "activeUsers",
        count(deleted_at)::int AS "deletedUsers"
      FROM directory_users WHERE company_id = ${id}
    ) u, (
      SELECT count(*)::int AS "boundIdentities",
        count(*) FILTER (WHERE directory_state = 'inactive')::int AS "blockedIdentities",
        count(*) FILTER (WHERE directory_state = 'inactive' AND directory_state_at > now() - interval '1 hour')::int
          AS "blockedLastHour",
        ${database.sql.unsafe(massChangeCondition)} AS "massChange"
      FROM sso_identities WHERE company_id = ${id} AND directory_state IS NOT NULL
    ) i`;
  const { lastUsedAt, ...counts } = row as Counts;
  return {
    company: slug,
    enabled: directoryEnabled,
    ...counts,
    lastUsedAt: lastUsedAt === null ? null : new Date(lastUsedAt),
  };
}

/**
 * Deletes what is stored of one of a directory's users, deleted ones included: the probe user that an interrupted
 * activation left behind, say. The directory may push the user again. A block that came from the user ends.
 * @param input.who an id, or a user name
 * @throws SsoLinkError `company_not_found`, `directory_user_not_found`
 */
export async function forgetDirectoryUser(
  tx: Transaction,
  actor: string,
  input: { slug: string; who: string },
): Promise<{ company: string; forgotten: string[]; unblocked: number }> {
  const company = await companyBySlug(tx, input.slug);
  await lockDirectory(tx, company.id);
  const rows = await tx.sql<{ id: string; ssoIdentityId: string | null }[]>`
    SELECT id, sso_identity_id AS "ssoIdentityId" FROM directory_users
    WHERE company_id = ${company.id} AND (
      user_name_key = ${userNameKey(input.who)} OR id = ${isUuid(input.who) ? input.who : null}::uuid
    ) ORDER BY id`;
  if (rows.length === 0) {
    throw new SsoLinkError(
      'directory_user_not_found',
      `the directory of company '${input.slug}' has no user '${input.who}'`,
      { facts: { company: input.slug } },
    );
  }
  const identityIds = rows.flatMap(({ ssoIdentityId }) => ssoIdentityId ?? []);
  const ids = rows.map(({ id }) => id);
  await lockIdentities(tx, identityIds);
  await tx.sql`DELETE FROM directory_users WHERE id = ANY(${ids}::uuid[])`;
  const { unblocked } = count(await deriveStates(tx, identityIds));
  for (const target of ids) {
    await audit(tx, { actor, action: 'directory.forget', target, companyId: company.id });
  }
  return { company: input.slug, forgotten: ids, unblocked };
}
