/** A storm: people sign in while one fault follows the other; then everything is checked. */
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { createRandom } from '../../support/random.ts';
import { until } from '../../support/until.ts';
import { waiting } from '../examine.ts';
import { signInLoad } from '../load.ts';
import { hadNotBegun } from '../role-process.ts';
import { checkHistory, countByKind, expectedOf, type Finding, type Kind } from './check.ts';
import { FAULTS } from './faults.ts';
import { readHistory } from './history.ts';
import { stormPeople } from './people.ts';
import { preparedLoad } from './prepared-load.ts';
import { watchGroup } from './rebalance-share.ts';
import { type System, startSystem } from './system.ts';

export interface StormReport {
  seed: number;
  /** Start of the parts and the check included. */
  seconds: number;
  signedIn: number;
  /** Sign-ins that failed while something was broken, by what the browser saw. */
  failed: Record<string, number>;
  logins: number;
  faults: Record<string, number>;
  /** From the end of the last fault until nobody waits, in milliseconds. */
  recoveredAfter: number;
  found: Record<Kind, number>;
  /** The first findings in words. */
  examples: Finding[];
  /** Exits of processes that nobody killed: each must be 0, but of those that had not begun. */
  exits: { asked: number; longest: number; other: string[] };
  noJson: string[];
  /** What the worker's group was in, as shares of the storm's time. */
  group: Record<string, number>;
  /** Resident memory of each process at start and end, in MB. */
  memory: Record<string, [start: number, end: number]>;
}

const RECOVERY_MS = 180_000;

/** Nothing lost, doubled or decided wrongly; each process ended with 0; each line was JSON. */
export const isGood = ({ found, exits, noJson, logins }: StormReport): boolean =>
  logins > 0 && Object.values(found).every((n) => n === 0) && exits.other.length + noJson.length === 0;

/** Sums of each entry. */
export function sum<K extends string>(
  a: Partial<Record<K, number>>,
  b: Record<K, number>,
): Record<K, number> {
  const total: Partial<Record<K, number>> = { ...a };
  for (const [name, n] of Object.entries(b) as [K, number][]) total[name] = (total[name] ?? 0) + n;
  return total as Record<K, number>;
}

/**
 * @param options.seconds how long at most
 * @param options.logins after so many sign-ins it ends sooner
 * @param options.seed the same seed gives the same faults in the same order
 */
export async function storm(options: {
  seconds: number;
  logins?: number;
  seed: number;
  atOnce?: number;
  /** Seconds between two faults, from and to. Default 0.5 to 4. */
  calm?: [from: number, to: number];
  /** As many sign-ins as the machine takes, by `preparedLoad`, in place of browsers. */
  prepared?: boolean;
  /** Default 120. */
  people?: number;
  tell?: (line: string) => void;
}): Promise<StormReport> {
  const { seconds, logins = Number.POSITIVE_INFINITY, seed, atOnce = 4, tell = () => {} } = options;
  const { calm = [0.5, 4], prepared = false } = options;
  const began = performance.now();
  const people = stormPeople(options.people ?? 120);
  const system = await startSystem({ people, prepared });
  const { installed, database } = system;
  try {
    const atStart = memoryOf(system);
    const load = (prepared ? preparedLoad : signInLoad)({ ...installed, people, atOnce });
    const endWatch = watchGroup({ brokers: installed.cluster.brokers, prefix: installed.prefix });
    const faults = await faultsInTurn(system, {
      seconds,
      ...{ seed, calm },
      enough: () => load.signedIn() >= logins,
      tell: (line) => tell(`${line}, ${load.signedIn()} signed in`),
    });
    const last = performance.now();
    const group = await endWatch();
    await load.stop();
    await until(
      async () => (await undecided(system)) === 0 && (await waiting(database)) === 0,
      RECOVERY_MS,
    ).catch(() => tell(`NOT recovered within ${RECOVERY_MS / 1000} s`));
    const recoveredAfter = Math.round(performance.now() - last);
    await Promise.all(system.roles.map((role) => role.ready())).catch((error) => tell(`not ready: ${error}`));
    const atEnd = memoryOf(system);
    await Promise.all(system.roles.map((role) => role.stop()));
    const topics = { brokers: installed.cluster.brokers, prefix: installed.prefix };
    const history = await readHistory(database, topics, load.acknowledged);
    const findings = checkHistory(history, expectedOf(people));
    const exits = system.roles.flatMap(({ name, exits }) => exits.map((exit) => ({ name, ...exit })));
    return {
      seed,
      seconds: Math.round((performance.now() - began) / 1000),
      signedIn: load.signedIn(),
      failed: counted(load.failed),
      logins: history.logins.length,
      faults: counted(faults),
      recoveredAfter,
      group,
      found: countByKind(findings),
      examples: findings.slice(0, 10),
      exits: {
        asked: exits.filter(({ because }) => because === 'SIGTERM').length,
        longest: Math.max(...exits.map(({ took }) => took)),
        other: exits
          .filter(({ exit, because }) => because === 'by itself' || !(exit === 0 || hadNotBegun(exit)))
          .map(({ name, exit, because, took }) => `${name}: ${exit} (${because}, ${took} ms)`),
      },
      noJson: system.roles.flatMap(({ noJson }) => noJson).slice(0, 20),
      memory: Object.fromEntries(
        system.roles.map(({ name, port }, n) => [`${name} ${port}`, [atStart[n] ?? 0, atEnd[n] ?? 0]]),
      ),
    };
  } finally {
    await system.stop();
  }
}

const between = ([from, to]: [number, number], share: number): number => from + share * (to - from);

/** One after the other, each in its turn by the seed; returns the names of those that were. */
async function faultsInTurn(
  system: System,
  options: {
    seconds: number;
    seed: number;
    calm: [from: number, to: number];
    enough(): boolean;
    tell(line: string): void;
  },
): Promise<string[]> {
  const { seconds, seed, calm, enough, tell } = options;
  const next = createRandom(seed);
  const names: string[] = [];
  const started = performance.now();
  const left = () => seconds * 1000 - (performance.now() - started);
  while (left() > 0 && !enough()) {
    const begins = performance.now() + Math.min(between(calm, next()) * 1000, Math.max(0, left()));
    while (performance.now() < begins && !enough()) await delay(Math.min(500, begins - performance.now()));
    const fault = FAULTS[Math.floor(next() * FAULTS.length)] as (typeof FAULTS)[number];
    const choice = next();
    const lasts = Math.min(between(fault.lasts, next()) * 1000, Math.max(0, left()));
    tell(`${Math.round((performance.now() - started) / 1000)} s: ${fault.name} for ${Math.round(lasts)} ms`);
    await fault.begin(system, choice);
    await delay(lasts);
    await fault.end(system, choice);
    names.push(fault.name);
  }
  return names;
}

/** Logins that have no result yet. */
export async function undecided({ database: { sql } }: Pick<System, 'database'>): Promise<number> {
  const [row] = await sql`
    SELECT count(*)::int AS n FROM logins l
    WHERE NOT EXISTS (SELECT FROM link_results r WHERE r.login_id = l.id)`;
  return row?.n ?? 0;
}

function memoryOf({ roles }: System): number[] {
  return roles.map((role) => {
    try {
      const pages = Number(readFileSync(`/proc/${role.pid()}/statm`, 'utf8').split(' ')[1]);
      return Math.round((pages * 4096) / 2 ** 20);
    } catch {
      return 0;
    }
  });
}

function counted(names: string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
