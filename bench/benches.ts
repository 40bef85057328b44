import type { Bench } from './harness.ts';

/** Every bench by its name, in the order of the default run. */
export const BENCHES: Record<string, () => Promise<{ bench: Bench }>> = {
  statements: () => import('./statements/bench.ts'),
  relay: () => import('./relay/bench.ts'),
  login: () => import('./login/bench.ts'),
};
