import type { FastifyInstance } from 'fastify';

/**
 * For every Fastify that listens. A request has 15 s to arrive as a whole: half a body would hold its connection
 * without a limit. Node swaps the two limits where the headers' is the longer one, and checks every 30 s by default.
 */
export const HTTP_TIMEOUTS = {
  requestTimeout: 15_000,
  http: { requestTimeout: 15_000, headersTimeout: 10_000, connectionsCheckingInterval: 3_000 },
};

/**
 * A server that closes waits for its requests, and Node looks at no limit any more: they are cut off.
 * @param within milliseconds; a role's whole stop has 30 s (src/roles/run-role.ts)
 */
export function closeWithin(app: FastifyInstance, within: number): void {
  app.addHook('preClose', async () => {
    setTimeout(() => app.server.closeAllConnections(), within).unref();
  });
}
