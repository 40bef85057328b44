import { Counter, Gauge, type Registry } from 'prom-client';
import type { Database } from '../db/client.ts';
import { massChangeCondition } from '../db/mass-change.ts';
import { codeOf } from '../errors.ts';
import { createReadings, type Reading } from '../observability/database-readings.ts';
import type { Health } from '../observability/health.ts';
import { createRegistry } from '../observability/metrics.ts';
import type { Round } from './round.ts';

const OFTEN_MS = 5_000;
/** A count over all sessions: there may be very many. */
const RARELY_MS = 60_000;

/**
 * What the relay counts, and what the database holds.
 * @param more readings of other folders, which the relay tells as well
 */
export function createRelayMetrics(
  database: Pick<Database, 'transaction'>,
  health: Pick<Health, 'ask'>,
  stuckRounds: () => number = () => 0,
  more: (registry: Registry) => Reading[] = () => [],
) {
  const registry = createRegistry('relay', health);
  const registers = [registry];
  const sent = new Counter({
    name: 'sso_link_relay_sent_total',
    help: 'Rows that Kafka acknowledged, by topic',
    labelNames: ['topic'],
    registers,
  });
  const failures = new Counter({
    name: 'sso_link_relay_failures_total',
    help: 'Lanes that failed in a round, and rounds that failed, by code',
    labelNames: ['code'],
    registers,
  });
  const retries = new Counter({
    name: 'sso_link_relay_retries_total',
    help: 'Rows that Kafka rejected and that are retried',
    registers,
  });
  const givenUp = new Counter({
    name: 'sso_link_relay_dead_rows_total',
    help: 'Rows that Kafka rejected permanently',
    registers,
  });
  new Gauge({
    name: 'sso_link_relay_stuck_rounds',
    help: 'Rounds that do not end; another runner has taken over',
    registers,
    collect() {
      this.set(stuckRounds());
    },
  });
  const rows = new Gauge({ name: 'sso_link_outbox_rows', help: 'Rows in the outbox', registers });
  const age = new Gauge({
    name: 'sso_link_outbox_oldest_age_seconds',
    help: 'Age of the oldest row',
    registers,
  });
  const dead = new Gauge({
    name: 'sso_link_outbox_dead_rows',
    help: 'Rows that were given up; they need an operator',
    registers,
  });
  const letters = new Gauge({
    name: 'sso_link_dead_letters',
    help: 'Dead letters that were not replayed, by reason',
    labelNames: ['reason'],
    registers,
  });
  const sessions = new Gauge({
    name: 'sso_link_sessions',
    help: 'Sessions: open, or ended by a refusal',
    labelNames: ['state'],
    registers,
  });
  const massChanges = new Gauge({
    name: 'sso_link_directory_mass_changes',
    help: 'Companies whose directory blocked more than 30 % and more than 10 of its people within an hour',
    registers,
  });
  const mirrored = new Gauge({
    name: 'sso_link_mirror_last_change_timestamp',
    help: 'When the newest change of the mirror was made, by input, in seconds since 1970',
    labelNames: ['input'],
    registers,
  });
  const late = new Gauge({
    name: 'sso_link_late_matches',
    help: 'Late matches that wait for a decision: people with two users',
    registers,
  });
  const pool = new Gauge({
    name: 'sso_link_database_pool',
    help: "All roles' connections to the database, as it sees them",
    labelNames: ['of', 'state'],
    registers,
  });

  // In this order, the quick ones first.
  const readAll = createReadings(database, [
    {
      everyMs: OFTEN_MS,
      async read(sql) {
        // By its index: the relay's own order.
        const [oldest] = await sql<{ age: number }[]>`
          SELECT extract(epoch FROM now() - created_at)::float AS age FROM outbox ORDER BY id LIMIT 1`;
        return () => age.set(oldest?.age ?? 0);
      },
      forget: () => age.remove(),
    },
    {
      everyMs: OFTEN_MS,
      async read(sql) {
        const found = await sql<{ reason: string; n: number }[]>`
          SELECT reason, count(*)::int AS n FROM dead_letters WHERE replayed_at IS NULL GROUP BY 1`;
        return () => {
          for (const { reason, n } of found) letters.set({ reason }, n);
        };
      },
      forget: () => letters.reset(),
    },
    {
      everyMs: OFTEN_MS,
      async read(sql) {
        const [found] = await sql<{ n: number }[]>`
          SELECT count(*)::int AS n FROM late_matches WHERE state = 'open'`;
        return () => late.set(found?.n ?? 0);
      },
      forget: () => late.remove(),
    },
    {
      everyMs: OFTEN_MS,
      async read(sql) {
        const found = await sql<{ input: string; at: number }[]>`
          SELECT input, extract(epoch FROM last_change_at)::float AS at FROM mirror_inputs`;
        return () => {
          for (const { input, at } of found) mirrored.set({ input }, at);
        };
      },
      forget: () => mirrored.reset(),
    },
    {
      everyMs: OFTEN_MS,
      async read(sql) {
        const [counts] = await sql<{ rows: number; dead: number }[]>`
          SELECT (SELECT count(*)::int FROM outbox) AS rows, (SELECT count(*)::int FROM outbox_dead) AS dead`;
        return () => {
          rows.set(counts?.rows ?? 0);
          dead.set(counts?.dead ?? 0);
        };
      },
      forget() {
        rows.remove();
        dead.remove();
      },
    },
    {
      everyMs: OFTEN_MS,
      async read(sql) {
        const found = await sql<{ name: string; state: string; n: number }[]>`
          SELECT application_name AS name, coalesce(state, 'unknown') AS state, count(*)::int AS n
          FROM pg_stat_activity
          WHERE datname = current_database() AND application_name LIKE 'sso-link %' GROUP BY 1, 2`;
        return () => {
          for (const { name, state, n } of found) pool.set({ of: name.replace('sso-link ', ''), state }, n);
        };
      },
      forget: () => pool.reset(),
    },
    {
      everyMs: RARELY_MS,
      async read(sql) {
        const found = await sql`
          SELECT FROM sso_identities WHERE directory_state IS NOT NULL
          GROUP BY company_id HAVING ${sql.unsafe(massChangeCondition)}`;
        return () => massChanges.set(found.length);
      },
      forget: () => massChanges.remove(),
    },
    {
      everyMs: RARELY_MS,
      async read(sql) {
        const found = await sql<{ state: string; n: number }[]>`
          SELECT CASE WHEN ended_as IS NULL THEN 'open' ELSE 'ended' END AS state, count(*)::int AS n
          FROM sessions WHERE expires_at > now() GROUP BY 1`;
        return () => {
          for (const { state, n } of found) sessions.set({ state }, n);
        };
      },
      forget: () => sessions.reset(),
    },
    ...more(registry),
  ]);

  return {
    registry: {
      contentType: registry.contentType,
      async metrics() {
        await readAll();
        return registry.metrics();
      },
    },
    onRound(round: Pick<Round, 'topics' | 'failures' | 'refused' | 'dead'>): void {
      for (const [topic, n] of Object.entries(round.topics)) sent.inc({ topic }, n);
      for (const failure of round.failures.values()) failures.inc({ code: codeOf(failure) ?? 'unknown' });
      retries.inc(round.refused);
      givenUp.inc(round.dead.length);
    },
    onFailure: (code: string): void => failures.inc({ code }),
  };
}
