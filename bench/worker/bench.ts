import { fileURLToPath } from 'node:url';
import { type Bench, inTurn, median, ratio } from '../harness.ts';
import { startProgram } from '../support/process.ts';
import { buildWorld, type Feed, openFeed, outcomesOf, type Run, runWorker, type World } from './world.ts';

const PEOPLE = 1_000_000;
/** Times five rounds: 200 000. */
const LOGINS = 40_000;
const OBVIOUS_LOGINS = 1_000;

const LIMIT = fileURLToPath(new URL('limit.mjs', import.meta.url));
const OBVIOUS = fileURLToPath(new URL('obvious.mjs', import.meta.url));

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
          goal: { atLeast: 0.5 },
          more: { people: world.people, results, outcomes, ...costs(runs) },
        }),
      );
    } finally {
      await feed.close();
      await world.close();
    }
  },
};

export const workerObvious: Bench = {
  name: 'worker-obvious',
  about: 'the worker against the obvious consumer: one message, one transaction',
  async run({ parts, rounds, scale, report, log }) {
    const count = scale(LOGINS / 4);
    const fewer = scale(OBVIOUS_LOGINS);
    const cli = await parts.built();
    const world = await buildWorld(parts, scale(PEOPLE / 5), log);
    const [mine, theirs] = [await openFeed(parts), await openFeed(parts)];
    try {
      const measured = await inTurn(
        rounds,
        async () => {
          await mine.fill(await world.logins(count));
          return (await runWorker(cli, world, mine, count)).rate;
        },
        async () => {
          await theirs.fill(await world.logins(fewer));
          return runProgram(OBVIOUS, 'obvious', world, theirs, fewer);
        },
        log,
      );
      const results = Object.values(await outcomesOf(world)).reduce((sum, n) => sum + n, 0);
      if (results !== rounds * (count + fewer)) throw new Error(`${results} results: not one a login`);
      report(
        ratio(measured, {
          metric: 'ratio',
          unit: 'events/s',
          goal: { atLeast: 15 },
          more: { people: world.people },
        }),
      );
    } finally {
      await theirs.close();
      await mine.close();
      await world.close();
    }
  },
};

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
    cpu_microseconds_per_event: Math.round(median(runs.map((run) => run.cpuMicroseconds))),
    rss_mib: Math.round(Math.max(...runs.map((run) => run.memory))),
  };
}
