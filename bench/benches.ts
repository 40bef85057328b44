import type { Bench } from './harness.ts';

/** Every bench by its name, in the order of the default run. */
export const BENCHES: Record<string, () => Promise<{ bench: Bench }>> = {
  statements: () => import('./statements/bench.ts'),
  relay: () => import('./relay/bench.ts'),
  worker: async () => ({ bench: (await import('./worker/bench.ts')).worker }),
  'worker-database': async () => ({ bench: (await import('./worker/bench.ts')).workerDatabase }),
  'worker-obvious': async () => ({ bench: (await import('./worker/bench.ts')).workerObvious }),
  login: () => import('./login/bench.ts'),
  landing: () => import('./landing/bench.ts'),
  session: () => import('./session/bench.ts'),
  revoke: () => import('./revoke/bench.ts'),
  latency: () => import('./latency/bench.ts'),
  directory: () => import('./directory/bench.ts'),
  import: () => import('./import/bench.ts'),
  mirror: () => import('./mirror/bench.ts'),
  start: () => import('./start/bench.ts'),
  growth: async () => ({ bench: (await import('./growth/bench.ts')).growth }),
  'growth-10m': async () => ({ bench: (await import('./growth/bench.ts')).growth10m }),
};
