import { Counter, Gauge } from 'prom-client';
import type { Database } from '../db/client.ts';
import { codeOf } from '../errors.ts';
import type { Round } from '../outbox/round.ts';
import { createRegistry } from './metrics.ts';

const REREAD_MS = 5_000;

interface Depths {
  rows: number;
  age: number;
  dead: number;
  sessions: { state: string; n: number }[];
  connections: { name: string; state: string; n: number }[];
}

/** What the relay counts, and what the database holds: read at a scrape, every 5 s at most. */
export function createRelayMetrics({ sql }: Pick<Database, 'sql'>) {
  const registry = createRegistry('relay');
  const registers = [registry];
  const sent = new Counter({
    name: 'sso_link_relay_sent_total',
    help: 'Rows that Kafka acknowledged, by topic',
    labelNames: ['topic'],
    registers,
  });
  const failures = new Counter({
    name: 'sso_link_relay_failures_total',
    help: 'Lanes that did not get through a round, by code',
    labelNames: ['code'],
    registers,
  });
  const rows = new Gauge({ name: 'sso_link_outbox_rows', help: 'Rows that wait', registers });
  const age = new Gauge({
    name: 'sso_link_outbox_oldest_age_seconds',
    help: 'For how long the oldest row has waited',
    registers,
  });
  const dead = new Gauge({
    name: 'sso_link_outbox_dead_rows',
    help: 'Rows that were given up and wait for an operator',
    registers,
  });
  const sessions = new Gauge({
    name: 'sso_link_sessions',
    help: 'Sessions: open, or ended by a refusal',
    labelNames: ['state'],
    registers,
  });
  const pool = new Gauge({
    name: 'sso_link_database_pool',
    help: "All roles' connections to the database, as it sees them",
    labelNames: ['of', 'state'],
    registers,
  });
  let readAt = 0;

  async function readDepths(): Promise<void> {
    if (Date.now() - readAt < REREAD_MS) return;
    readAt = Date.now();
    const [depths] = await sql<Depths[]>`
      SELECT
        (SELECT count(*)::int FROM outbox) AS rows,
        (SELECT coalesce(extract(epoch FROM now() - min(created_at)), 0)::float FROM outbox) AS age,
        (SELECT count(*)::int FROM outbox_dead) AS dead,
        (SELECT coalesce(json_agg(s), '[]') FROM (
          SELECT CASE WHEN ended_as IS NULL THEN 'open' ELSE 'ended' END AS state, count(*)::int AS n
          FROM sessions WHERE expires_at > now() GROUP BY 1) s) AS sessions,
        (SELECT coalesce(json_agg(c), '[]') FROM (
          SELECT application_name AS name, coalesce(state, 'unknown') AS state, count(*)::int AS n
          FROM pg_stat_activity
          WHERE datname = current_database() AND application_name LIKE 'sso-link %' GROUP BY 1, 2) c
        ) AS connections`;
    if (depths === undefined) return;
    rows.set(depths.rows);
    age.set(depths.age);
    dead.set(depths.dead);
    sessions.reset();
    for (const { state, n } of depths.sessions) sessions.set({ state }, n);
    pool.reset();
    for (const { name, state, n } of depths.connections) {
      pool.set({ of: name.replace('sso-link ', ''), state }, n);
    }
  }

  return {
    registry: {
      contentType: registry.contentType,
      async metrics() {
        // The database's absence shows elsewhere: what this process counted is told all the same.
        await readDepths().catch(() => {});
        return registry.metrics();
      },
    },
    onRound(round: Pick<Round, 'topics' | 'failures'>): void {
      for (const [topic, n] of Object.entries(round.topics)) sent.inc({ topic }, n);
      for (const failure of round.failures.values()) failures.inc({ code: codeOf(failure) ?? 'unknown' });
    },
  };
}
