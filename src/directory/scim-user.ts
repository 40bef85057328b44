/** A directory user: between the SCIM resource and the row. */
import type { DirectoryEmail } from '../db/schema/directory.ts';
import { normalizeEmail } from '../email.ts';
import { scimError } from './scim-error.ts';
import type { Doc } from './scim-value.ts';
import { userNameKey } from './user-name-key.ts';

export interface UserRow {
  id: string;
  externalId: string | null;
  userName: string;
  emails: DirectoryEmail[];
  displayName: string | null;
  givenName: string | null;
  familyName: string | null;
  active: boolean;
  ssoIdentityId: string | null;
  createdAt: string;
  updatedAt: string;
}

/** The columns of a `UserRow`, of `directory_users` as `d`. */
export const USER_COLUMNS = `d.id, d.external_id AS "externalId", d.user_name AS "userName", d.emails,
  d.display_name AS "displayName", d.given_name AS "givenName", d.family_name AS "familyName", d.active,
  d.sso_identity_id AS "ssoIdentityId", d.created_at AS "createdAt", d.updated_at AS "updatedAt"`;

const present = (fields: Doc): Doc =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined));

/** What the directory reads back. */
export function userDoc(row: UserRow): Doc {
  const name = present({ givenName: row.givenName, familyName: row.familyName });
  return present({
    externalId: row.externalId,
    userName: row.userName,
    active: row.active,
    displayName: row.displayName,
    name: Object.keys(name).length > 0 ? name : null,
    emails: row.emails.length > 0 ? row.emails.map((email) => ({ ...email })) : null,
  });
}

/** What is stored of a resource. @throws SsoLinkError `scim_invalid_value` without a user name */
export function userValues(doc: Doc) {
  const userName = ((doc.userName as string | undefined) ?? '').trim();
  if (userName === '') throw scimError('scim_invalid_value', 'userName is missing');
  const emails = (doc.emails as DirectoryEmail[] | undefined) ?? [];
  const name = (doc.name as { givenName?: string; familyName?: string } | undefined) ?? {};
  const preferred = emails.find(({ primary }) => primary) ?? emails[0];
  return {
    externalId: (doc.externalId as string | undefined) ?? null,
    userName,
    userNameKey: userNameKey(userName),
    emails,
    emailKey: normalizeEmail(preferred?.value),
    displayName: (doc.displayName as string | undefined) ?? null,
    givenName: name.givenName ?? null,
    familyName: name.familyName ?? null,
    active: (doc.active as boolean | undefined) ?? true,
  };
}
