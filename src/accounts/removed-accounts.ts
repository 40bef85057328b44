/** What is kept of accounts that are gone: a hash and the time of their last change (src/db/schema/accounts.ts). */
import type { Fragment } from 'postgres';
import type { Sql, Transaction } from '../db/client.ts';
import type { AccountName } from './import-line.ts';
import type { KnownRemoval } from './plan-types.ts';

/** The hash of an account, of the columns `provider` and `provider_user_id`. */
export const accountHash = (sql: Sql) =>
  sql.unsafe("sha256(convert_to(provider || E'\\n' || provider_user_id, 'UTF8'))") as unknown as Fragment;

const named = (sql: Sql, accounts: readonly AccountName[]) => sql`
  unnest(${accounts.map((a) => a.provider)}::text[], ${accounts.map((a) => a.providerUserId)}::text[])`;

/** Those of the accounts that are gone. */
export async function knownRemovals(
  { sql }: Transaction,
  accounts: readonly AccountName[],
): Promise<KnownRemoval[]> {
  if (accounts.length === 0) return [];
  return sql<KnownRemoval[]>`
    SELECT provider, provider_user_id AS "providerUserId",
      to_char(r.changed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at
    FROM ${named(sql, accounts)} AS i(provider, provider_user_id)
    JOIN removed_accounts r ON r.hash = ${accountHash(sql)}`;
}

/** Keeps that accounts are gone. */
export async function recordRemovals({ sql }: Transaction, removals: readonly KnownRemoval[]): Promise<void> {
  await sql`
    INSERT INTO removed_accounts AS r (hash, changed_at)
    SELECT ${accountHash(sql)}, changed_at::timestamptz
    FROM unnest(${removals.map((a) => a.provider)}::text[], ${removals.map((a) => a.providerUserId)}::text[],
      ${removals.map((a) => a.at)}::text[]) AS i(provider, provider_user_id, changed_at)
    ORDER BY 1
    ON CONFLICT (hash) DO UPDATE SET changed_at = greatest(r.changed_at, EXCLUDED.changed_at)`;
}

/** Of accounts that are back. */
export async function forgetRemovals({ sql }: Transaction, accounts: readonly AccountName[]): Promise<void> {
  await sql`
    DELETE FROM removed_accounts WHERE hash IN (
      SELECT ${accountHash(sql)} FROM ${named(sql, accounts)} AS i(provider, provider_user_id))`;
}
