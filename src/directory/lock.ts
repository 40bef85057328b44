import type { Transaction } from '../db/client.ts';

/**
 * Each change of a company's directory holds it to the end of the transaction: its requests take effect one after the
 * other. Taken before SSO identities and directory users are locked. Sign-ins do not wait for it.
 */
export async function lockDirectory({ sql }: Pick<Transaction, 'sql'>, companyId: string): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`sso_link_directory ${companyId}`}, 0))`;
}
