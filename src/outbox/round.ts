/**
 * A round of the relay: one transaction that holds lanes, sends their oldest rows, and deletes what Kafka
 * acknowledged. There is no cursor: `id > last` would lose rows that commit late. There is no lease either:
 * who holds the lane's row holds the lane, and deleting acknowledged ids is always right.
 */
import type { Database, Transaction } from '../db/client.ts';
import { codeOf } from '../errors.ts';
import { sequenceText } from '../events/sequence.ts';
import { DEAD_LETTER_TOPIC } from '../events/topics.ts';
import type { OutgoingRecord, RecordSender } from '../kafka/records.ts';
import { NO_TRACING, type Tracing } from '../observability/trace.ts';
import { LANES } from './lanes.ts';
import { inSendSpans, roundSpan } from './send-spans.ts';
import { restoreHeaders, type StoredHeaders } from './stored-headers.ts';

export interface Round {
  /** The lanes that were held. */
  lanes: number[];
  /** Whether there was as much as a round takes: each lane may have more. */
  full: boolean;
  /** Rows that were sent and deleted. */
  sent: number;
  /** By topic. */
  topics: Record<string, number>;
  /** Rows that Kafka refused, and that are tried again. */
  refused: number;
  /** Rows that were given up. */
  dead: DeadRow[];
  /** Lanes that didn't get through, and why: `kafka_unavailable`. */
  failures: Map<number, unknown>;
}

export interface DeadRow {
  id: string;
  topic: string;
  error: string;
}

/** Which lanes a round takes, of those that have rows and that nobody else holds. */
export interface Choice {
  /** The lane to look at first, so that none is always last. */
  from: number;
  /** Lanes to leave alone. */
  without?: number[];
  /** How many at most: few where each fills a round by itself. Default: all. */
  most?: number;
}

