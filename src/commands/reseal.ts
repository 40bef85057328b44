import { clientSecretAssociatedData } from '../companies/sso-client-rows.ts';
import type { Database } from '../db/client.ts';
import type { Sealer } from '../seal.ts';
import { sessionAssociatedData } from '../sessions/session-associated-data.ts';
import { signingKeyAssociatedData } from '../sessions/signing-keys.ts';

/**
 * Every sealed column, and what its values are bound to (src/db/schema/), by the column `of`. The
 * column of `sso_clients` comes before the table of the secrets, which then has the same value.
 */
export const SEALED_COLUMNS = [
  ...[
    { table: 'sso_clients', id: 'id', of: 'id', column: 'client_secret', bound: clientSecretAssociatedData },
  ],
  {
    ...{ table: 'sso_client_secrets', id: 'id', of: 'sso_client_id', column: 'secret' },
    bound: clientSecretAssociatedData,
  },
  { table: 'signing_keys', id: 'kid', of: 'kid', column: 'private_key', bound: signingKeyAssociatedData },
  ...(['refresh_token', 'id_token'] as const).map((column) => ({
    table: 'sessions',
    id: 'id',
    of: 'id',
    column,
    bound: (id: string) => sessionAssociatedData(id, column),
  })),
] as const;

export type SealedColumn = (typeof SEALED_COLUMNS)[number];

export interface ResealCount {
  column: string;
  resealed: number;
  /** Sealed by the first key already. */
  current: number;
  /** No key opens them. */
  unreadable: number;
}

const BATCH = 1_000;

/** Seals by the first key what another key sealed, in batches, without holding up anybody. */
export async function resealAll(database: Pick<Database, 'sql'>, sealer: Sealer): Promise<ResealCount[]> {
  const counts: ResealCount[] = [];
  for (const column of SEALED_COLUMNS) counts.push(await resealColumn(database, sealer, column));
  return counts;
}

/** All values of a sealed column, in batches. */
export async function* sealedValues(
  { sql }: Pick<Database, 'sql'>,
  { table, id, of, column }: SealedColumn,
): AsyncGenerator<{ id: string; of: string; sealed: string }[]> {
  const type = sql.unsafe(id === 'kid' ? 'text' : 'uuid');
  let after = id === 'kid' ? '' : '00000000-0000-0000-0000-000000000000';
  for (;;) {
    const rows = await sql<{ id: string; of: string; sealed: string }[]>`
      SELECT ${sql(id)}::text AS id, ${sql(of)}::text AS of, ${sql(column)} AS sealed FROM ${sql(table)}
      WHERE ${sql(column)} IS NOT NULL AND ${sql(id)} > ${after}::${type}
      ORDER BY ${sql(id)} LIMIT ${BATCH}`;
    if (rows.length > 0) yield rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < BATCH) return;
    after = last.id;
  }
}

async function resealColumn(
  database: Pick<Database, 'sql'>,
  sealer: Sealer,
  of: SealedColumn,
): Promise<ResealCount> {
  const { sql } = database;
  const count: ResealCount = { column: `${of.table}.${of.column}`, resealed: 0, current: 0, unreadable: 0 };
  for await (const rows of sealedValues(database, of)) {
    const changes: { id: string; before: string; after: string }[] = [];
    for (const { id, of: owner, sealed } of rows) {
      if (!sealer.isStale(sealed)) count.current += 1;
      else {
        const opened = unsealOrUndefined(sealer, sealed, of.bound(owner));
        if (opened === undefined) count.unreadable += 1;
        else changes.push({ id, before: sealed, after: sealer.seal(opened, of.bound(owner)) });
      }
    }
    if (changes.length === 0) continue;
    // A value that changed meanwhile was already sealed with the new key.
    const done = await sql`
      UPDATE ${sql(of.table)} AS t SET ${sql(of.column)} = c.after
      FROM jsonb_to_recordset(${JSON.stringify(changes)}::jsonb)
        AS c(id ${sql.unsafe(of.id === 'kid' ? 'text' : 'uuid')}, before text, after text)
      WHERE t.${sql(of.id)} = c.id AND t.${sql(of.column)} = c.before`;
    count.resealed += done.count;
  }
  return count;
}

/** Undefined where no key opens it. */
export function unsealOrUndefined(sealer: Sealer, sealed: string, bound: string): string | undefined {
  try {
    return sealer.open(sealed, bound);
  } catch {
    return undefined;
  }
}
