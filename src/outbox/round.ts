/**
 * A round of the relay: one transaction that holds a lane, sends its oldest rows, and deletes what Kafka
 * acknowledged. There is no cursor: `id > last` would lose rows that commit late. There is no lease either:
 * who holds the lane's row holds the lane, and deleting acknowledged ids is always right.
 */
import type { Database, Transaction } from '../db/client.ts';
import { codeOf } from '../errors.ts';
import type { OutgoingRecord, RecordSender } from '../kafka/records.ts';
import { LANES } from './lanes.ts';

export interface Round {
  /** Rows that were sent and deleted. */
  sent: number;
  /** By topic. */
  topics: Record<string, number>;
  /** Rows that were given up. */
  dead: DeadRow[];
  /** Whether the lane may hold more than was read. */
  full: boolean;
  /** What ended the round early: `kafka_unavailable`. */
  failure?: unknown;
}

export interface DeadRow {
  id: string;
  topic: string;
  error: string;
}

interface Row {
  id: string;
  topic: string;
  key: Buffer | null;
  headers: Record<string, string>;
  payload: Buffer | null;
  attempts: number;
}

const ROUND_ROWS = 500;
/** Tries before a row that Kafka refuses is given up. */
const MAX_ATTEMPTS = 3;
/** The transaction must not idle for 10 s: no further send is begun after so long. */
const ROUND_MS = 4_000;

/**
 * Relays one lane that nobody else holds.
 * @param from the lane to look at first, so that none is always last
 * @returns undefined where no lane has rows that nobody else is sending
 */
export async function relayRound(
  database: Pick<Database, 'transaction'>,
  sender: Pick<RecordSender, 'send'>,
  from: number,
): Promise<Round | undefined> {
  return database.transaction(async (tx) => {
    // Lock first, read after: one statement would read with a snapshot from before the lock, and send again
    // what another relay has just deleted.
    const [held] = await tx.sql<{ lane: number }[]>`
      SELECT lane FROM outbox_lanes l
      WHERE EXISTS (SELECT FROM outbox o WHERE o.lane = l.lane)
      ORDER BY (lane - ${from}::int + ${LANES}::int) % ${LANES}::int
      LIMIT 1 FOR UPDATE SKIP LOCKED`;
    if (held === undefined) return undefined;
    const rows = await tx.sql<Row[]>`
      SELECT id, topic, key, headers, payload, attempts FROM outbox
      WHERE lane = ${held.lane} ORDER BY id LIMIT ${ROUND_ROWS}`;
    return relayRows(tx, sender, held.lane, rows);
  });
}

async function relayRows(
  tx: Transaction,
  sender: Pick<RecordSender, 'send'>,
  lane: number,
  rows: Row[],
): Promise<Round> {
  const round: Round = { sent: 0, topics: {}, dead: [], full: rows.length === ROUND_ROWS };
  const deadline = Date.now() + ROUND_MS;
  const sent: string[] = [];
  for (const [topic, ofTopic] of byTopic(rows)) {
    if (Date.now() > deadline) break;
    const result = await sendInOrder(sender, topic, lane, ofTopic);
    sent.push(...result.sent);
    round.topics[topic] = result.sent.length;
    if (result.unsendable) await countAttempt(tx, result.unsendable, round);
    if (result.failure !== undefined) {
      round.failure = result.failure;
      break;
    }
  }
  if (sent.length > 0) await tx.sql`DELETE FROM outbox WHERE id = ANY(${sent}::bigint[])`;
  round.sent = sent.length;
  return round;
}

function byTopic(rows: Row[]): Map<string, Row[]> {
  const topics = new Map<string, Row[]>();
  for (const row of rows) {
    const known = topics.get(row.topic);
    if (known) known.push(row);
    else topics.set(row.topic, [row]);
  }
  return topics;
}

interface Sent {
  sent: string[];
  unsendable?: { row: Row; error: unknown };
  failure?: unknown;
}

/**
 * Sends the rows as one; where Kafka refuses them, halves until the one that it refuses is found. What stands
 * behind that one waits, so that its key's order holds.
 */
async function sendInOrder(
  sender: Pick<RecordSender, 'send'>,
  topic: string,
  lane: number,
  rows: Row[],
): Promise<Sent> {
  try {
    await sender.send(topic, lane, rows.map(toRecord));
    return { sent: rows.map((row) => row.id) };
  } catch (error) {
    if (codeOf(error) !== 'record_unsendable') return { sent: [], failure: error };
    const [only] = rows;
    if (only !== undefined && rows.length === 1) return { sent: [], unsendable: { row: only, error } };
  }
  const middle = Math.ceil(rows.length / 2);
  const first = await sendInOrder(sender, topic, lane, rows.slice(0, middle));
  if (first.unsendable || first.failure !== undefined) return first;
  const second = await sendInOrder(sender, topic, lane, rows.slice(middle));
  return { ...second, sent: [...first.sent, ...second.sent] };
}

function toRecord({ id, key, payload, headers }: Row): OutgoingRecord {
  return { key, value: payload, headers: { ...headers, ce_sequence: id } };
}

/** A row that Kafka refuses on its own is given up after a few tries: it must not block its lane for ever. */
async function countAttempt(
  { sql }: Transaction,
  { row, error }: { row: Row; error: unknown },
  round: Round,
): Promise<void> {
  if (row.attempts + 1 < MAX_ATTEMPTS) {
    await sql`UPDATE outbox SET attempts = attempts + 1 WHERE id = ${row.id}`;
    return;
  }
  const message = error instanceof Error ? error.message : 'refused';
  await sql`
    WITH dead AS (DELETE FROM outbox WHERE id = ${row.id} RETURNING *)
    INSERT INTO outbox_dead (id, lane, topic, key, headers, payload, attempts, error, created_at)
    SELECT id, lane, topic, key, headers, payload, attempts + 1, ${message}, created_at FROM dead`;
  round.dead.push({ id: row.id, topic: row.topic, error: message });
}
