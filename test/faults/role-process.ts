import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { freePort } from '../../dev/free-port.ts';
import { startGuard } from '../../dev/guard.ts';
import { type Cli, type Env, SOURCES } from '../../dev/roles.ts';
import { until } from '../support/until.ts';

export type RoleName = 'server' | 'relay' | 'worker';

export interface RoleProcess {
  name: RoleName;
  port: number;
  pid: number;
  /** How it ended, by itself or not: its exit code, or the signal that it died of. */
  gone: Promise<number | NodeJS.Signals | null>;
  /** Waits until it says that it is ready. Rejects when it ends before. @param within milliseconds */
  ready(within?: number): Promise<void>;
  /** SIGTERM, and how it ended: its exit code (or the signal that it died of) and after how long, in ms. */
  stop(): Promise<{ exit: number | NodeJS.Signals | null; took: number }>;
  kill(): Promise<void>;
}

interface RoleOptions {
  /** Its own where none is given. */
  port?: number;
  cli?: Cli;
  /** Each line of its log. */
  onLog?: (line: string) => void;
}

/** Whether a signal ended it before the role had begun, so that there was nothing to finish: by Node's default, or by ours. */
export const hadNotBegun = (exit: number | string | null): boolean => exit === 'SIGTERM' || exit === 143;

/** Starts a role as a process and waits until it says that it is ready. */
export async function startRole(name: RoleName, env: Env, options: RoleOptions = {}): Promise<RoleProcess> {
  const role = await spawnRole(name, env, options);
  await role.ready();
  return role;
}

/** Ends what is left when this process ends, a time-out of its own included: an orphan would keep the run waiting. */
let guard: ReturnType<typeof startGuard> | undefined;

/** Starts a role as a process. */
export async function spawnRole(name: RoleName, env: Env, options: RoleOptions = {}): Promise<RoleProcess> {
  const { port = await freePort(), cli = SOURCES, onLog = () => {} } = options;
  const child = spawn(process.execPath, [...cli, name], {
    env: { ...process.env, ...env, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  guard ??= startGuard('', 'KILL');
  guard.watch(child);
  createInterface(child.stdout).on('line', onLog);
  const gone = once(child, 'exit').then(
    ([code, diedOf]) => (code ?? diedOf) as number | NodeJS.Signals | null,
  );
  const end = async (signal: NodeJS.Signals) => {
    const started = performance.now();
    child.kill(signal);
    const exit = await gone;
    return { exit, took: performance.now() - started };
  };
  return {
    name,
    port,
    pid: child.pid ?? 0,
    gone,
    ready: (within = 60_000) =>
      until(async () => {
        if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}`);
        return (await fetch(`http://localhost:${port}/readyz`).catch(() => undefined))?.ok ?? false;
      }, within),
    stop: () => end('SIGTERM'),
    async kill() {
      if (child.exitCode === null && child.signalCode === null) await end('SIGKILL');
    },
  };
}
