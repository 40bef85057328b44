/**
 * The seed of the fault suite: logins' events go through relay and worker, as processes over a real Kafka,
 * while both are killed with −9 again and again. Then the database and the topics are asked.
 */
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { freePorts } from '../../dev/free-port.ts';
import { startKafka } from '../../dev/kafka.ts';
import { createDatabase, startPostgres } from '../../dev/postgres.ts';
import { command, type Env, startProcess } from '../../dev/roles.ts';
import { readTopic } from '../../dev/topics.ts';
import { type Database, openDatabase } from '../../src/db/client.ts';
import { migrate } from '../../src/db/migrate.ts';
import { linkResult } from '../../src/events/link-result.ts';
import { ssoAuthenticated } from '../../src/events/sso-authenticated.ts';
import { createSealer } from '../../src/seal.ts';
import { until } from '../support/until.ts';
import { recordLogins } from './logins.ts';

export interface CrashReport {
  logins: number;
  results: number;
  /** Logins whose event or result is on no topic. */
  missing: number;
  /** Logins that have two results, in the database or by different events on the topic. */
  duplicates: number;
  /** Records that were sent again: a consumer tells them by `ce_id`. */
  resent: number;
  left: number;
  outcomes: Record<string, number>;
  kills: { relay: number; worker: number };
  seconds: number;
}

/** @param options.kills how often each is killed with −9, spread over the run */
export async function crash(options: {
  logins: number;
  kills: { relay: number; worker: number };
  tell?: (line: string) => void;
}): Promise<CrashReport> {
  const { logins, kills, tell = () => {} } = options;
  const postgres = await startPostgres();
  const kafka = await startKafka();
  const { url, drop } = await createDatabase(postgres.url);
  await migrate(url);
  const database = openDatabase(url, { name: 'crash test', max: 8 });
  const [relayPort, workerPort] = await freePorts(2);
  const prefix = `crash-${randomBytes(4).toString('hex')}.`;
  const env: Env = {
    DATABASE_URL: url,
    KAFKA_BROKERS: kafka.brokers.join(','),
    KAFKA_TOPIC_PREFIX: prefix,
    LOG_LEVEL: 'fatal',
    METRICS_PORT: '0',
  };
  const relay = mortal('relay', { ...env, PORT: String(relayPort) });
  const worker = mortal('worker', { ...env, PORT: String(workerPort) });
  const started = performance.now();
  try {
    await command(['topics'], env);
    await recordLogins(database, createSealer([randomBytes(32)]), logins);
    tell(`${logins} logins are recorded`);
    relay.start();
    worker.start();

    const results = async () => Number((await database.sql`SELECT count(*) AS n FROM link_results`)[0]?.n);
    const sent = async () => logins - (await waiting(database, ssoAuthenticated.topic));
    await Promise.all([
      killAlong(relay, kills.relay, logins, sent, tell),
      killAlong(worker, kills.worker, logins, results, tell),
    ]);
    // Half a minute each for a group to notice a dead member: the session's time-out.
    const patience = 60_000 + 45_000 * (1 + kills.worker);
    await until(async () => (await results()) === logins && (await waiting(database)) === 0, patience);
    return await examine(database, kafka.brokers, prefix, {
      logins,
      kills,
      seconds: Math.round((performance.now() - started) / 1000),
    });
  } finally {
    await Promise.all([relay.kill(), worker.kill()]);
    await database.close();
    await drop();
    await kafka.stop();
    await postgres.stop();
  }
}

/** A process that is killed and started again. */
function mortal(role: string, env: Env) {
  let child: ChildProcess | undefined;
  return {
    role,
    start() {
      child = startProcess([role], env);
    },
    async kill() {
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}

/** Kills it each time that another share of the work is done, and starts it again. */
async function killAlong(
  victim: ReturnType<typeof mortal>,
  kills: number,
  all: number,
  done: () => Promise<number>,
  tell: (line: string) => void,
): Promise<void> {
  for (let kill = 1; kill <= kills; kill += 1) {
    const share = Math.floor((all * kill) / (kills + 2));
    await until(async () => (await done()) >= share, 120_000);
    await victim.kill();
    tell(`${victim.role} killed at ${await done()} of ${all}`);
    victim.start();
  }
}

async function waiting({ sql }: Database, topic?: string): Promise<number> {
  const [row] = await sql`SELECT count(*) AS n FROM outbox WHERE topic = ${topic ?? sql`topic`}`;
  return Number(row?.n);
}

async function examine(
  database: Database,
  brokers: string[],
  prefix: string,
  run: Pick<CrashReport, 'logins' | 'kills' | 'seconds'>,
): Promise<CrashReport> {
  const { sql } = database;
  const recorded = (await sql<{ id: string }[]>`SELECT id FROM logins`).map((row) => row.id);
  const outcomes = await sql<{ outcome: string; n: number }[]>`
    SELECT outcome, count(*)::int AS n FROM link_results GROUP BY outcome ORDER BY outcome`;
  const logins = await readTopic(brokers, prefix + ssoAuthenticated.topic);
  const results = await readTopic(brokers, prefix + linkResult.topic);

  const told = new Set(logins.map((r) => r.headers.ce_id));
  const eventsOfLogin = new Map<string, Set<string>>();
  for (const record of results) {
    const { login_id: login } = linkResult.parse(record.value);
    const ids = eventsOfLogin.get(login) ?? new Set();
    eventsOfLogin.set(login, ids.add(record.headers.ce_id ?? ''));
  }
  const distinct = [...eventsOfLogin.values()].reduce((sum, ids) => sum + ids.size, 0);
  return {
    ...run,
    results: outcomes.reduce((sum, { n }) => sum + n, 0),
    missing: recorded.filter((id) => !told.has(id) || !eventsOfLogin.has(id)).length,
    duplicates: distinct - eventsOfLogin.size,
    resent: logins.length - told.size + results.length - distinct,
    left: await waiting(database),
    outcomes: Object.fromEntries(outcomes.map(({ outcome, n }) => [outcome, n])),
  };
}
