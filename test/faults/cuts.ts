/**
 * One role behind a TCP proxy that resets its PostgreSQL connections at random moments while people sign in.
 * Afterwards everything is decided and sent, the role is ready, and SIGTERM ends it with 0.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { openDatabase } from '../../src/db/client.ts';
import { stopAll } from '../../src/roles/run-role.ts';
import { startFaultProxy } from '../support/parts/fault-proxy.ts';
import { until } from '../support/until.ts';
import { decided, examine, type Findings, isWhole, waiting } from './examine.ts';
import { install, somePeople } from './installation.ts';
import { signInLoad } from './load.ts';
import { type RoleName, type RoleProcess, startRole } from './role-process.ts';

export interface CutsReport extends Findings {
  role: RoleName;
  resets: number;
  signedIn: number;
  failed: number;
  /** From the last reset until nothing waits, in milliseconds. */
  recoveredAfter: number;
  /** `/readyz` of the role, afterwards. */
  ready: string;
  /** How SIGTERM ended it. */
  exit: number | string | null;
  stopTook: number;
  /** Lines on its standard output that are not JSON. */
  noJson: string[];
}

/** Nothing was lost or decided twice, the role went on within ten seconds, and it stopped in order. */
export const recovered = (report: CutsReport): boolean =>
  isWhole(report) &&
  report.recoveredAfter < 10_000 &&
  report.ready.startsWith('{"status":"ok"') &&
  report.exit === 0 &&
  report.stopTook < 2_000 &&
  report.noJson.length === 0;

const ROLES: RoleName[] = ['server', 'relay', 'worker'];

/** @param options.seconds how long connections are reset; @param options.every milliseconds between two, on average */
export async function cuts(options: {
  role: RoleName;
  seconds: number;
  every: number;
  /** The same seed gives the same moments. Default 1. */
  seed?: number;
  tell?: (line: string) => void;
}): Promise<CutsReport> {
  const { role, seconds, every, seed = 1, tell = () => {} } = options;
  const people = somePeople(200);
  const limits = { RATE_LIMIT_PER_ADDRESS: '1000000', RATE_LIMIT_PER_COMPANY: '1000000', LOG_LEVEL: 'info' };
  const installed = await install({ people, env: limits });
  const { env, port } = installed;
  const database = openDatabase(env.DATABASE_URL as string, { name: 'cuts test', max: 2 });
  const opened: (() => Promise<unknown>)[] = [database.close, installed.stop];
  const noJson: string[] = [];
  try {
    const direct = new URL(env.DATABASE_URL as string);
    const proxy = await startFaultProxy({ host: direct.hostname, port: Number(direct.port) });
    opened.unshift(proxy.stop);
    const proxied = Object.assign(new URL(direct), { port: String(proxy.port) }).href;
    const onLog = (line: string) => {
      if (!line.startsWith('{')) noJson.push(line);
    };
    const start = (name: RoleName): Promise<RoleProcess> =>
      startRole(name, name === role ? { ...env, DATABASE_URL: proxied } : env, {
        ...(name === 'server' && { port }),
        ...(name === role && { onLog }),
      });
    const running = await Promise.all(ROLES.map(start));
    opened.unshift(async () => void (await Promise.all(running.map((one) => one.kill()))));
    const victim = running[ROLES.indexOf(role)] as RoleProcess;

    const load = signInLoad({ ...installed, people, atOnce: 6 });
    opened.unshift(load.stop);
    proxy.resetAtRandom({ seed, everyMs: every });
    await delay(seconds * 1000);
    await proxy.pass();
    const last = performance.now();
    tell(`${proxy.resets()} resets, ${load.signedIn()} signed in, ${await waiting(database)} rows wait`);
    await load.stop();
    const all = async () => {
      const [row] = await database.sql`SELECT count(*)::int AS n FROM logins`;
      return (await decided(database)) === row?.n && (await waiting(database)) === 0;
    };
    await until(all, 120_000).catch(() => tell('NOT recovered within 120 s'));
    const recoveredAfter = Math.round(performance.now() - last);
    const ready = await fetch(`http://localhost:${victim.port}/readyz`).then((r) => r.text());
    const { exit, took } = await victim.stop();
    const findings = await examine(database, installed.cluster.brokers, installed.prefix);
    return {
      ...findings,
      role,
      resets: proxy.resets(),
      signedIn: load.signedIn(),
      failed: load.failed.length,
      recoveredAfter,
      ready,
      exit,
      stopTook: Math.round(took),
      noJson,
    };
  } finally {
    await stopAll(...opened);
  }
}
