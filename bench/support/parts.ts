/** What benches share: each is started when the first bench asks for it, and ended with the run. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { startKafka } from '../../dev/kafka.ts';
import { createDatabase, type Database, startPostgres } from '../../dev/postgres.ts';
import { command } from '../../dev/roles.ts';
import { migrate } from '../../src/db/migrate.ts';

export interface Parts {
  /** A real PostgreSQL, durable: fsync and synchronous_commit are on. Its URL, as its owner. */
  postgres(): Promise<string>;
  /** An empty database with the service's schema; dropped at the end of the run, or by `drop`. */
  database(): Promise<Database>;
  /** A real Apache Kafka: host:port of its one broker. */
  brokers(): Promise<string[]>;
  /** The service's topics under a new prefix. */
  topics(): Promise<{ brokers: string[]; prefix: string }>;
  /** The service as it is shipped: builds `dist/` where it is older than `src/`. Returns the path of its CLI. */
  built(): Promise<string>;
  /** The programs that we are measured against, installed once. */
  peers(): Promise<void>;
  stop(): Promise<void>;
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** As a small production server: what is measured is the service, not a checkpoint a minute. */
const SETTINGS = {
  max_connections: '200',
  shared_buffers: '1GB',
  max_wal_size: '4GB',
  shared_preload_libraries: 'pg_stat_statements',
  'pg_stat_statements.track': 'top',
};

export function startParts(log: (message: string) => void): Parts {
  const stops: (() => Promise<unknown>)[] = [];

  const postgres = onlyOnce(async () => {
    log('starting PostgreSQL');
    const server = await startPostgres({ durable: true, settings: SETTINGS });
    stops.push(server.stop);
    return server.url;
  });
  const template = onlyOnce(async () => {
    const database = await createDatabase(await postgres());
    await migrate(database.url);
    return database.name;
  });
  const brokers = onlyOnce(async () => {
    log('starting Apache Kafka');
    const cluster = await startKafka();
    stops.push(cluster.stop);
    return cluster.brokers;
  });
  return {
    postgres,
    brokers,
    database: async () => createDatabase(await postgres(), undefined, await template()),
    async topics() {
      const prefix = `bench-${randomBytes(4).toString('hex')}.`;
      const addresses = await brokers();
      await command(['topics'], {
        KAFKA_BROKERS: addresses.join(','),
        KAFKA_TOPIC_PREFIX: prefix,
        LOG_LEVEL: 'fatal',
      });
      return { brokers: addresses, prefix };
    },
    built: onlyOnce(async () => {
      const cli = `${ROOT}dist/cli.js`;
      if (!(await isFresh(cli))) {
        log('building the service');
        await run('npm', ['run', '--silent', 'build']);
      }
      return cli;
    }),
    peers: onlyOnce(async () => {
      if (existsSync(`${ROOT}bench/node_modules`)) return;
      log('installing the peers');
      await run('npm', ['ci', '--prefix', 'bench', '--no-audit', '--no-fund', '--silent']);
    }),
    async stop() {
      for (const stop of stops.splice(0).reverse()) await stop().catch((error) => log(String(error)));
    },
  };
}

/** Whether `dist/` was built since the last change of `src/`. */
async function isFresh(cli: string): Promise<boolean> {
  const built = await stat(cli).catch(() => undefined);
  if (built === undefined) return false;
  const files = await readdir(`${ROOT}src`, { recursive: true });
  const changed = await Promise.all(files.map(async (file) => (await stat(`${ROOT}src/${file}`)).mtimeMs));
  return changed.every((at) => at < built.mtimeMs);
}

function onlyOnce<T>(start: () => Promise<T>): () => Promise<T> {
  let started: Promise<T> | undefined;
  return () => (started ??= start());
}

async function run(program: string, args: string[]): Promise<void> {
  const child = spawn(program, args, { cwd: ROOT, stdio: ['ignore', 2, 2] });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}`);
}
