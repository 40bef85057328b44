import Fastify from 'fastify';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { closeWithin, HTTP_TIMEOUTS } from '../http/timeouts.ts';
import type { Health } from './health.ts';

/** A role's metrics; no label of theirs has values that a stranger can choose. */
export function createRegistry(role: string, health: Pick<Health, 'ask'>): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ role });
  collectDefaultMetrics({ register: registry });
  tellReadiness(registry, health);
  return registry;
}

/** Asked at each scrape, so that a role that runs and can't work is seen from outside its cluster, too. */
function tellReadiness(registry: Registry, health: Pick<Health, 'ask'>): void {
  new Gauge({
    name: 'sso_link_ready',
    help: 'Whether what this process required, or only optional, is there: 1 or 0',
    labelNames: ['dependency', 'kind'],
    registers: [registry],
    async collect() {
      for (const [kind, answers] of Object.entries(await health.ask())) {
        for (const [dependency, answer] of Object.entries(answers)) {
          this.set({ dependency, kind }, answer === 'ok' ? 1 : 0);
        }
      }
    },
  });
}

/** Serves `/metrics` for Prometheus on a port of its own, which no browser reaches. */
export async function startMetricsServer(options: {
  host: string;
  port: number;
  registry: Pick<Registry, 'contentType' | 'metrics'>;
}): Promise<{ stop(): Promise<void> }> {
  const { registry } = options;
  const app = Fastify(HTTP_TIMEOUTS);
  closeWithin(app, 2_000);
  app.get('/metrics', async (_request, reply) =>
    reply.type(registry.contentType).send(await registry.metrics()),
  );
  await app.listen({ host: options.host, port: options.port });
  return { stop: () => app.close() };
}

/** Buckets in seconds: from a statement to a provider's deadline. */
export const DURATION_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
