/** What JumpCloud answered to a client secret, written down: it decides which one is used, and when the other retires. */
import type { Database } from '../db/client.ts';
import { retireClientSecret } from './client-secrets.ts';

export interface SecretUse {
  /** The SSO client. */
  clientId: string;
  /** The secret that JumpCloud accepted. */
  worked?: string;
  /** Those that it refused. */
  refused: string[];
}

export interface NotedUse {
  /** A secret that had worked was refused for the first time. */
  firstRefusal: boolean;
  /** A secret that the other one has outlived: it can be retired. */
  outlived: string | null;
}

/**
 * Writes down which secrets worked and which were refused, by one statement. Where another process holds the SSO client
 * for the same purpose, nothing is written: the next sign-in does it.
 */
export async function noteSecretUse(
  { sql }: Pick<Database, 'sql'>,
  { clientId, worked = '', refused }: SecretUse,
): Promise<NotedUse> {
  const [noted] = await sql<NotedUse[]>`
    WITH client AS MATERIALIZED (
      SELECT id FROM sso_clients WHERE id = ${clientId} FOR NO KEY UPDATE SKIP LOCKED
    ), live AS MATERIALIZED (
      SELECT s.*, s.id::text = ${worked} AS worked, s.id::text = ANY(${refused}::text[]) AS refused,
        coalesce(s.last_refused_at > s.last_worked_at, false) AS was_refused
      FROM sso_client_secrets s JOIN client ON client.id = s.sso_client_id WHERE s.retired_at IS NULL
    ), noted AS (
      UPDATE sso_client_secrets s SET
        last_worked_at = CASE WHEN live.worked THEN now() ELSE s.last_worked_at END,
        working_since = CASE WHEN live.refused THEN NULL
          WHEN live.was_refused THEN now() ELSE coalesce(s.working_since, now()) END,
        last_refused_at = CASE WHEN live.refused THEN now() ELSE s.last_refused_at END
      FROM live WHERE s.id = live.id AND (live.worked
        OR live.refused AND (NOT live.was_refused OR s.last_refused_at < now() - interval '5 minutes'))
      RETURNING s.id
    ), told AS (
      -- Servers of versions before the table read the secret there.
      UPDATE sso_clients k SET client_secret = live.secret
      FROM live WHERE live.worked AND k.id = live.sso_client_id AND k.client_secret <> live.secret
    )
    SELECT coalesce(bool_or(refused AND last_worked_at IS NOT NULL AND NOT was_refused), false) AS "firstRefusal",
      (SELECT o.id FROM live AS w JOIN live AS o ON o.id <> w.id
        WHERE w.worked AND NOT w.was_refused AND w.working_since < now() - interval '24 hours'
          AND coalesce(o.last_worked_at < w.working_since, true)
          AND o.added_at < w.added_at) AS outlived
    FROM live`;
  return noted ?? { firstRefusal: false, outlived: null };
}

/** Retires the secret that another one has outlived, in the service's own name. */
export async function retireOutlived(
  database: Pick<Database, 'transaction'>,
  slug: string,
  id: string,
): Promise<void> {
  await database.transaction((tx) => retireClientSecret(tx, 'sso-link', { slug, id }));
}
