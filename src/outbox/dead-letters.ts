/**
 * A record that can't be understood is kept as it came, in the database (for `dead-letters list | replay`)
 * and on a topic of its own, and holds up nothing.
 */
import { createHash } from 'node:crypto';
import type { Transaction } from '../db/client.ts';
import { DEAD_LETTER_TOPIC } from '../events/topics.ts';
import { newId } from '../ids.ts';
import type { IncomingRecord, RecordHeaders } from '../kafka/records.ts';
import type { OutboxRow } from './append.ts';
import { type StoredHeaders, sizeOfHeader, storeHeaders } from './stored-headers.ts';

/** Why a record is a poison message: redelivery does not fix it. */
export type DeadLetterReason =
  | 'unknown_type'
  | 'event_invalid'
  | 'unknown_login'
  | 'login_mismatch'
  | 'change_invalid'
  | 'company_unknown'
  | 'database_refused';

export interface DeadLetter {
  record: IncomingRecord;
  reason: DeadLetterReason;
  /** For an operator: says where the record is invalid, never its content. */
  error: string;
}

/** Of the headers that it came with; a broker refuses records over a limit, and these may be anybody's. */
const MAX_HEADERS_BYTES = 16_384;

/**
 * Stores the records in the transaction that continues without them. Idempotent.
 * @returns those that weren't kept before, as records for the dead-letter topic
 */
export async function storeDeadLetters(
  { sql }: Transaction,
  deadLetters: DeadLetter[],
  now: Date,
): Promise<OutboxRow[]> {
  if (deadLetters.length === 0) return [];
  const letters = deadLetters.map(({ record, reason, error }) => ({
    id: newId(),
    topic: record.topic,
    partition: record.partition,
    offset: record.offset.toString(),
    record_hash: hash(record),
    key: record.key?.toString('base64') ?? null,
    headers: storable(record.rawHeaders ?? record.headers),
    value: record.value?.toString('base64') ?? null,
    recorded_at: new Date(record.timestamp).toISOString(),
    reason: reason,
    error: error.replaceAll('\0', '\ufffd').toWellFormed(),
    created_at: now.toISOString(),
  }));
  const kept = await sql<{ id: string }[]>`
    INSERT INTO dead_letters
      (id, topic, "partition", "offset", record_hash, key, headers, value, recorded_at, reason, error,
       created_at)
    SELECT id, topic, "partition", "offset", decode(record_hash, 'base64'), decode(key, 'base64'), headers,
      decode(value, 'base64'), recorded_at, reason, error, created_at
    FROM jsonb_to_recordset(${JSON.stringify(letters)}::jsonb) AS letter
      (id uuid, topic text, "partition" int, "offset" bigint, record_hash text, key text, headers jsonb,
       value text, recorded_at timestamptz, reason text, error text, created_at timestamptz)
    ON CONFLICT DO NOTHING
    RETURNING id`;
  const ids = new Set(kept.map((row) => row.id));
  return letters.flatMap((letter, i) => {
    const record = deadLetters[i]?.record;
    if (record === undefined || !ids.has(letter.id)) return [];
    return [
      {
        topic: DEAD_LETTER_TOPIC,
        key: record.key,
        payload: record.value,
        headers: {
          ...letter.headers,
          dlq_topic: letter.topic,
          dlq_partition: String(letter.partition),
          dlq_offset: letter.offset,
          dlq_reason: letter.reason,
          dlq_error: letter.error,
          dlq_at: letter.created_at,
        },
      },
    ];
  });
}

/** A topic that was created again restarts its offsets, so an offset alone does not identify a record. */
function hash({ key, value }: IncomingRecord): string {
  const digest = createHash('sha256');
  for (const part of [key, value]) digest.update(`${part?.length ?? 'null'}:`).update(part ?? '');
  return digest.digest('base64');
}

/** As they came. The largest headers are left out beyond the limit. */
function storable(headers: RecordHeaders): StoredHeaders {
  const entries = Object.entries(storeHeaders(headers));
  const size = (entry: (typeof entries)[number]) => sizeOfHeader(...entry);
  const kept = entries.toSorted((a, b) => size(a) - size(b));
  let total = kept.reduce((sum, entry) => sum + size(entry), 0);
  while (total > MAX_HEADERS_BYTES) {
    const largest = kept.pop();
    if (largest === undefined) break;
    total -= size(largest);
  }
  const left = entries.length - kept.length;
  const chosen = new Set(kept);
  return Object.fromEntries([
    ...entries.filter((entry) => chosen.has(entry)),
    ...(left > 0 ? [['dlq_headers_left_out', String(left)]] : []),
  ]);
}
