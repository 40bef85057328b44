import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Guard } from '../guard.ts';
import type { Runner } from './binaries.ts';

const DEADLINE = 30_000;

export interface Cluster {
  native: string;
  dataDir: string;
  who: Runner | undefined;
  guard: Guard;
}

/** Makes the empty cluster: UTF-8, ordered by code point on every machine, one user with a password. */
export async function initialize({ native, dataDir, password, who, guard }: Cluster & { password: string }) {
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

export interface Launch extends Cluster {
  folder: string;
  port: number;
  durable: boolean;
  settings: Record<string, string>;
}

/** Starts the server, and returns when it takes connections. */
export async function launch(what: Launch): Promise<ChildProcess> {
  const { native, dataDir, folder, port, who, guard } = what;
  const settings = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    max_connections: '300',
    // In the data folder: after a SIGKILL nothing stays behind in /dev/shm.
    dynamic_shared_memory_type: 'mmap',
    ...(!what.durable && { fsync: 'off', full_page_writes: 'off' }),
    ...what.settings,
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

/** Ends the server by this signal, after 10 s by SIGKILL; returns when it is gone. */
export async function terminate(server: ChildProcess, signal: NodeJS.Signals): Promise<void> {
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
