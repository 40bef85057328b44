/** What is measured runs in a process of its own, as in production: the built service, or a limit's program. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../../dev/free-port.ts';

export interface Measured {
  child: ChildProcess;
  /** Of a role: where it answers `/livez` and `/readyz`. */
  url?: string;
  /** CPU seconds since its start (/proc/PID/stat). */
  cpu(): number;
  /** Resident memory in MiB (/proc/PID/status). */
  memory(): number;
  /** SIGTERM, and waits for its end. */
  stop(): Promise<void>;
}

const READY_MS = 60_000;
/** Linux: clock ticks a second. */
const TICKS = 100;

/**
 * Starts a role (`server`, `relay`, `worker`) of the built service. Resolves when it is ready.
 * BENCH_CPU_PROFILES names a folder for the profile of each (`node --cpu-prof`).
 * @param cli from `parts.built()`
 */
export async function startRole(cli: string, role: string, env: Record<string, string>): Promise<Measured> {
  const port = env.PORT ?? String(await freePort());
  const child = launch([cli, role], {
    METRICS_PORT: '0',
    LOG_LEVEL: 'error',
    NODE_ENV: 'production',
    ...env,
    PORT: port,
  });
  const url = `http://127.0.0.1:${port}`;
  await untilReady(child, url);
  return { ...measured(child), url };
}

/** Asks `/readyz` until it says yes. Every 10 ms, which is the precision of a start. */
export async function untilReady(child: ChildProcess, url: string): Promise<void> {
  for (const deadline = Date.now() + READY_MS; ; await delay(10)) {
    if (child.exitCode !== null) throw new Error(`${child.spawnargs.at(-1)} ended with ${child.exitCode}`);
    const answer = await fetch(`${url}/readyz`).catch(() => undefined);
    await answer?.arrayBuffer();
    if (answer?.ok) return;
    if (Date.now() > deadline) {
      child.kill();
      throw new Error(`${child.spawnargs.at(-1)} is not ready after ${READY_MS} ms`);
    }
  }
}

/**
 * Starts a program that says `process.send('ready')` when it is: plain node for what is measured (`.mjs`), tsx
 * for what only helps (`.ts`).
 * @param onReady gets what it says instead of `ready`
 */
export async function startProgram(
  file: string,
  env: Record<string, string>,
  onReady: (said: unknown) => void = () => {},
): Promise<Measured> {
  const child = launch(file.endsWith('.ts') ? ['--import', 'tsx', file] : [file], env);
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`${file} ended with ${code}`);
  });
  ended.catch(() => {});
  const [said] = await Promise.race([once(child, 'message'), ended]);
  onReady(said);
  return measured(child);
}

function launch(args: string[], env: Record<string, string>): ChildProcess {
  const profiles = process.env.BENCH_CPU_PROFILES;
  const profiling = profiles ? ['--cpu-prof', `--cpu-prof-dir=${profiles}`] : [];
  const child = spawn(process.execPath, [...profiling, ...args], {
    env: { ...process.env, ...env },
    // A role that logs as it does in production is measured with it, and read by nobody.
    stdio: ['ignore', env.LOG_LEVEL === 'info' ? 'ignore' : 2, 2, 'ipc'],
  });
  const end = () => child.kill('SIGKILL');
  process.once('exit', end);
  child.once('exit', () => process.off('exit', end));
  return child;
}

function measured(child: ChildProcess): Measured {
  const { pid } = child;
  return {
    child,
    cpu() {
      // proc_pid_stat(5): fields 14 and 15, after the command's name in brackets.
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
      return (Number(fields[11]) + Number(fields[12])) / TICKS;
    },
    memory() {
      const kib = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
      return Number(kib) / 1024;
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
    },
  };
}