interface Row {
  id: string;
  lane: number;
  topic: string;
  key: Buffer | null;
  headers: StoredHeaders;
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

/** Relays the lanes of the choice. @returns undefined where there is none with rows */
export async function relayRound(
  database: Pick<Database, 'transaction'>,
  sender: Pick<RecordSender, 'send'>,
  { from, without = [], most = LANES }: Choice,
  tracing: Tracing = NO_TRACING,
): Promise<Round | undefined> {
  return database.transaction(async (tx) => {
    // Lock first, read after: one statement would read with a snapshot from before the lock, and send again
    // what another relay has just deleted. A setting of the transaction passes the lanes on, so that both travel in one
    // round trip. LIMIT 1 probes the index once a lane: EXISTS may become a join that reads the whole outbox.
    const locked = tx.sql<{ lanes: string }[]>`
      SELECT set_config('sso_link.lanes', coalesce(string_agg(lane::text, ','), ''), true) AS lanes FROM (
        SELECT lane FROM outbox_lanes l
        WHERE lane <> ALL(${without}::smallint[])
          AND (SELECT true FROM outbox o WHERE o.lane = l.lane LIMIT 1)
        ORDER BY (lane - ${from}::int + ${LANES}::int) % ${LANES}::int
        LIMIT ${most} FOR UPDATE SKIP LOCKED
      ) AS held`;
    // The oldest of all that is held, so that each lane gives its own oldest.
    const oldest = tx.sql<Row[]>`
      SELECT id, lane, topic, key, headers, payload, attempts
      FROM (
        SELECT *, sum(octet_length(payload)) OVER (ORDER BY id ROWS UNBOUNDED PRECEDING) AS bytes
        FROM (
          SELECT rows.* FROM unnest(string_to_array(current_setting('sso_link.lanes'), ',')::smallint[]) AS held (lane)
          CROSS JOIN LATERAL (
            SELECT * FROM outbox WHERE outbox.lane = held.lane ORDER BY id LIMIT ${ROUND_ROWS}
          ) AS rows ORDER BY id LIMIT ${ROUND_ROWS}
        ) AS oldest
      ) AS weighed
      WHERE coalesce(bytes - octet_length(payload), 0) < ${ROUND_BYTES}
      ORDER BY id`;
    const [[held], rows] = await Promise.all([locked, oldest]);
    if (held === undefined || held.lanes === '') return undefined;
    const lanes = held.lanes.split(',').map(Number);
    const span = roundSpan(tracing, lanes, rows);
    const send: Send = (topic, lane, part) =>
      inSendSpans(tracing, span, part, () => sender.send(topic, lane, part.map(toOutgoingRecord)));
    try {
      const round = await relayRows(tx, send, lanes, rows);
      for (const failure of round.failures.values()) span.fail(failure);
      return round;
    } finally {
      span.end();
    }
  });
}

type Send = (topic: string, lane: number, part: Row[]) => Promise<void>;

/** All lanes at once; a lane's rows of a topic in order. */
async function relayRows(tx: Transaction, send: Send, lanes: number[], rows: Row[]): Promise<Round> {
  const bytes = rows.reduce((sum, { payload }) => sum + (payload?.length ?? 0), 0);
  const full = rows.length >= ROUND_ROWS || bytes >= ROUND_BYTES;
  const round: Round = { lanes, full, sent: 0, topics: {}, refused: 0, dead: [], failures: new Map() };
  const sent: string[] = [];
  const until = Date.now() + ROUND_MS;
  const topicPartitions = await Promise.all(
    byPartition(rows).map(async ({ lane, topic, rows: ofPartition }) => ({
      lane,
      topic,
      result: await sendInOrder((part) => send(topic, lane, part), ofPartition, until),
    })),
  );
  for (const { lane, topic, result } of topicPartitions) {
    sent.push(...result.sent);
    round.topics[topic] = (round.topics[topic] ?? 0) + result.sent.length;
    if (result.unsendable) await countAttempt(tx, result.unsendable, round);
    if (result.failure !== undefined) round.failures.set(lane, result.failure);
  }
  if (sent.length > 0) await tx.sql`DELETE FROM outbox WHERE id = ANY(${sent}::bigint[])`;
  round.sent = sent.length;
  return round;
}

/** What goes to one partition of one topic. */
function byPartition(rows: Row[]) {
  const topicPartitions = new Map<string, { lane: number; topic: string; rows: Row[] }>();
  for (const row of rows) {
    const { lane, topic } = row;
    const name = `${lane} ${topic}`;
    const topicPartition = topicPartitions.get(name) ?? { lane, topic, rows: [] };
    if (topicPartition.rows.push(row) === 1) topicPartitions.set(name, topicPartition);
  }
  return [...topicPartitions.values()];
}

interface Sent {
  sent: string[];
  unsendable?: { row: Row; error: unknown };
  failure?: unknown;
}

/**
 * Sends the rows in parts that a broker takes; where Kafka refuses a part, halves it until the row that it
 * refuses is found. The rows after that row wait, so that its key's order holds. So does what there is
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

/** A dead letter keeps the sequence that it came with, and has none if it came without; so does its replay. */
function toOutgoingRecord({ id, topic, key, payload, headers }: Row): OutgoingRecord {
  if (topic !== DEAD_LETTER_TOPIC && headers.ce_sequence === undefined)
    headers.ce_sequence = sequenceText(id);
  return { key, value: payload, headers: restoreHeaders(headers) };
}

/** A row that Kafka refuses on its own is given up after a few tries: it must not block its lane. */
async function countAttempt(
  { sql }: Transaction,
  { row, error }: { row: Row; error: unknown },
  round: Round,
): Promise<void> {
  if (row.attempts + 1 < MAX_ATTEMPTS) {
    await sql`UPDATE outbox SET attempts = attempts + 1 WHERE id = ${row.id}`;
    round.refused += 1;
    return;
  }
  const message = error instanceof Error ? error.message : 'refused';
  await sql`
    WITH dead AS (DELETE FROM outbox WHERE id = ${row.id} RETURNING *)
    INSERT INTO outbox_dead (id, lane, topic, key, headers, payload, attempts, error, created_at)
    SELECT id, lane, topic, key, headers, payload, attempts + 1, ${message}, created_at FROM dead`;
  round.dead.push({ id: row.id, topic: row.topic, error: message });
}
