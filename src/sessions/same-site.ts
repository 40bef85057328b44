import type { FastifyRequest } from 'fastify';

/**
 * Whether a browser says that a request comes from one of these origins: null where it says nothing. Our pages have the
 * referrer policy `no-referrer`, so a browser sends `Origin: null` with their forms (Fetch, “`Origin` header”): it says as
 * little as none, and Fetch Metadata decides.
 */
export function comesFrom({ headers }: FastifyRequest, origins: readonly string[]): boolean | null {
  const { origin } = headers;
  if (origin !== undefined && origin !== 'null') return origins.includes(origin);
  const site = headers['sec-fetch-site'];
  return site === undefined ? null : site === 'same-origin';
}
