import type { Transaction } from '../db/client.ts';
import type { OutgoingEvent } from '../events/event.ts';
import { laneOf } from './lanes.ts';
import type { StoredHeaders } from './stored-headers.ts';

/** What the outbox takes: an event, or a dead letter with the headers that it came with. */
export type OutboxRow = Omit<OutgoingEvent, 'headers'> & { headers: StoredHeaders };

/** PostgreSQL's type id: an array's own would be guessed from its first element. */
const BYTEA = 17;

/**
 * Puts events into the outbox, in the transaction of the change that they describe: they are sent if it commits, and
 * never otherwise. Events of one key keep the order given.
 */
export async function append(tx: Pick<Transaction, 'sql'>, events: readonly OutboxRow[]): Promise<void> {
  if (events.length === 0) return;
  await tx.sql`
    INSERT INTO outbox (lane, topic, key, headers, payload)
    SELECT lane, topic, key, headers, payload
    FROM ROWS FROM (
      unnest(
        ${events.map((e) => laneOf(e.key))}::smallint[], ${events.map((e) => e.topic)}::text[],
        ${tx.sql.array(
          events.map((e) => e.key),
          BYTEA,
        )},
        ${tx.sql.array(
          events.map((e) => e.payload),
          BYTEA,
        )}
      ),
      jsonb_array_elements(${JSON.stringify(events.map((e) => e.headers))}::jsonb)
    ) WITH ORDINALITY AS e(lane, topic, key, payload, headers, position)
    ORDER BY position`;
}
