/** Each part against itself, as what it lives on grows: its rate at the largest by that at the smallest. */
import type { Bench, BenchContext } from '../harness.ts';
import { growLogin } from '../login/growth.ts';
import { growImport } from './import.ts';
import { growRelay } from './relay.ts';
import { growWorker } from './worker.ts';

export const growth: Bench = {
  name: 'growth',
  about:
    'worker by social accounts, relay by backlog, login by companies, import by lines: each against itself at the smallest',
  async run(context) {
    await growWorker(context, sizes(context, [10_000, 100_000, 1_000_000]));
    // Of fewer rows the relay's start would be measured: they are gone before it is warm.
    await growRelay(context, sizes(context, [100_000, 1_000_000]));
    await growLogin(context, sizes(context, [10, 1_000, 10_000]));
    await growImport(context, context.scale(1_000_000));
  },
};

export const growth10m: Bench = {
  name: 'growth-10m',
  about: 'the worker with ten million social accounts against ten thousand',
  byDefault: false,
  run: (context) => growWorker(context, sizes(context, [10_000, 10_000_000])),
};

const sizes = ({ scale }: BenchContext, counts: number[]) => counts.map(scale);
