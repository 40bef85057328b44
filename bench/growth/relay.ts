import { type Database, openDatabase } from '../../src/db/client.ts';
import { ssoAuthenticated } from '../../src/events/sso-authenticated.ts';
import type { BenchContext } from '../harness.ts';
import { holdLanes, seedOutbox } from '../relay/seed.ts';
import { startRole } from '../support/process.ts';
import { openTopicClock } from '../support/topic-clock.ts';
import { reportGrowth, type Size } from './report.ts';

/** Measured of each backlog, and filled up again before the next round; a smaller backlog goes out whole. */
const SENT = 50_000;
const TOPIC = ssoAuthenticated.topic;

/** The relay at so large a backlog: how quickly it sends the oldest rows of it. */
export async function growRelay(context: BenchContext, sizes: number[]): Promise<void> {
  const { parts, rounds, scale, log } = context;
  const cli = await parts.built();
  const { brokers, prefix } = await parts.topics();
  const clock = await openTopicClock(brokers, prefix + TOPIC);
  const backlogs: { database: Database; url: string; drop(): Promise<void>; measured: Size }[] = [];
  try {
    for (const size of sizes) {
      const { url, drop } = await parts.database();
      const database = openDatabase(url, { name: 'bench', max: 2, statementTimeout: 0 });
      backlogs.push({ database, url, drop, measured: { size, rates: [], memory: [] } });
    }
    for (let round = 0; round < rounds; round += 1) {
      for (const { database, url, measured } of backlogs) {
        const count = Math.min(measured.size, scale(SENT));
        await fillUp(database, measured.size);
        const release = await holdLanes(database);
        const relay = await startRole(cli, 'relay', {
          DATABASE_URL: url,
          KAFKA_BROKERS: brokers.join(','),
          KAFKA_TOPIC_PREFIX: prefix,
        });
        const before = await clock.held();
        const started = performance.now();
        await release();
        await clock.untilHeld(before + count);
        const rate = ((await clock.held()) - before) / ((performance.now() - started) / 1000);
        measured.rates.push(rate);
        measured.memory.push(relay.memory());
        await relay.stop();
        log(`round ${round + 1}: a backlog of ${measured.size}, ${Math.round(rate)} events/s`);
      }
    }
    const measured = backlogs.map((backlog) => backlog.measured);
    reportGrowth(context, 'relay by backlog', 'events/s', measured);
  } finally {
    await clock.close();
    for (const { database, drop } of backlogs) {
      await database.close();
      await drop();
    }
  }
}

async function fillUp(database: Database, size: number): Promise<void> {
  const [row] = await database.sql`SELECT count(*)::int AS n FROM outbox`;
  await seedOutbox(database, TOPIC, size - Number(row?.n));
  await database.sql`VACUUM ANALYZE outbox`;
  await database.sql`CHECKPOINT`;
}
