import type { FastifyRequest } from 'fastify';
import { SsoLinkError } from '../errors.ts';

/**
 * A form comes from our own page. Our setup pages have the referrer policy `same-origin`, so that a browser names the
 * origin with their forms; one that sends none, or `null`, has to send Fetch Metadata.
 * @param publicUrl the origin of this service
 * @throws SsoLinkError `setup_cross_site`
 */
export function assertSameOrigin({ headers }: Pick<FastifyRequest, 'headers'>, publicUrl: string): void {
  const { origin, 'sec-fetch-site': site } = headers;
  const named = origin !== undefined && origin !== 'null';
  const ours = named ? origin === publicUrl : site === 'same-origin';
  if (ours && (site === undefined || site === 'same-origin')) return;
  throw new SsoLinkError('setup_cross_site', 'a form from another site');
}
