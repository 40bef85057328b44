/** Writes the state topics again from the database: after a topic was lost, or for states of earlier versions. */
import { audit } from '../audit.ts';
import type { Database, Transaction } from '../db/client.ts';
import { append } from '../outbox/append.ts';
import { publishCompanyStates } from './company-states.ts';
import { identityStateEvent, publishIdentityStates, type StoredState } from './identity-states.ts';

export interface Republished {
  companies: number;
  /** Those whose state was published before: with the number that it had. */
  identities: number;
  /** Those whose state was never published, or was changed by an earlier version of this service. */
  renewed: number;
}

/** Events of one transaction: an outbox that grows by more at once delays what people wait for. */
const BATCH = 500;
const FIRST = '00000000-0000-0000-0000-000000000000';

/**
 * Publishes again what is true of companies and their SSO identities, in batches. An SSO identity that no login was
 * decided for has no state.
 * @param of the id of a company; null for all
 */
export async function republishStates(
  database: Pick<Database, 'sql' | 'transaction'>,
  actor: string,
  of: { companyId: string | null; target: string },
): Promise<Republished> {
  const { companyId } = of;
  const done: Republished = { companies: 0, identities: 0, renewed: 0 };
  for (let after: string | undefined = FIRST; after !== undefined; ) {
    const from: string = after;
    after = await database.transaction(async (tx) => {
      const ids = await pageOf(tx, 'companies', companyId, from);
      await publishCompanyStates(tx, actor, ids);
      done.companies += ids.length;
      return ids.length < BATCH ? undefined : ids.at(-1);
    });
  }
  for (let after: string | undefined = FIRST; after !== undefined; ) {
    const from: string = after;
    after = await database.transaction(async (tx) => {
      const ids = await pageOf(tx, 'sso_identities', companyId, from);
      const { again, renewed } = await republishIdentities(tx, ids);
      done.identities += again;
      done.renewed += renewed;
      return ids.length < BATCH ? undefined : ids.at(-1);
    });
  }
  const details = { ...done };
  await database.transaction((tx) =>
    audit(tx, {
      ...{ actor, action: 'events.republish_state', target: of.target, details },
      ...(companyId !== null && { companyId }),
    }),
  );
  return done;
}

/** The next ids, locked in their order. */
async function pageOf(
  { sql }: Transaction,
  table: 'companies' | 'sso_identities',
  companyId: string | null,
  after: string,
): Promise<string[]> {
  const column = table === 'companies' ? sql`id` : sql`company_id`;
  const rows = await sql<{ id: string }[]>`
    SELECT id FROM ${sql(table)} WHERE id > ${after} AND (${companyId}::uuid IS NULL OR ${column} = ${companyId}::uuid)
    ORDER BY id LIMIT ${BATCH} FOR NO KEY UPDATE`;
  return rows.map(({ id }) => id);
}

async function republishIdentities(
  tx: Transaction,
  ids: string[],
): Promise<{ again: number; renewed: number }> {
  // What the topic should say, where that follows from the row: versions before the topic changed rows and not the state.
  const stale = await tx.sql<{ id: string }[]>`
    SELECT i.id FROM sso_identities i
    WHERE i.id = ANY(${ids}::uuid[]) AND CASE
      WHEN i.state IS NULL THEN (i.user_id IS NOT NULL OR i.link_removed_at IS NOT NULL
          OR i.directory_state = 'inactive'
          OR EXISTS (SELECT FROM link_results r WHERE r.sso_identity_id = i.id))
        AND NOT EXISTS (SELECT FROM users u WHERE u.id = i.user_id AND u.status = 'deleted')
      WHEN i.user_id IS NULL THEN i.state = 'linked'
      ELSE i.state IN ('unlinked', 'pending') OR (i.state = 'linked') = (i.directory_state IS NOT DISTINCT FROM 'inactive')
    END`;
  await publishIdentityStates(
    tx,
    stale.map(({ id }) => id),
    ...(['operator', 'refused'] as const),
  );
  const renewed = new Set(stale.map(({ id }) => id));
  const known = await tx.sql<StoredState[]>`
    SELECT i.id, i.company_id AS "companyId", c.slug AS company, i.user_id AS "userId", i.state,
      i.state_sequence::text AS sequence,
      to_char(i.state_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at
    FROM sso_identities i JOIN companies c ON c.id = i.company_id
    WHERE i.id = ANY(${ids.filter((id) => !renewed.has(id))}::uuid[]) AND i.state IS NOT NULL ORDER BY i.id`;
  await append(
    tx,
    known.map((row) => identityStateEvent(row, 'operator')),
  );
  return { again: known.length, renewed: stale.length };
}
