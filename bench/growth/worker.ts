import type { BenchContext } from '../harness.ts';
import { buildWorld, type Feed, openFeed, runWorker, type World } from '../worker/world.ts';
import { reportGrowth, type Size } from './report.ts';

/** In each round: fewer than the smallest world has people, so that each size decides alike. */
const LOGINS = 10_000;

/** The worker at so many social accounts. */
export async function growWorker(context: BenchContext, sizes: number[]): Promise<void> {
  const { parts, rounds, scale, log } = context;
  const count = scale(LOGINS);
  const cli = await parts.built();
  const worlds: { world: World; feed: Feed; measured: Size }[] = [];
  try {
    for (const size of sizes) {
      const world = await buildWorld(parts, size, log);
      worlds.push({ world, feed: await openFeed(parts), measured: { size, rates: [], memory: [] } });
    }
    for (let round = 0; round < rounds; round += 1) {
      for (const { world, feed, measured } of worlds) {
        await world.reset();
        await feed.fill(await world.logins(count));
        const { rate, memory } = await runWorker(cli, world, feed, count);
        measured.rates.push(rate);
        measured.memory.push(memory);
        log(`round ${round + 1}: ${measured.size} accounts, ${Math.round(rate)} events/s`);
      }
    }
    reportGrowth(
      context,
      'worker by social accounts',
      'events/s',
      worlds.map(({ measured }) => measured),
    );
  } finally {
    for (const { world, feed } of worlds) {
      await feed.close();
      await world.close();
    }
  }
}
