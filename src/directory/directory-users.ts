/** The users of a directory as an operator sees them: each with the SSO identity that it is bound to. */
import { companyBySlug } from '../companies/companies.ts';
import type { Database, Sql } from '../db/client.ts';

const BATCH = 1_000;

export const DIRECTORY_USER_STATES = ['active', 'inactive', 'deleted'] as const;

export type DirectoryUserView = {
  directory_user_id: string;
  user_name: string;
  state: (typeof DIRECTORY_USER_STATES)[number];
  external_id: string | null;
  sso_identity_id: string | null;
  bound_by: 'external_id' | 'email' | null;
  user_id: string | null;
  /** What follows for the sign-in of the identity. */
  sign_in: 'active' | 'inactive' | null;
  updated_at: string;
};

const usersOf = (sql: Sql, companyId: string) => sql`
  SELECT d.id AS directory_user_id, d.user_name,
    CASE WHEN d.deleted_at IS NOT NULL THEN 'deleted' WHEN d.active THEN 'active' ELSE 'inactive' END AS state,
    d.external_id, d.sso_identity_id, d.bound_by, i.user_id, i.directory_state AS sign_in, d.updated_at
  FROM directory_users d LEFT JOIN sso_identities i ON i.id = d.sso_identity_id
  WHERE d.company_id = ${companyId}`;

/** A company's directory users by name, in batches. @throws SsoLinkError `company_not_found` */
export async function* listDirectoryUsers(
  database: Pick<Database, 'sql' | 'db'>,
  filter: { company: string; state?: string; limit?: number },
): AsyncGenerator<DirectoryUserView[]> {
  const { id } = await companyBySlug(database, filter.company);
  const { state = null, limit = null } = filter;
  const rows = database.sql<DirectoryUserView[]>`
    SELECT * FROM (${usersOf(database.sql, id)}) AS users
    WHERE ${state}::text IS NULL OR state = ${state}
    ORDER BY user_name, directory_user_id LIMIT ${limit}`;
  for await (const batch of rows.cursor(BATCH)) yield batch.map((row) => ({ ...row }));
}

/** Up to `count` directory users of a company after an id, in the order of their ids. */
export async function pageOfDirectoryUsers(
  { sql }: Pick<Database, 'sql'>,
  companyId: string,
  page: { after: string | null; count: number; state: string | null },
): Promise<DirectoryUserView[]> {
  const { after, count, state } = page;
  return sql<DirectoryUserView[]>`
    SELECT * FROM (${usersOf(sql, companyId)}) AS users
    WHERE (${state}::text IS NULL OR state = ${state}) AND (${after}::uuid IS NULL OR directory_user_id > ${after}::uuid)
    ORDER BY directory_user_id LIMIT ${count}`;
}
