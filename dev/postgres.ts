import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chown, mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import postgres from 'postgres';
import { freePort } from './free-port.ts';
import { type Guard, startGuard } from './guard.ts';
import { binaries, type Runner, reachable, runner } from './postgres/binaries.ts';

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

const DEADLINE = 30_000;

/**
 * Starts a real PostgreSQL on a free loopback port, its data in a temporary folder. It ends with this
 * process, however that ends. Where TEST_DATABASE_URL is set, that database is used instead.
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<Postgres> {
  const given = process.env.TEST_DATABASE_URL;
  return given && !options.own ? external(given) : embedded(options);
}

async function embedded(options: PostgresOptions): Promise<Postgres> {
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
      server = await launch({ native, dataDir, folder, port, who, guard, options });
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

interface Cluster {
  native: string;
  dataDir: string;
  who: Runner | undefined;
  guard: Guard;
}

async function initialize({ native, dataDir, password, who, guard }: Cluster & { password: string }) {
  const passwordFile = join(dataDir, '..', 'password');
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (who) await chown(passwordFile, who.uid, who.gid);
  await mkdir(dataDir, { mode: 0o700 });
  if (who) await chown(dataDir, who.uid, who.gid);
  const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  const login = ['--username=sso', '--auth=scram-sha-256', `--pwfile=${passwordFile}`];
  // --no-sync: a machine that dies during this second has no data to lose yet.
  const initdb = promisify(execFile)(
    join(native, 'bin', 'initdb'),
    [`--pgdata=${dataDir}`, '--no-sync', '--no-instructions', ...locale, ...login],
    { cwd: dataDir, env: environment(native), ...who },
  );
  guard.watch(initdb.child);
  await initdb;
  await rm(passwordFile);
}

interface Launch extends Cluster {
  folder: string;
  port: number;
  options: PostgresOptions;
}

async function launch(what: Launch): Promise<ChildProcess> {
  const { native, dataDir, folder, port, who, guard, options } = what;
  const settings = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    max_connections: '300',
    // In the data folder: after a SIGKILL nothing stays behind in /dev/shm.
    dynamic_shared_memory_type: 'mmap',
    ...(options.durable === false && { fsync: 'off', full_page_writes: 'off' }),
    ...options.settings,
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const logFile = join(folder, 'log');
  const deadline = Date.now() + DEADLINE;
  while (true) {
    const log = await open(logFile, 'w');
    // Detached, so that Ctrl-C in a terminal leaves the order of ending to us.
    const server = spawn(join(native, 'bin', 'postgres'), ['-D', dataDir, ...flags], {
      cwd: dataDir,
      env: environment(native),
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
      ...who,
    });
    server.on('error', () => {});
    guard.watch(server);
    await log.close();
    server.unref();
    if (await ready(server, dataDir, deadline)) return server;
    const said = await readFile(logFile, 'utf8');
    // After a SIGKILL, backends in the middle of a statement hold the old shared memory for a moment.
    const retry = said.includes('is still in use') && Date.now() < deadline;
    if (!retry) {
      await terminate(server, 'SIGKILL');
      throw new Error(`PostgreSQL did not start: ${said.trim()}`);
    }
    await delay(50);
  }
}

/** PostgreSQL writes its state into postmaster.pid; pg_ctl waits for the same line. */
async function ready(server: ChildProcess, dataDir: string, deadline: number): Promise<boolean> {
  const file = join(dataDir, 'postmaster.pid');
  while (Date.now() < deadline && server.exitCode === null && server.signalCode === null) {
    const lines = (await readFile(file, 'utf8').catch(() => '')).split('\n');
    if (lines[0] === String(server.pid) && lines[7]?.trim() === 'ready') return true;
    await delay(10);
  }
  return false;
}

async function terminate(server: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (server.pid === undefined || server.exitCode !== null || server.signalCode !== null) return;
  server.ref();
  const ended = once(server, 'exit');
  server.kill(signal);
  const timer = setTimeout(() => server.kill('SIGKILL'), 10_000);
  await ended;
  clearTimeout(timer);
}

/** No PG* variable of the person who runs this may reach the server. */
function environment(native: string): NodeJS.ProcessEnv {
  const libraries = join(native, 'lib');
  return { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC', LD_LIBRARY_PATH: libraries };
}

export interface Database {
  url: string;
  name: string;
  drop(): Promise<void>;
}

/**
 * Creates a fresh database on the server that `url` names, for one test file.
 *
 * @param name random where none is given
 * @param template a database to copy, such as one already migrated
 */
export async function createDatabase(url: string, name?: string, template?: string): Promise<Database> {
  const fresh = name ?? `test_${randomBytes(6).toString('hex')}`;
  const run = async (statement: (sql: postgres.Sql) => Promise<unknown>) => {
    const sql = postgres(url, { max: 1, onnotice: () => {} });
    try {
      await statement(sql);
    } finally {
      await sql.end({ timeout: 5 });
    }
  };
  await run((sql) => sql`CREATE DATABASE ${sql(fresh)} TEMPLATE ${sql(template ?? 'template1')}`);
  const address = new URL(url);
  address.pathname = `/${encodeURIComponent(fresh)}`;
  return {
    url: address.href,
    name: fresh,
    drop: () => run((sql) => sql`DROP DATABASE IF EXISTS ${sql(fresh)} WITH (FORCE)`),
  };
}
