import { type BenchContext, median, rounded } from '../harness.ts';

/** Rate and memory of one size, a round each. */
export interface Size {
  size: number;
  rates: number[];
  memory: number[];
}

/** The largest against the smallest: its rate must hold, its memory stay flat. */
export function reportGrowth({ report }: BenchContext, what: string, unit: string, sizes: Size[]): void {
  const [smallest, largest] = [sizes[0], sizes.at(-1)];
  if (smallest === undefined || largest === undefined) throw new Error('nothing was measured');
  const rounds = largest.rates.map((rate, i) => ({ ours: rate, limit: smallest.rates[i] ?? Number.NaN }));
  report({
    metric: `${what}: rate at ${largest.size} by rate at ${smallest.size}`,
    value: median(rounds.map((round) => round.ours / round.limit)),
    ours: median(largest.rates),
    limit: median(smallest.rates),
    unit,
    rounds,
    goal: { atLeast: 0.8 },
    more: { sizes: sizes.map(({ size, rates }) => ({ size, rate: rounded(median(rates)) })) },
  });
  report({
    metric: `${what}: memory at ${largest.size} by memory at ${smallest.size}`,
    value: median(largest.memory) / median(smallest.memory),
    ours: median(largest.memory),
    limit: median(smallest.memory),
    unit: 'MiB',
    goal: { atMost: 1.25 },
  });
}
