/** What the state topics say, read from the outbox, and what the database says. */

import type { IdentityState } from '../../src/events/identity-state.ts';
import { parseEvent } from '../../src/events/index.ts';
import { published } from '../events/records.ts';
import type { TestDatabase } from '../support/database.ts';

type Sql = TestDatabase['sql'];

/** The events that wait on a topic, in order. */
export async function eventsOf(sql: Sql, topic: string) {
  const rows = await sql<
    { id: string; key: Buffer; topic: string; headers: Record<string, string>; payload: Buffer | null }[]
  >`SELECT id, topic, key, headers, payload FROM outbox WHERE topic = ${topic} ORDER BY id`;
  return rows.map((row) => {
    const record = published({ ...row });
    const sequence = row.headers.ce_sequence ?? row.id.padStart(19, '0');
    return parseEvent({ ...record, headers: { ...row.headers, ce_sequence: sequence } });
  });
}

/** The topic `sso.identities` after compaction: the last state of each identity, by id. */
export async function compacted(sql: Sql): Promise<IdentityState[]> {
  const last = new Map<string, IdentityState>();
  for (const { subject, data } of await eventsOf(sql, 'sso.identities')) {
    if (data === null) last.delete(subject);
    else last.set(subject, data as IdentityState);
  }
  return [...last.values()].sort((a, b) => (a.sso_identity_id < b.sso_identity_id ? -1 : 1));
}

/** The same, as the database says it. */
export async function stored(sql: Sql): Promise<IdentityState[]> {
  const rows = await sql<(Omit<IdentityState, 'sequence' | 'at'> & { sequence: string; at: string })[]>`
    SELECT i.id AS sso_identity_id, i.company_id, c.slug AS company, i.user_id, i.state,
      i.state_sequence AS sequence, i.state_at AS at
    FROM sso_identities i JOIN companies c ON c.id = i.company_id WHERE i.state IS NOT NULL ORDER BY i.id`;
  return rows.map((row) => ({
    ...row,
    sequence: Number(row.sequence),
    at: new Date(row.at).toISOString(),
  }));
}
