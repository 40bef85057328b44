import { audit } from '../audit.ts';
import type { Database, Transaction } from '../db/client.ts';
import { inChunks } from '../db/in-chunks.ts';
import { SsoLinkError } from '../errors.ts';
import { ACCOUNT_CHANGED_TOPIC } from '../events/topics.ts';
import { isUuid } from '../ids.ts';
import { append } from './append.ts';
import type { StoredHeaders } from './stored-headers.ts';

export interface ReplayedDeadLetters {
  /** Records of a topic, back in the outbox for it. */
  records: number;
  /** Events that Kafka had refused, back in the outbox. */
  outbox: number;
}

const CHUNK = 500;

/**
 * Puts dead letters back on their way, a chunk a transaction; none twice by two operators at once.
 * @throws SsoLinkError `dead_letter_not_found` naming an id that isn't there; nothing of the ids is replayed then
 */
export async function replayDeadLetters(
  database: Pick<Database, 'transaction'>,
  actor: string,
  what: string[] | 'all',
): Promise<ReplayedDeadLetters> {
  if (what !== 'all') return database.transaction((tx) => replayIds(tx, actor, what));
  return inChunks(database, async (tx) => {
    const records = await tx.sql<{ id: string }[]>`
      SELECT id FROM dead_letters WHERE replayed_at IS NULL
      ORDER BY created_at, id LIMIT ${CHUNK} FOR UPDATE SKIP LOCKED`;
    const dead = await tx.sql<{ id: string }[]>`
      SELECT id FROM outbox_dead ORDER BY id LIMIT ${CHUNK} FOR UPDATE SKIP LOCKED`;
    return replayIds(
      tx,
      actor,
      [...records, ...dead].map((row) => row.id),
    );
  });
}

async function replayIds(tx: Transaction, actor: string, given: string[]): Promise<ReplayedDeadLetters> {
  const ids = [...new Set(given.map((id) => id.toLowerCase()))];
  if (ids.length === 0) return { records: 0, outbox: 0 };
  const uuids = ids.filter((id) => isUuid(id));
  const numbers = ids.filter((id) => /^\d{1,18}$/.test(id));
  const records = await backToTopic(tx, uuids);
  const outbox = await backToOutbox(tx, numbers);
  const found = new Set([...records, ...outbox]);
  const missing = ids.find((id) => !found.has(id));
  if (missing !== undefined) {
    throw new SsoLinkError(
      'dead_letter_not_found',
      `there is no dead letter ${missing}: nothing was replayed`,
    );
  }
  await audit(tx, {
    actor,
    action: 'dead-letters.replay',
    target: ids.length === 1 ? (ids[0] ?? '') : `${ids.length} dead letters`,
    details: { ids },
  });
  return { records: records.length, outbox: outbox.length };
}

interface Letter {
  id: string;
  topic: string;
  key: Buffer | null;
  headers: StoredHeaders;
  value: Buffer | null;
  /** When the record came, RFC 3339. */
  came: string;
}

/** As it came, but by way of the outbox: so it is sent if this commits, and never otherwise. */
async function backToTopic(tx: Transaction, ids: string[]): Promise<string[]> {
  const letters = await tx.sql<Letter[]>`
    SELECT id, topic, key, headers, value,
      to_char(coalesce(recorded_at, created_at) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS came
    FROM dead_letters WHERE id = ANY(${ids}::uuid[])
    ORDER BY topic, "partition", "offset" FOR UPDATE`;
  await append(
    tx,
    letters.map(({ topic, key, headers, value, came }) => ({
      topic,
      key,
      headers: {
        // A change that says no time is as old as it was: a newer one has come since.
        ...(topic === ACCOUNT_CHANGED_TOPIC && { ce_time: came }),
        // Where it came without a sequence the relay adds none.
        ce_sequence: [],
        ...headers,
      },
      payload: value,
    })),
  );
  await tx.sql`UPDATE dead_letters SET replayed_at = now() WHERE id = ANY(${ids}::uuid[])`;
  return letters.map((letter) => letter.id);
}

/** In their order; as new rows, since another's id may have been sent before. */
async function backToOutbox(tx: Transaction, ids: string[]): Promise<string[]> {
  const letters = await tx.sql<Omit<Letter, 'came'>[]>`
    DELETE FROM outbox_dead WHERE id = ANY(${ids}::bigint[])
    RETURNING id::text, topic, key, headers, payload AS value`;
  letters.sort((a, b) => (BigInt(a.id) < BigInt(b.id) ? -1 : 1));
  await append(
    tx,
    letters.map(({ topic, key, headers, value }) => ({ topic, key, headers, payload: value })),
  );
  return letters.map((letter) => letter.id);
}

export interface DeadLetterView {
  kind: 'record' | 'outbox';
  id: string;
  topic: string;
  partition: number;
  offset: string | null;
  reason: string;
  error: string;
  created_at: string;
  replayed_at: string | null;
}

/** Dead letters of both kinds, the oldest first. */
export async function listDeadLetters(
  { sql }: Pick<Database, 'sql'>,
  filter: { replayed: boolean; limit: number },
): Promise<DeadLetterView[]> {
  return sql<DeadLetterView[]>`
    SELECT * FROM (
      SELECT 'record' AS kind, id::text, topic, "partition", "offset", reason, error, created_at, replayed_at
      FROM dead_letters WHERE replayed_at IS NULL OR ${filter.replayed}
      UNION ALL
      SELECT 'outbox', id::text, topic, lane, NULL, 'unsendable', error, died_at, NULL FROM outbox_dead
    ) AS letters ORDER BY created_at, id LIMIT ${filter.limit}`;
}
