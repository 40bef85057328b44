/** How long each kind of fault, alone, keeps people waiting after it has ended. */
import { setTimeout as delay } from 'node:timers/promises';
import { until } from '../../support/until.ts';
import { signInLoad } from '../load.ts';
import { FAULTS, type Fault } from './faults.ts';
import { stormPeople } from './people.ts';
import { type System, startSystem } from './system.ts';

/** Seconds that a fault lasts here, and within how many seconds nobody may wait any more after its end. */
export const MEASURED: { name: string; lasts: number; goal: number }[] = [
  { name: 'worker: SIGKILL', lasts: 0, goal: 12 },
  { name: 'one broker: lost', lasts: 30, goal: 30 },
  { name: 'all brokers: gone', lasts: 50, goal: 10 },
  { name: 'all brokers: lost', lasts: 30, goal: 10 },
  { name: 'broker: SIGKILL', lasts: 15, goal: 30 },
  { name: 'relay: PostgreSQL resets', lasts: 15, goal: 10 },
  { name: 'worker: PostgreSQL resets', lasts: 15, goal: 10 },
  { name: 'worker: PostgreSQL lost', lasts: 15, goal: 30 },
];

export interface Recovery {
  name: string;
  lasts: number;
  goal: number;
  /** From the end of each fault until every login of before has its result, in milliseconds, ascending. */
  took: number[];
}

const PATIENCE_MS = 180_000;

/** @param options.times how often each; @param options.only names that contain it */
export async function recovery(options: {
  times: number;
  only?: string;
  tell?: (line: string) => void;
}): Promise<Recovery[]> {
  const { times, only = '', tell = () => {} } = options;
  const people = stormPeople(60);
  const system = await startSystem({ people });
  const load = signInLoad({ ...system.installed, people, atOnce: 2 });
  try {
    await until(() => load.signedIn() > 20, 60_000);
    const table: Recovery[] = [];
    for (const kind of MEASURED.filter(({ name }) => name.includes(only))) {
      const fault = FAULTS.find(({ name }) => name === kind.name) as Fault;
      const took: number[] = [];
      for (let n = 0; n < times; n += 1) {
        took.push(await recoveryFrom(system, fault, kind.lasts, (n + 0.5) / times));
        tell(`${kind.name}: ${took.at(-1)} ms`);
      }
      table.push({ ...kind, took: took.sort((a, b) => a - b) });
    }
    return table;
  } finally {
    await load.stop().catch(() => {});
    await system.stop();
  }
}

async function recoveryFrom(system: System, fault: Fault, seconds: number, choice: number): Promise<number> {
  await fault.begin(system, choice);
  await delay(seconds * 1000);
  // A broker that was killed answers again when `end` resolves.
  await fault.end(system, choice);
  const ended = performance.now();
  const [now] = await system.database.sql<{ at: string }[]>`SELECT now() AS at`;
  await until(async () => (await undecidedOf(system, now?.at ?? '')) === 0, PATIENCE_MS);
  const took = Math.round(performance.now() - ended);
  await Promise.all(system.roles.map((role) => role.ready()));
  // Calm before the next: a group that is still assigning partitions would be measured with it.
  await until(
    async () => (await undecidedOf(system, new Date(Date.now() - 2_000).toISOString())) === 0,
    PATIENCE_MS,
  );
  return took;
}

async function undecidedOf({ database: { sql } }: System, until: string): Promise<number> {
  const [row] = await sql`
    SELECT count(*)::int AS n FROM logins l
    WHERE authenticated_at <= ${until} AND NOT EXISTS (SELECT FROM link_results r WHERE r.login_id = l.id)`;
  return row?.n ?? 0;
}
