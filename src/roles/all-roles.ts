import type { RoleName } from '../config.ts';
import { type RunningRole, stopAll } from './run-role.ts';

type Env = Record<string, string | undefined>;

/** Every role, in the order of their start: what is signed in finds its relay and its worker there. */
export const ROLE_ORDER = ['relay', 'worker', 'server', 'api'] as const satisfies RoleName[];

/**
 * The environment of one role of several in a process. A port that is set is the server's; the relay takes the
 * next one and the worker the one after it. The API has a port of its own, API_PORT, and the METRICS_PORT after theirs.
 */
export function envOfRole(env: Env, role: (typeof ROLE_ORDER)[number]): Env {
  const offset = { server: 0, relay: 1, worker: 2, api: 3 }[role];
  const next = (name: 'PORT' | 'METRICS_PORT') => {
    const port = env[name]?.trim();
    return port && /^[1-9]\d*$/.test(port) ? { [name]: String(Number(port) + offset) } : {};
  };
  return { ...env, ...next('PORT'), ...next('METRICS_PORT') };
}

/**
 * Starts the roles one after the other and stops them in the opposite order: first no new sign-ins, then no new
 * decisions, then the relay. When one cannot start, the others are stopped; when one fails, all have failed.
 */
export async function startRoles(starts: (() => Promise<RunningRole>)[]): Promise<RunningRole> {
  const started: RunningRole[] = [];
  const stop = () => stopAll(...started.map((role) => role.stop).reverse());
  try {
    for (const start of starts) started.push(await start());
  } catch (error) {
    await stop().catch(() => {});
    throw error;
  }
  return { stop, failed: Promise.race(started.flatMap(({ failed }) => failed ?? [])) };
}
