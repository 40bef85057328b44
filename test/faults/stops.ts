/** SIGTERM to each role in turn, again and again, while people sign in. */
import { openDatabase } from '../../src/db/client.ts';
import { stopAll } from '../../src/roles/run-role.ts';
import { until } from '../support/until.ts';
import { decided, examine, type Findings, waiting } from './examine.ts';
import { install, somePeople } from './installation.ts';
import { signInLoad } from './load.ts';
import { type RoleName, type RoleProcess, startRole } from './role-process.ts';

export interface StopsReport extends Findings {
  signedIn: number;
  /** Connections that were refused while the server was away. */
  refused: number;
  failed: string[];
  /** How each stop ended, a role: exit codes, and the longest in ms. */
  stops: Record<RoleName, { exits: (number | string | null)[]; longest: number }>;
}

const ROLES = ['server', 'relay', 'worker'] as const;
/** Sign-ins between one stop and the next, so that each meets work under way. */
const BETWEEN = 5;

/** @param options.onLog each line of each role's log, at the most verbose level */
export async function stops(options: {
  rounds: number;
  tell?: (line: string) => void;
  onLog?: (line: string) => void;
}): Promise<StopsReport> {
  const { rounds, tell = () => {}, onLog } = options;
  const people = somePeople(40);
  const limits = { RATE_LIMIT_PER_ADDRESS: '1000000', RATE_LIMIT_PER_COMPANY: '1000000' };
  const installed = await install({ people, env: { ...limits, ...(onLog && { LOG_LEVEL: 'trace' }) } });
  const { env, url, appUrl, port, cluster, prefix } = installed;
  const database = openDatabase(env.DATABASE_URL as string, { name: 'stops test', max: 2 });
  const running = new Map<RoleName, RoleProcess>();
  const opened = [database.close, installed.stop];
  try {
    const start = async (role: RoleName) => {
      const own = role === 'server' ? { port } : {};
      running.set(role, await startRole(role, env, { ...own, ...(onLog && { onLog }) }));
    };
    await Promise.all(ROLES.map(start));
    opened.unshift(async () => void (await Promise.all([...running.values()].map((role) => role.kill()))));

    const load = signInLoad({ url, appUrl, people, atOnce: 4 });
    opened.unshift(load.stop);
    const report: StopsReport['stops'] = {
      server: { exits: [], longest: 0 },
      relay: { exits: [], longest: 0 },
      worker: { exits: [], longest: 0 },
    };
    for (let round = 1; round <= rounds; round += 1) {
      for (const role of ROLES) {
        await load.more(BETWEEN);
        const { exit, took } = await (running.get(role) as RoleProcess).stop();
        report[role].exits.push(exit);
        report[role].longest = Math.max(report[role].longest, Math.round(took));
        await start(role);
      }
      tell(`round ${round}: ${load.signedIn()} signed in, ${load.refused()} refused connections`);
    }
    await load.stop();
    const signedIn = load.signedIn();
    await until(
      async () => (await decided(database)) >= signedIn && (await waiting(database)) === 0,
      120_000,
    );
    const findings = await examine(database, cluster.brokers, prefix);
    return { ...findings, signedIn, refused: load.refused(), failed: load.failed, stops: report };
  } finally {
    await stopAll(...opened);
  }
}
