/** A rolling change from one build to another, two replicas a role, while people sign in. */
import { type Cli, command } from '../../dev/roles.ts';
import { openDatabase } from '../../src/db/client.ts';
import { stopAll } from '../../src/roles/run-role.ts';
import { until } from '../support/until.ts';
import { startBalancer } from './balancer.ts';
import { buildOf } from './build.ts';
import { decided, examine, type Findings, waiting } from './examine.ts';
import { install, somePeople } from './installation.ts';
import { signInLoad } from './load.ts';
import { type RoleName, type RoleProcess, startRole } from './role-process.ts';

export interface RollReport extends Findings {
  signedIn: number;
  refused: number;
  failed: string[];
  /** How the old build's processes ended. */
  exits: (number | string | null)[];
}

const ROLES: RoleName[] = ['worker', 'relay', 'server'];
const REPLICAS = 2;
/** Sign-ins between one change and the next, so that old and new work side by side. */
const BETWEEN = 5;

/** @param options.from, options.to commits */
export async function roll(options: {
  from: string;
  to: string;
  tell?: (line: string) => void;
}): Promise<RollReport> {
  const { from, to, tell = () => {} } = options;
  const opened: (() => Promise<unknown>)[] = [];
  try {
    const before = await buildOf(from);
    opened.unshift(before.remove);
    const after = await buildOf(to);
    opened.unshift(after.remove);
    tell(`built ${from} and ${to}`);

    const people = somePeople(40);
    const env = { RATE_LIMIT_PER_ADDRESS: '1000000', RATE_LIMIT_PER_COMPANY: '1000000' };
    const by = (cli: Cli) => (args: string[], env: Record<string, string>, input?: string) =>
      command(args, env, input, cli);
    const installed = await install({ people, env, run: by(before.cli) });
    opened.unshift(installed.stop);
    const database = openDatabase(installed.env.DATABASE_URL as string, { name: 'roll test', max: 2 });
    opened.unshift(database.close);
    const balancer = await startBalancer(installed.port);
    opened.unshift(balancer.stop);
    const running = new Set<RoleProcess>();
    opened.unshift(async () => void (await Promise.all([...running].map((role) => role.kill()))));
    const start = async (name: RoleName, cli: Cli) => {
      const role = await startRole(name, installed.env, { cli });
      running.add(role);
      if (name === 'server') balancer.add(role.port);
      return role;
    };

    const old: RoleProcess[] = [];
    for (const name of ROLES) for (let n = 0; n < REPLICAS; n += 1) old.push(await start(name, before.cli));
    const load = signInLoad({ ...installed, people, atOnce: 4 });
    opened.unshift(load.stop);
    const more = () => load.more(BETWEEN);
    await more();
    await command(['migrate'], installed.env, '', after.cli);
    tell(`migrated at ${load.signedIn()} sign-ins`);

    const exits: RollReport['exits'] = [];
    for (const leaving of old) {
      await start(leaving.name, after.cli);
      await more();
      // As Kubernetes does: out of the service first, then the signal.
      if (leaving.name === 'server') await balancer.remove(leaving.port);
      exits.push((await leaving.stop()).exit);
      running.delete(leaving);
      tell(`a ${leaving.name} of ${to} for one of ${from} at ${load.signedIn()} sign-ins`);
    }
    await more();
    await load.stop();
    const signedIn = load.signedIn();
    await until(
      async () => (await decided(database)) >= signedIn && (await waiting(database)) === 0,
      120_000,
    );
    const findings = await examine(database, installed.cluster.brokers, installed.prefix);
    return { ...findings, signedIn, refused: load.refused(), failed: load.failed, exits };
  } finally {
    await stopAll(...opened);
  }
}
