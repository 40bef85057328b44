/** What a bench is, what it is given, and what it prints: one line per figure. */
import type { Parts } from './support/parts.ts';

export interface Bench {
  name: string;
  /** In a sentence: what is held against what. */
  about: string;
  /** false for what takes too long for the default run. */
  byDefault?: boolean;
  run(context: BenchContext): Promise<void>;
}

export interface BenchContext {
  /** Progress, on standard error. */
  log(message: string): void;
  /** How often each side is measured, in turn: five at least, fewer with `--small`. */
  rounds: number;
  small: boolean;
  /** A twentieth of it with `--small`. */
  scale(count: number): number;
  parts: Parts;
  report(figure: Figure): void;
}

export interface Figure {
  /** `ratio`, or another figure. */
  metric: string;
  value: number;
  /** Medians of the rounds. */
  ours?: number;
  limit?: number;
  /** Of `ours` and `limit`; of `value` where there is neither. */
  unit: string;
  rounds?: Round[];
  /** `value` has to be `atLeast` or `atMost` this. */
  goal?: { atLeast: number } | { atMost: number };
  /** Whatever else a reader wants to know: memory, CPU seconds, sizes. */
  more?: Record<string, unknown>;
}

export interface Round {
  ours: number;
  limit: number;
}

export interface Line {
  bench: string;
  metric: string;
  value: number;
  min?: number;
  max?: number;
  ours?: number;
  limit?: number;
  unit: string;
  rounds?: Round[];
  goal?: string;
  met?: boolean;
  [more: string]: unknown;
}

/** Measures both sides in turn, each the first every other round, so that a machine that warms up favours none. */
export async function inTurn(
  rounds: number,
  ours: (round: number) => Promise<number>,
  limit: (round: number) => Promise<number>,
  log: (message: string) => void = () => {},
): Promise<Round[]> {
  const measured: Round[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const sides = { ours: 0, limit: 0 };
    const order = [
      async () => (sides.ours = await ours(round)),
      async () => (sides.limit = await limit(round)),
    ];
    for (const side of round % 2 === 0 ? order : order.reverse()) await side();
    log(`round ${round + 1}: ours ${short(sides.ours)}, limit ${short(sides.limit)}`);
    measured.push(sides);
  }
  return measured;
}

/** The rounds of two contestants that were measured in turn. */
export function pairRounds(ours: number[], limit: number[]): Round[] {
  return ours.map((value, i) => ({ ours: value, limit: limit[i] as number }));
}

/** The figure of rounds: the median of each round's ratio, ours by limit. */
export function ratio(rounds: Round[], rest: Omit<Figure, 'value' | 'ours' | 'limit' | 'rounds'>): Figure {
  return {
    ...rest,
    value: median(rounds.map((round) => round.ours / round.limit)),
    ours: median(rounds.map((round) => round.ours)),
    limit: median(rounds.map((round) => round.limit)),
    rounds,
  };
}

export function median(values: number[]): number {
  return percentile(values, 50);
}

/** By linear interpolation between the two next to it. */
export function percentile(values: number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = ((sorted.length - 1) * percent) / 100;
  const [low = Number.NaN, high = low] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
  return low + (high - low) * (at - Math.floor(at));
}

/** A figure as it is printed with `--json`. */
export function toLine(bench: string, figure: Figure): Line {
  const { metric, value, ours, limit, unit, rounds, goal, more } = figure;
  const ratios = rounds?.map((round) => round.ours / round.limit);
  return {
    bench,
    metric,
    value: rounded(value),
    ...(ratios && { min: rounded(Math.min(...ratios)), max: rounded(Math.max(...ratios)) }),
    ...(ours !== undefined && { ours: rounded(ours) }),
    ...(limit !== undefined && { limit: rounded(limit) }),
    unit,
    ...(rounds && { rounds: rounds.map((r) => ({ ours: rounded(r.ours), limit: rounded(r.limit) })) }),
    ...(goal && {
      goal: 'atLeast' in goal ? `>= ${goal.atLeast}` : `<= ${goal.atMost}`,
      met: 'atLeast' in goal ? value >= goal.atLeast : value <= goal.atMost,
    }),
    ...more,
  };
}

/** Four digits that count. */
export const rounded = (value: number): number => Number(value.toPrecision(4));

/** As people read it. */
export const short = (value: number): string =>
  value >= 1000 ? Math.round(value).toLocaleString('en-GB') : String(Number(value.toPrecision(3)));
