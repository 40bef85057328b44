import type { Transaction } from '../db/client.ts';

/**
 * Draws numbers for `ce_sequence` from the sequence of the outbox's ids, where a number has to be known before its event
 * is sent. As with an id, it is drawn while the SSO identity's row is locked, so that it increases along its events.
 * @returns in increasing order
 */
export function drawSequences({ sql }: Pick<Transaction, 'sql'>, count: number): Promise<bigint[]> {
  // Under way when this returns, so that a caller can send other statements before and after it.
  const rows = sql<{ sequence: string }[]>`
    SELECT nextval(pg_get_serial_sequence('outbox', 'id'))::text AS sequence FROM generate_series(1, ${count}::int)`;
  return rows.execute().then((drawn) => drawn.map(({ sequence }) => BigInt(sequence)));
}
