/** The roles, as the demo runs them: in this process on the in-process stream, or as processes. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { readConfig } from '../src/config.ts';
import type { Stream } from '../src/kafka/records.ts';
import { createLogger } from '../src/observability/log.ts';
import { API_CONFIG, startApi } from '../src/roles/api.ts';
import { RELAY_CONFIG, startRelay } from '../src/roles/relay.ts';
import { stopAll } from '../src/roles/run-role.ts';
import { SERVER_CONFIG, startServer } from '../src/roles/server.ts';
import { startWorker, WORKER_CONFIG } from '../src/roles/worker.ts';
import { freePorts } from './free-port.ts';

export type Env = Record<string, string>;

const ROLES = ['server', 'relay', 'worker'] as const;
/** How Node runs the commands: from the sources, or from a build. */
export type Cli = string[];
export const SOURCES: Cli = ['--import', 'tsx', fileURLToPath(new URL('../src/cli.ts', import.meta.url))];

export interface Roles {
  stop(): Promise<void>;
}

export type Role = (typeof ROLES)[number];

export interface RoleProcesses extends Roles {
  urls: Record<Role, string>;
  /** What Prometheus scrapes of each. */
  metrics: Record<Role, string>;
}

/** All in this process. */
export async function startRolesInProcess(env: Env, stream: Stream): Promise<Roles & { apiUrl: string }> {
  const log = (role: string) => createLogger({ level: env.LOG_LEVEL ?? 'info', role });
  // Read, and never asked: the stream is the one that was given.
  const quiet = { ...env, PORT: '0', KAFKA_BROKERS: 'in-process:0' };
  const api = await startApi({
    config: readConfig({ API_PORT: '0', ...env }, API_CONFIG, 'api'),
    log: log('api'),
  });
  const started = [
    api,
    await startRelay({ config: readConfig(quiet, RELAY_CONFIG, 'relay'), log: log('relay'), stream }),
    await startWorker({ config: readConfig(quiet, WORKER_CONFIG, 'worker'), log: log('worker'), stream }),
    await startServer({ config: readConfig(env, SERVER_CONFIG), log: log('server') }),
  ];
  return { apiUrl: api.address, stop: () => stopAll(...started.reverse().map((role) => role.stop)) };
}

/** Each in a process of its own, as in production. Ready when each says so. */
export async function rolesAsProcesses(env: Env): Promise<RoleProcesses> {
  const [relay = 0, worker = 0, ...metricsPorts] = await freePorts(5);
  const ports = { server: Number(env.PORT), relay, worker };
  const children = ROLES.map((role, i) =>
    startProcess([role], { ...env, PORT: String(ports[role]), METRICS_PORT: String(metricsPorts[i]) }),
  );
  const stop = async () => {
    await Promise.all(children.map(endProcess));
  };
  const urls = byRole((role) => `http://localhost:${ports[role]}`);
  const metrics = byRole((_, i) => `http://localhost:${metricsPorts[i]}/metrics`);
  try {
    await Promise.all(ROLES.map((role, i) => ready(`${urls[role]}/readyz`, children[i] as ChildProcess)));
  } catch (error) {
    await stop();
    throw error;
  }
  return { stop, urls, metrics };
}

/** Runs one of the operator's commands to its end. */
export async function command(args: string[], env: Env, input = '', cli = SOURCES): Promise<string> {
  const child = spawn(process.execPath, [...cli, ...args], {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(input);
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`sso-link ${args.join(' ')} ended with ${code}`);
  return output;
}

export function startProcess(args: string[], env: Env): ChildProcess {
  return spawn(process.execPath, [...SOURCES, ...args], {
    env: { ...process.env, ...env },
    // Logs go to standard error: standard output is the demo's.
    stdio: ['ignore', 2, 2],
  });
}

function byRole(of: (role: Role, i: number) => string): Record<Role, string> {
  return Object.fromEntries(ROLES.map((role, i) => [role, of(role, i)])) as Record<Role, string>;
}

async function ready(url: string, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`${child.spawnargs.at(-1)} ended with ${child.exitCode}`);
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return;
    await delay(100);
  }
  throw new Error(`${url} did not say that it is ready`);
}

async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}
