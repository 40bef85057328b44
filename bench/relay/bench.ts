import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Database, openDatabase } from '../../src/db/client.ts';
import { ssoAuthenticated } from '../../src/events/sso-authenticated.ts';
import { type Bench, inTurn, median, ratio } from '../harness.ts';
import { startProgram, startRole } from '../support/process.ts';
import { openTopicClock } from '../support/topic-clock.ts';
import { holdLanes, seedOutbox } from './seed.ts';

const LIMIT = fileURLToPath(new URL('limit.mjs', import.meta.url));
const TOPIC = ssoAuthenticated.topic;

export const bench: Bench = {
  name: 'relay',
  about: '200 000 outbox rows to Kafka, against a bare kafkajs producer that sends them from memory',
  async run({ parts, rounds, scale, report, log }) {
    const count = scale(200_000);
    const cli = await parts.built();
    const { url, drop } = await parts.database();
    const { brokers, prefix } = await parts.topics();
    const env = { DATABASE_URL: url, KAFKA_BROKERS: brokers.join(','), KAFKA_TOPIC_PREFIX: prefix };
    const database = openDatabase(url, { name: 'bench', max: 2, statementTimeout: 0 });
    const clock = await openTopicClock(brokers, prefix + TOPIC);
    const cpu: number[] = [];
    const memory: number[] = [];

    async function ours(): Promise<number> {
      await refill(database);
      const release = await holdLanes(database);
      const relay = await startRole(cli, 'relay', env);
      const before = { held: await clock.held(), cpu: relay.cpu() };
      const started = performance.now();
      await release();
      await clock.untilHeld(before.held + count);
      await untilEmpty(database);
      const seconds = (performance.now() - started) / 1000;
      cpu.push(((relay.cpu() - before.cpu) / count) * 1e6);
      memory.push(relay.memory());
      await relay.stop();
      return count / seconds;
    }

    async function limit(): Promise<number> {
      const producer = await startProgram(LIMIT, env);
      producer.child.send('go');
      const [{ seconds }] = (await once(producer.child, 'message')) as [{ seconds: number }];
      await producer.stop();
      return count / seconds;
    }

    try {
      log(`writing ${count.toLocaleString('en-GB')} rows`);
      await makeRows(database, count);
      const measured = await inTurn(rounds, ours, limit, log);
      const more = {
        rows: count,
        cpu_microseconds_per_event: Math.round(median(cpu)),
        rss_mib: Math.round(Math.max(...memory)),
      };
      report(ratio(measured, { metric: 'ratio', unit: 'events/s', goal: { atLeast: 0.9 }, more }));
    } finally {
      await clock.close();
      await database.close();
      await drop();
    }
  },
};

/** The rows are made once; the limit reads the copy. */
async function makeRows(database: Database, count: number): Promise<void> {
  await seedOutbox(database, TOPIC, count);
  await database.sql`CREATE TABLE bench_rows AS SELECT * FROM outbox`;
  await database.sql`VACUUM ANALYZE bench_rows`;
}

async function refill({ sql }: Database): Promise<void> {
  await sql`TRUNCATE outbox`;
  await sql`INSERT INTO outbox OVERRIDING SYSTEM VALUE SELECT * FROM bench_rows ORDER BY id`;
  await sql`VACUUM ANALYZE outbox`;
  await sql`CHECKPOINT`;
}

export async function untilEmpty({ sql }: Database): Promise<void> {
  for (;;) {
    const [row] = await sql`SELECT count(*)::int AS n FROM outbox`;
    if (row?.n === 0) return;
    await delay(10);
  }
}
