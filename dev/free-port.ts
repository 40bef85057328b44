import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Below the ports that systems give to outgoing connections (32768 and up on Linux): one of those could be
 * taken between being found free and being listened on.
 */
const [LOWEST, HIGHEST] = [20_000, 32_000];
/** Test files that run side by side (tap's jobs) draw from shares of their own: a port is free until it is used. */
const SHARE = 3_000;
const lowest = LOWEST + ((Number(process.env.TAP_JOB_ID) || 0) % ((HIGHEST - LOWEST) / SHARE)) * SHARE;

/** What this process was given, until all of its share was. */
const given = new Set<number>();

/** Free loopback ports, which this process was not given before. */
export async function freePorts(count: number): Promise<number[]> {
  const found: number[] = [];
  while (found.length < count) {
    const port = randomInt(lowest, lowest + SHARE);
    if (given.size === SHARE) given.clear();
    if (given.has(port)) continue;
    given.add(port);
    if (await isFree(port)) found.push(port);
  }
  return found;
}

/** One free loopback port. */
export async function freePort(): Promise<number> {
  const [port] = await freePorts(1);
  return port as number;
}

/** Whether this loopback port can be listened on. */
export async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}
