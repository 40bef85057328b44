/**
 * A round of the relay: one transaction that holds a lane, sends its oldest rows, and deletes what Kafka
 * acknowledged. There is no cursor: `id > last` would lose rows that commit late. There is no lease either:
 * who holds the lane's row holds the lane, and deleting acknowledged ids is always right.
 */
import type { Database, Transaction } from '../db/client.ts';
import { codeOf } from '../errors.ts';
import type { OutgoingRecord, RecordSender } from '../kafka/records.ts';
import { NO_TRACING, type Tracing } from '../observability/trace.ts';
import { LANES } from './lanes.ts';
import { inSendSpans, roundSpan } from './send-spans.ts';

export interface Round {
  lane: number;
  /** Rows that were sent and deleted. */
  sent: number;
  /** By topic. */
  topics: Record<string, number>;
  /** Rows that were given up. */
  dead: DeadRow[];
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
/** Rows are read into memory: dead letters may be a megabyte each. */
const ROUND_BYTES = 4 << 20;
/** Below a broker's `max.message.bytes` (1 MiB by default), which is a batch's limit, not a record's. */
const SEND_BYTES = 768 << 10;
/** What a row weighs beside its payload: key, headers, framing. */
const ROW_BYTES = 512;
/** Tries before a row that Kafka refuses is given up. */
const MAX_ATTEMPTS = 3;
/** No send is begun after so long: with the last one's own limit the transaction idles for less than 10 s. */
const ROUND_MS = 2_000;

/**
 * Relays one lane that nobody else holds.
 * @param from the lane to look at first, so that none is always last
 * @param resting lanes to leave alone
 * @returns undefined where no lane has rows that nobody else is sending
 */
export async function relayRound(
  database: Pick<Database, 'transaction'>,
  sender: Pick<RecordSender, 'send'>,
  from: number,
  resting: number[] = [],
  tracing: Tracing = NO_TRACING,
): Promise<Round | undefined> {
  return database.transaction(async (tx) => {
    // Lock first, read after: one statement would read with a snapshot from before the lock, and send again
    // what another relay has just deleted. LIMIT 1 probes the index once a lane: EXISTS may become a join
    // that reads the whole outbox.
    const [held] = await tx.sql<{ lane: number }[]>`
      SELECT lane FROM outbox_lanes l
      WHERE lane <> ALL(${resting}::smallint[]) AND (SELECT true FROM outbox o WHERE o.lane = l.lane LIMIT 1)
      ORDER BY (lane - ${from}::int + ${LANES}::int) % ${LANES}::int
      LIMIT 1 FOR UPDATE SKIP LOCKED`;
    if (held === undefined) return undefined;
    const rows = await tx.sql<Row[]>`
      SELECT id, topic, key, headers, payload, attempts
      FROM (
        SELECT *, sum(octet_length(payload)) OVER (ORDER BY id ROWS UNBOUNDED PRECEDING) AS bytes
        FROM outbox WHERE lane = ${held.lane} ORDER BY id LIMIT ${ROUND_ROWS}
      ) AS oldest
      WHERE coalesce(bytes - octet_length(payload), 0) < ${ROUND_BYTES}
      ORDER BY id`;
    const span = roundSpan(tracing, held.lane, rows);
    const send: Send = (topic, part) =>
      inSendSpans(tracing, span, part, () => sender.send(topic, held.lane, part.map(toRecord)));
    try {
      const round = await relayRows(tx, send, held.lane, rows);
      if (round.failure !== undefined) span.fail(round.failure);
      return round;
    } finally {
      span.end();
    }
  });
}

type Send = (topic: string, part: Row[]) => Promise<void>;

async function relayRows(tx: Transaction, send: Send, lane: number, rows: Row[]): Promise<Round> {
  const round: Round = { lane, sent: 0, topics: {}, dead: [] };
  const sent: string[] = [];
  const until = Date.now() + ROUND_MS;
  for (const [topic, ofTopic] of byTopic(rows)) {
    const result = await sendInOrder((part) => send(topic, part), ofTopic, until);
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
 * Sends the rows in parts that a broker takes; where Kafka refuses a part, halves it until the row that it
 * refuses is found. What stands behind that row waits, so that its key's order holds. So does what there is
 * no time left for.
 */
async function sendInOrder(send: (part: Row[]) => Promise<void>, rows: Row[], until: number): Promise<Sent> {
  const sent: string[] = [];
  const parts = inParts(rows);
  for (let part = parts.shift(); part !== undefined && Date.now() < until; part = parts.shift()) {
    try {
      await send(part);
      for (const row of part) sent.push(row.id);
    } catch (error) {
      if (codeOf(error) !== 'record_unsendable') return { sent, failure: error };
      const [row] = part;
      if (row !== undefined && part.length === 1) return { sent, unsendable: { row, error } };
      const middle = Math.ceil(part.length / 2);
      parts.unshift(part.slice(0, middle), part.slice(middle));
    }
  }
  return { sent };
}

function inParts(rows: Row[]): Row[][] {
  const parts: Row[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const row of rows) {
    const size = (row.payload?.length ?? 0) + ROW_BYTES;
    if (bytes + size > SEND_BYTES) {
      parts.push([]);
      bytes = 0;
    }
    bytes += size;
    parts.at(-1)?.push(row);
  }
  return parts;
}

function toRecord({ id, key, payload, headers }: Row): OutgoingRecord {
  headers.ce_sequence = id;
  return { key, value: payload, headers };
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
