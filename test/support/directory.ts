/** Directory users as SCIM would have stored them, for tests that need no server. */
import { newId } from '../../src/ids.ts';
import type { TestDatabase } from './database.ts';

export interface StoredDirectoryUser {
  userName: string;
  active?: boolean;
  deleted?: boolean;
  identity?: string;
  boundBy?: 'external_id' | 'email';
}

export async function storeDirectoryUser(
  { sql }: Pick<TestDatabase, 'sql'>,
  companyId: string,
  { userName, active = true, deleted = false, identity, boundBy = 'external_id' }: StoredDirectoryUser,
): Promise<string> {
  const id = newId();
  await sql`
    INSERT INTO directory_users (id, company_id, user_name, user_name_key, active, deleted_at, sso_identity_id, bound_by)
    VALUES (${id}, ${companyId}, ${userName}, ${userName}, ${active}, ${deleted ? new Date().toISOString() : null},
      ${identity ?? null}, ${identity === undefined ? null : boundBy})`;
  return id;
}
