import { and, eq, isNull } from 'drizzle-orm';
import type { Db, Transaction } from '../db/client.ts';
import { ssoClientSecrets } from '../db/schema/companies.ts';
import { SsoLinkError } from '../errors.ts';

export type SecretRow = typeof ssoClientSecrets.$inferSelect;

/** A client secret as operators see it: never the secret. */
export type ClientSecretView = Omit<SecretRow, 'secret'> & {
  /** The company's slug. */
  company: string;
  /** The one that is tried first. */
  inUse: boolean;
};

/** @returns the secret. @throws SsoLinkError `client_secret_invalid` */
export function assertClientSecret(secret: string): string {
  if (secret !== '' && !/[\p{Cc}\s]/u.test(secret) && secret.length <= 1_000) return secret;
  throw new SsoLinkError(
    'client_secret_invalid',
    'the input has no client secret: expected the secret only, without white space, on one line',
  );
}

/**
 * The order in which secrets are tried, as `liveSecrets` of sso-client-lookup.ts: the one that worked last first, one that
 * was refused since it worked last.
 */
export function inOrder(rows: SecretRow[]): SecretRow[] {
  const time = (at: Date | null) => at?.getTime() ?? 0;
  const isRefused = (row: SecretRow) => Number(time(row.lastRefusedAt) > time(row.lastWorkedAt));
  return rows.toSorted(
    (a, b) =>
      isRefused(a) - isRefused(b) ||
      time(b.lastWorkedAt) - time(a.lastWorkedAt) ||
      time(b.addedAt) - time(a.addedAt) ||
      (a.id < b.id ? 1 : -1),
  );
}

/** The secrets of an SSO client that are not retired. */
export const liveOf = ({ db }: { db: Db }, clientId: string): Promise<SecretRow[]> =>
  db
    .select()
    .from(ssoClientSecrets)
    .where(and(eq(ssoClientSecrets.ssoClientId, clientId), isNull(ssoClientSecrets.retiredAt)));

/** The SSO client before its secrets, as a sign-in that notes what worked, and an update of the client. */
export async function lockLive(tx: Transaction, clientId: string): Promise<SecretRow[]> {
  await tx.sql`SELECT 1 FROM sso_clients WHERE id = ${clientId} FOR NO KEY UPDATE`;
  return liveOf(tx, clientId);
}

/** Servers of versions before the table read the secret from the column. */
export async function useForOldVersions(
  { sql }: Transaction,
  { ssoClientId, secret }: SecretRow,
): Promise<void> {
  await sql`UPDATE sso_clients SET client_secret = ${secret} WHERE id = ${ssoClientId} AND client_secret <> ${secret}`;
}

/** The trigger of migration 0013 makes the row of a secret that is written with its SSO client, and knows no actor. */
export async function nameAdder({ sql }: Transaction, clientId: string, actor: string): Promise<void> {
  await sql`
    UPDATE sso_client_secrets SET added_by = ${actor}
    WHERE sso_client_id = ${clientId} AND retired_at IS NULL AND added_by IS NULL`;
}

/** What operators see. @param first the id of the secret that is tried first */
export function toSecretView(
  { secret: _, ...rest }: SecretRow,
  company: string,
  first: string | undefined,
): ClientSecretView {
  return { company, ...rest, inUse: rest.id === first };
}
