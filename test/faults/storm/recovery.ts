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
  /** From the end of each fault until the last late result, in milliseconds, ascending. */
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

/** Milliseconds that a login waits in a calm system at most: one that waits longer met the fault. */
const LATE_MS = 2_000;
const CALM_MS = 4_000;

/** From the fault's end until the last login is decided that waited too long, those of after the end included. */
async function recoveryFrom(system: System, fault: Fault, seconds: number, choice: number): Promise<number> {
  const { sql } = system.database;
  const clock = async () => (await sql<{ at: string }[]>`SELECT now() AS at`)[0]?.at ?? '';
  const began = await clock();
  await fault.begin(system, choice);
  await delay(seconds * 1000);
  // A broker that was killed answers again when `end` resolves.
  await fault.end(system, choice);
  const ended = await clock();
  let calmSince = performance.now();
  await until(async () => {
    if ((await lateNow(system)) > 0) calmSince = performance.now();
    return performance.now() - calmSince > CALM_MS;
  }, PATIENCE_MS);
  await Promise.all(system.roles.map((role) => role.ready()));
  const [row] = await sql<{ took: number }[]>`
    SELECT coalesce(extract(epoch FROM max(r.decided_at) - ${ended}::timestamptz) * 1000, 0)::float8 AS took
    FROM logins l JOIN link_results r ON r.login_id = l.id
    WHERE l.authenticated_at >= ${began} AND r.decided_at - l.authenticated_at > ${LATE_MS} * interval '1 ms'`;
  return Math.max(0, Math.round(row?.took ?? 0));
}

async function lateNow({ database: { sql } }: System): Promise<number> {
  const [row] = await sql`
    SELECT count(*)::int AS n FROM logins l
    WHERE authenticated_at < now() - ${LATE_MS} * interval '1 ms'
      AND NOT EXISTS (SELECT FROM link_results r WHERE r.login_id = l.id)`;
  return row?.n ?? 0;
}
