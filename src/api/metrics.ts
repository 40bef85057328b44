import type { FastifyInstance } from 'fastify';
import { Histogram, type Registry } from 'prom-client';
import { DURATION_BUCKETS } from '../observability/metrics.ts';

/** The API's metrics. The route is its pattern: no label has a value that a caller chooses. */
export function createApiMetrics(registry: Registry): { observe(app: FastifyInstance): void } {
  const requests = new Histogram({
    name: 'sso_link_api_request_duration_seconds',
    help: 'Requests of the administrative API by method, route and status',
    labelNames: ['method', 'route', 'status'],
    buckets: DURATION_BUCKETS,
    registers: [registry],
  });
  return {
    observe(app) {
      app.addHook('onResponse', async (request, reply) => {
        if (request.routeOptions.logLevel === 'warn') return;
        const { method, routeOptions } = request;
        const labels = { method, route: routeOptions.url ?? 'none', status: String(reply.statusCode) };
        requests.observe(labels, reply.elapsedTime / 1_000);
      });
    },
  };
}
