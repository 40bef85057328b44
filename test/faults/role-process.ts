import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { freePort } from '../../dev/free-port.ts';
import { type Cli, type Env, SOURCES } from '../../dev/roles.ts';
import { until } from '../support/until.ts';

export type RoleName = 'server' | 'relay' | 'worker';

export interface RoleProcess {
  name: RoleName;
  port: number;
  /** SIGTERM, and how it ended: its exit code (or the signal that it died of) and after how long, in ms. */
  stop(): Promise<{ exit: number | NodeJS.Signals | null; took: number }>;
  kill(): Promise<void>;
}

/**
 * Starts a role as a process and waits until it says that it is ready.
 * @param options.port its own where none is given
 * @param options.onLog each line of its log
 */
export async function startRole(
  name: RoleName,
  env: Env,
  options: { port?: number; cli?: Cli; onLog?: (line: string) => void } = {},
): Promise<RoleProcess> {
  const { port = await freePort(), cli = SOURCES, onLog = () => {} } = options;
  const child = spawn(process.execPath, [...cli, name], {
    env: { ...process.env, ...env, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  createInterface(child.stdout).on('line', onLog);
  const gone = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  const end = async (signal: NodeJS.Signals) => {
    const started = performance.now();
    child.kill(signal);
    const [code, diedOf] = await gone;
    return { exit: code ?? diedOf, took: performance.now() - started };
  };
  await until(async () => {
    if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}`);
    return (await fetch(`http://localhost:${port}/readyz`).catch(() => undefined))?.ok ?? false;
  }, 60_000);
  return {
    name,
    port,
    stop: () => end('SIGTERM'),
    async kill() {
      if (child.exitCode === null && child.signalCode === null) await end('SIGKILL');
    },
  };
}
