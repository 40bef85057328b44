import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../../../dev/free-port.ts';
import { runner } from '../../../dev/postgres/binaries.ts';
import { until } from '../until.ts';

/** Whether PgBouncer is installed, and else why a test skips. */
export async function pgbouncerAvailable(): Promise<
  { available: true } | { available: false; reason: string }
> {
  return promisify(execFile)('pgbouncer', ['--version']).then(
    () => ({ available: true as const }),
    () => ({ available: false as const, reason: 'PgBouncer is not installed' }),
  );
}

/**
 * PgBouncer in front of a PostgreSQL, on a free loopback port.
 * @param options.settings of pgbouncer.ini
 * @returns the URL through it
 */
export async function startPgBouncer(
  url: string,
  options: { mode: 'session' | 'transaction'; settings?: Record<string, string> },
): Promise<{ url: string; stop(): Promise<void> }> {
  const target = new URL(url);
  const who = await runner();
  const folder = await mkdtemp(join(tmpdir(), 'sso-link-pgbouncer-'));
  await chmod(folder, 0o755);
  const port = await freePort();
  const settings = {
    listen_addr: '127.0.0.1',
    listen_port: String(port),
    unix_socket_dir: '',
    auth_type: 'scram-sha-256',
    auth_file: join(folder, 'users'),
    pool_mode: options.mode,
    default_pool_size: '5',
    ...options.settings,
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`);
  await writeFile(
    join(folder, 'pgbouncer.ini'),
    `[databases]\n* = host=${target.hostname} port=${target.port}\n[pgbouncer]\n${lines.join('\n')}\n`,
  );
  await writeFile(join(folder, 'users'), `"${target.username}" "${decodeURIComponent(target.password)}"\n`);
  for (const file of ['pgbouncer.ini', 'users']) {
    if (who) await chown(join(folder, file), who.uid, who.gid);
  }
  const child = spawn('pgbouncer', [join(folder, 'pgbouncer.ini')], { stdio: 'ignore', ...who });
  const gone = once(child, 'exit');
  target.port = String(port);
  const answers = () =>
    new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy();
        resolve(true);
      }).on('error', () => resolve(false));
    });
  await until(answers);
  return {
    url: target.href,
    async stop() {
      child.kill('SIGKILL');
      await gone;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
