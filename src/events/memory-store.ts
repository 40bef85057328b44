import type { SeenStore } from './consumer.ts';

/**
 * Remembers in this process: for tests, and for handlers whose effect may be repeated. It forgets at a restart.
 * @param options.limit ids that are kept, 100,000 by default; the oldest are dropped
 */
export function memoryStore(options: { limit?: number } = {}): SeenStore<undefined> {
  const { limit = 100_000 } = options;
  const seen = new Set<string>();
  const underWay = new Map<string, Promise<void>>();
  return {
    async once({ id }, work) {
      // Delivered again while it is under way: what comes of the first decides.
      for (let first = underWay.get(id); first !== undefined; first = underWay.get(id)) {
        await first.catch(() => {});
      }
      if (seen.has(id)) return false;
      const run = remember(id, work).finally(() => underWay.delete(id));
      underWay.set(id, run);
      await run;
      return true;
    },
  };
  async function remember(id: string, work: (tx: undefined) => Promise<void>): Promise<void> {
    await work(undefined);
    seen.add(id);
    for (const oldest of seen) {
      if (seen.size <= limit) break;
      seen.delete(oldest);
    }
  }
}
