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
import { openDatabase } from '../../src/db/client.ts';
import { migrate } from '../../src/db/migrate.ts';
import { ssoAuthenticated } from '../../src/events/sso-authenticated.ts';
import { createSealer } from '../../src/seal.ts';
import { until } from '../support/until.ts';
import { decided, examine, type Findings, waiting } from './examine.ts';
import { recordLogins } from './logins.ts';

export interface CrashReport extends Findings {
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

    const results = () => decided(database);
    const sent = async () => logins - (await waiting(database, ssoAuthenticated.topic));
    await Promise.all([
      killAlong(relay, kills.relay, logins, sent, tell),
      killAlong(worker, kills.worker, logins, results, tell),
    ]);
    // Half a minute each for a group to notice a dead member: the session's time-out.
    const patience = 60_000 + 45_000 * (1 + kills.worker);
    await until(async () => (await results()) === logins && (await waiting(database)) === 0, patience);
    const findings = await examine(database, kafka.brokers, prefix);
    return { ...findings, kills, seconds: Math.round((performance.now() - started) / 1000) };
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
