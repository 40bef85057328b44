/** Records on their way to Kafka, and those that came and could not be understood. */
import { bigint, index, integer, jsonb, pgTable, smallint, text, unique, uuid } from 'drizzle-orm/pg-core';
import { at, bytea, now } from './columns.ts';

/** Columns map onto Debezium's outbox router, so that change data capture stays open as a way up. */
const outboxColumns = {
  lane: smallint().notNull(),
  topic: text().notNull(),
  key: bytea(),
  headers: jsonb().notNull().$type<Record<string, string>>(),
  payload: bytea(),
  attempts: smallint().notNull().default(0),
  createdAt: now('created_at'),
};

export const outbox = pgTable(
  'outbox',
  {
    id: bigint({ mode: 'bigint' }).primaryKey().generatedAlwaysAsIdentity(),
    ...outboxColumns,
  },
  (o) => [index('outbox_lane').on(o.lane, o.id)],
);

/** One row a lane: who holds its lock relays the lane. */
export const outboxLanes = pgTable('outbox_lanes', { lane: smallint().primaryKey() });

/** Rows that Kafka would never take. */
export const outboxDead = pgTable('outbox_dead', {
  id: bigint({ mode: 'bigint' }).primaryKey(),
  ...outboxColumns,
  error: text().notNull(),
  diedAt: now('died_at'),
});

/** Records of the topics that could not be understood, kept for a replay. Delivered twice, kept once. */
export const deadLetters = pgTable(
  'dead_letters',
  {
    id: uuid().primaryKey(),
    topic: text().notNull(),
    partition: integer().notNull(),
    offset: bigint({ mode: 'bigint' }).notNull(),
    recordHash: bytea('record_hash').notNull(),
    key: bytea(),
    headers: jsonb().notNull().$type<Record<string, string>>(),
    value: bytea(),
    /** The time that the record had on its topic. */
    recordedAt: at('recorded_at'),
    reason: text().notNull(),
    error: text().notNull(),
    createdAt: now('created_at'),
    replayedAt: at('replayed_at'),
  },
  (d) => [unique('dead_letters_record').on(d.topic, d.partition, d.offset, d.recordHash)],
);
