/**
 * Which SSO identity a directory user is. By `external_id`, which JumpCloud gives the form of `sub`; else by a verified
 * email, for taking access away only. A binding stays, whatever the directory says of the user later.
 */
import type { Transaction } from '../db/client.ts';
import { normalizeEmail } from '../email.ts';

export interface Binding {
  identityId: string;
  by: 'external_id' | 'email';
}

export interface BindingFacts {
  externalId: string | null;
  /** The user name and the emails, as `sso_identities.email` has them. */
  emails: string[];
}

/** The identity of a directory user that is not bound yet, if there is exactly one. */
export async function findIdentity(
  { sql }: Transaction,
  companyId: string,
  { externalId, emails }: BindingFacts,
): Promise<Binding | null> {
  // By the issuers of the company's SSO clients: the index on company, issuer and subject finds it at once.
  const bySubject = await sql<{ id: string }[]>`
    SELECT id FROM sso_identities WHERE company_id = ${companyId} AND subject = ${externalId}
      AND issuer = ANY(ARRAY(SELECT issuer FROM sso_clients WHERE company_id = ${companyId})) LIMIT 2`;
  const [subject] = bySubject;
  // Two issuers may have the same subject: which of the two is meant, nobody knows.
  if (subject) return bySubject.length === 1 ? { identityId: subject.id, by: 'external_id' } : null;
  const [email, ...others] = await sql<{ id: string }[]>`
    SELECT id FROM sso_identities
    WHERE company_id = ${companyId} AND email = ANY(${emails}::text[]) AND email_verified LIMIT 2`;
  return email && others.length === 0 ? { identityId: email.id, by: 'email' } : null;
}

/** The addresses that can be compared, each once. */
export const comparable = (addresses: (string | undefined)[]): string[] => [
  ...new Set(addresses.flatMap((address) => normalizeEmail(address) ?? [])),
];
