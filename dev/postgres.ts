import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { startGuard } from './guard.ts';
import { binaries, type Runner, reachable, runner } from './postgres/binaries.ts';
import { initialize, launch, terminate } from './postgres/server.ts';

export { createDatabase, type Database } from './postgres/database.ts';

export interface PostgresOptions {
  /** false for quick tests: no fsync. Survives `kill`, not a machine's end. True by default, as for real. */
  durable?: boolean;
  /** Server settings, as in postgresql.conf. */
  settings?: Record<string, string>;
  /** Starts one even where TEST_DATABASE_URL is set: a test that kills it needs its own. */
  own?: boolean;
}

export interface Postgres {
  url: string;
  /** True where TEST_DATABASE_URL names it: nothing was started, and `stop` leaves it alone. */
  external: boolean;
  readonly pid: number | undefined;
  dataDir: string | undefined;
  /** Ends it in order and removes its data. */
  stop(): Promise<void>;
  /** SIGKILL, as a machine that dies: the data stays, `restart` recovers it. */
  kill(): Promise<void>;
  /** Ends it where it still runs, and starts it on the same data and port. */
  restart(): Promise<void>;
}

/**
 * Starts a real PostgreSQL on a free loopback port, its data in a temporary folder. It ends with this
 * process, however that ends. Where TEST_DATABASE_URL is set, that database is used instead.
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<Postgres> {
  const given = process.env.TEST_DATABASE_URL;
  return given && !options.own ? external(given) : embedded(options);
}

async function embedded({ durable = true, settings = {} }: PostgresOptions): Promise<Postgres> {
  const who = await runner();
  const folder = await temporaryFolder(who);
  const guard = startGuard(folder, 'QUIT');
  try {
    const native = await binaries(folder, who);
    const password = randomBytes(12).toString('hex');
    const dataDir = join(folder, 'data');
    await initialize({ native, dataDir, password, who, guard });

    const port = await freePort();
    let server: ChildProcess | undefined;

    const start = async () => {
      server = await launch({ native, dataDir, folder, port, who, guard, durable, settings });
    };
    const end = async (signal: NodeJS.Signals) => {
      if (server) await terminate(server, signal);
      server = undefined;
    };

    await start();
    return {
      url: `postgres://sso:${password}@127.0.0.1:${port}/postgres`,
      external: false,
      get pid() {
        return server?.pid;
      },
      dataDir,
      async stop() {
        await end('SIGINT');
        await guard.release();
      },
      kill: () => end('SIGKILL'),
      async restart() {
        await end('SIGINT');
        await start();
      },
    };
  } catch (error) {
    await guard.release();
    throw error;
  }
}

function external(url: string): Postgres {
  const refuse = async () => {
    throw new Error('TEST_DATABASE_URL names a database that is not ours to kill');
  };
  return {
    url,
    external: true,
    pid: undefined,
    dataDir: undefined,
    stop: async () => {},
    kill: refuse,
    restart: refuse,
  };
}

/** A folder that PostgreSQL's user reaches: TMPDIR may lie in a home that is closed to others. */
async function temporaryFolder(who: Runner | undefined): Promise<string> {
  const base = (await reachable(tmpdir(), who)) ? tmpdir() : '/tmp';
  const folder = await mkdtemp(join(base, 'sso-link-postgres-'));
  if (who) await chown(folder, who.uid, who.gid);
  return folder;
}
