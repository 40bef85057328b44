import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Bench, inTurn, median, ratio } from '../harness.ts';
import { startProgram } from '../support/process.ts';
import { buildWorld, type Feed, openFeed, outcomesOf, type Run, runWorker, type World } from './world.ts';

const PEOPLE = 1_000_000;
/** Times five rounds: 200 000. */
const LOGINS = 40_000;
const OBVIOUS_LOGINS = 1_000;

const LIMIT = fileURLToPath(new URL('limit.mjs', import.meta.url));

export const worker: Bench = {
  name: 'worker',
  about:
    'login events to committed results, 1 000 000 social accounts, against a bare consume-and-produce loop',
  async run({ parts, rounds, scale, report, log }) {
    const count = scale(LOGINS);
    const cli = await parts.built();
    const world = await buildWorld(parts, scale(PEOPLE), log);
    const feed = await openFeed(parts);
    const runs: Run[] = [];
    let fed = -1;
    const feedOnce = async (round: number) => {
      if (fed < round) await feed.fill(await world.logins(count));
      fed = round;
    };
    try {
      const measured = await inTurn(
        rounds,
        async (round) => {
          await feedOnce(round);
          const run = await runWorker(cli, world, feed, count);
          runs.push(run);
          return run.rate;
        },
        async (round) => {
          await feedOnce(round);
          return runProgram(LIMIT, 'limit', world, feed, count);
        },
        log,
      );
      const outcomes = await outcomesOf(world);
      const results = Object.values(outcomes).reduce((sum, n) => sum + n, 0);
      if (results !== rounds * count) throw new Error(`${results} results of ${rounds * count} logins`);
      report(
        ratio(measured, {
          metric: 'ratio',
          unit: 'events/s',
          more: { people: world.people, results, outcomes, ...costs(runs) },
        }),
      );
    } finally {
      await feed.close();
      await world.close();
    }
  },
};

export const workerDatabase = against({
  name: 'worker-database',
  about:
    'the worker against a consumer with the least database work that keeps the promises: one read, one write',
  file: fileURLToPath(new URL('limit-database.mjs', import.meta.url)),
  logins: [LOGINS, LOGINS],
  goal: 0.7,
});

export const workerObvious = against({
  name: 'worker-obvious',
  about: 'the worker against the obvious consumer: one message, one transaction',
  file: fileURLToPath(new URL('obvious.mjs', import.meta.url)),
  logins: [LOGINS / 4, OBVIOUS_LOGINS],
  goal: 15,
});

interface Opponent {
  name: string;
  about: string;
  /** Its program; its consumer group is the file's name. */
  file: string;
  /** Per round: ours and its own. Each decides logins of its own, in one database. */
  logins: [ours: number, theirs: number];
  goal: number;
}

function against({ name, about, file, logins, goal }: Opponent): Bench {
  const group = basename(file, '.mjs');
  return {
    name,
    about,
    async run({ parts, rounds, scale, report, log }) {
      const [count, theirCount] = logins.map(scale) as [number, number];
      const cli = await parts.built();
      const world = await buildWorld(parts, scale(PEOPLE / 5), log);
      const [mine, theirs] = [await openFeed(parts), await openFeed(parts)];
      const runs: Run[] = [];
      try {
        const measured = await inTurn(
          rounds,
          async () => {
            await mine.fill(await world.logins(count));
            const run = await runWorker(cli, world, mine, count);
            runs.push(run);
            return run.rate;
          },
          async () => {
            await theirs.fill(await world.logins(theirCount));
            return runProgram(file, group, world, theirs, theirCount);
          },
          log,
        );
        const results = Object.values(await outcomesOf(world)).reduce((sum, n) => sum + n, 0);
        if (results !== rounds * (count + theirCount))
          throw new Error(`${results} results: not one per login`);
        report(
          ratio(measured, {
            metric: 'ratio',
            unit: 'events/s',
            goal: { atLeast: goal },
            more: { people: world.people, ...costs(runs) },
          }),
        );
        report({
          metric: 'CPU of Node and PostgreSQL per result',
          value: median(runs.map((run) => run.cpuMicroseconds + run.postgresMicroseconds)),
          unit: 'µs',
          goal: { atMost: 180 },
        });
      } finally {
        await theirs.close();
        await mine.close();
        await world.close();
      }
    },
  };
}

async function runProgram(
  file: string,
  group: string,
  world: World,
  feed: Feed,
  count: number,
): Promise<number> {
  const program = await startProgram(file, { DATABASE_URL: world.url, ...feed.env });
  const started = performance.now();
  await feed.untilConsumed(group);
  const seconds = (performance.now() - started) / 1000;
  await program.stop();
  return count / seconds;
}

export function costs(runs: Run[]) {
  return {
    postgres_cpu_microseconds_per_event: Math.round(median(runs.map((run) => run.postgresMicroseconds))),
    cpu_microseconds_per_event: Math.round(median(runs.map((run) => run.cpuMicroseconds))),
    rss_mib: Math.round(Math.max(...runs.map((run) => run.memory))),
  };
}
