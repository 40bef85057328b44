/** A database with so many people, and topics that are fed with their logins: what the worker is measured on. */
import { Kafka, logLevel, Partitioners } from 'kafkajs';
import { type Database, openDatabase } from '../../src/db/client.ts';
import { ssoAuthenticated } from '../../src/events/sso-authenticated.ts';
import { LINKING_GROUP } from '../../src/events/topics.ts';
import { createSocketFactory } from '../../src/kafka/kafkajs-patches.ts';
import type { Parts } from '../support/parts.ts';
import { openPostgresCpu } from '../support/postgres-cpu.ts';
import { startRole } from '../support/process.ts';
import { openTopicClock } from '../support/topic-clock.ts';
import { type LoginRecord, loginRecords, seedAccounts, seedCompanies, seedLogins } from '../support/world.ts';

export interface World {
  people: number;
  url: string;
  database: Database;
  /** Seeds so many new logins. Returns their events. */
  logins(count: number): Promise<LoginRecord[]>;
  /** Forgets every login and what came of it: the next `logins` are the first ones again. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

/** @param people who have a social account each */
export async function buildWorld(
  parts: Parts,
  people: number,
  log: (message: string) => void,
): Promise<World> {
  log(`seeding ${people.toLocaleString('en-GB')} social accounts`);
  const { url, drop } = await parts.database();
  const database = openDatabase(url, { name: 'bench', max: 2, statementTimeout: 0 });
  await seedCompanies(database);
  await seedAccounts(database, people);
  await database.sql`VACUUM ANALYZE`;
  let from = 0;
  return {
    people,
    url,
    database,
    async logins(count) {
      await seedLogins(database, { from, count, people });
      const records = await loginRecords(database, { from, count });
      from += count;
      await database.sql`ANALYZE logins, sso_identities`;
      await database.sql`CHECKPOINT`;
      return records;
    },
    async reset() {
      const { sql } = database;
      from = 0;
      await sql`TRUNCATE sso_identities, logins, link_results, sessions, outbox`;
      await sql`DELETE FROM users WHERE id NOT LIKE 'user-%' AND id NOT LIKE 'second-%'`;
      await sql`UPDATE users SET company_id = NULL, company_set_by = NULL WHERE company_id IS NOT NULL`;
      await sql`VACUUM users`;
    },
    async close() {
      await database.close();
      await drop();
    },
  };
}

/** Topics of their own, that are filled while nobody consumes them. */
export async function openFeed(parts: Parts) {
  const { brokers, prefix } = await parts.topics();
  const topic = prefix + ssoAuthenticated.topic;
  const clock = await openTopicClock(brokers, topic);
  const kafka = new Kafka({
    clientId: 'bench',
    brokers,
    socketFactory: createSocketFactory(() => undefined),
    logLevel: logLevel.ERROR,
  });
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  let total = 0;
  return {
    env: { KAFKA_BROKERS: brokers.join(','), KAFKA_TOPIC_PREFIX: prefix },
    async fill(records: LoginRecord[]) {
      for (let from = 0; from < records.length; from += 5_000) {
        await producer.send({ topic, messages: records.slice(from, from + 5_000) });
      }
      total += records.length;
    },
    /** When the group (without its prefix) has committed all that there is. */
    untilConsumed: (group: string) => clock.untilCommitted(prefix + group, total),
    async close() {
      await producer.disconnect();
      await clock.close();
    },
  };
}

export type Feed = Awaited<ReturnType<typeof openFeed>>;

export interface Run {
  /** Events a second, from membership of the group to the last committed offset. */
  rate: number;
  /** Of the worker, per event. */
  cpuMicroseconds: number;
  /** Of all processes of PostgreSQL, per event. */
  postgresMicroseconds: number;
  /** Resident, at the end. */
  memory: number;
}

/** The worker role takes what the feed holds. */
export async function runWorker(cli: string, world: World, feed: Feed, count: number): Promise<Run> {
  const worker = await startRole(cli, 'worker', { DATABASE_URL: world.url, ...feed.env });
  const postgresCpu = await openPostgresCpu(world.database);
  const [cpu, postgresBefore] = [worker.cpu(), postgresCpu()];
  const started = performance.now();
  await feed.untilConsumed(LINKING_GROUP);
  const seconds = (performance.now() - started) / 1000;
  const run = {
    rate: count / seconds,
    cpuMicroseconds: ((worker.cpu() - cpu) / count) * 1e6,
    postgresMicroseconds: ((postgresCpu() - postgresBefore) / count) * 1e6,
    memory: worker.memory(),
  };
  await worker.stop();
  return run;
}

/** How the logins of this world were decided. */
export async function outcomesOf({ database: { sql } }: World): Promise<Record<string, number>> {
  const rows = await sql<{ outcome: string; n: number }[]>`
    SELECT outcome || coalesce(' (' || reason || ')', '') AS outcome, count(*)::int AS n
    FROM link_results GROUP BY 1 ORDER BY 2 DESC`;
  return Object.fromEntries(rows.map(({ outcome, n }) => [outcome, n]));
}
