import type { FastifyInstance } from 'fastify';

/**
 * Warns once when a peer that TRUST_PROXY does not list forwards requests: behind a proxy that is not trusted all
 * people share one address, and so one rate limit.
 */
export function warnUntrustedProxy(app: FastifyInstance): void {
  let warned = false;
  app.addHook('onRequest', async (request) => {
    const { headers, ip, ips } = request;
    if (warned || headers['x-forwarded-for'] === undefined) return;
    // The addresses after a peer that is trusted come from its header.
    if (ips !== undefined && ips.length > 1) return;
    warned = true;
    request.log.warn(
      { peer: ip },
      'a peer that TRUST_PROXY does not list sends X-Forwarded-For: everybody behind it shares one rate limit. Add its address to TRUST_PROXY if it is your proxy',
    );
  });
}
