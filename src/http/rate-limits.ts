import { isIP, isIPv6 } from 'node:net';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { SsoLinkError } from '../errors.ts';

export interface LoginLimits {
  perAddress(request: FastifyRequest, reply: FastifyReply): Promise<void>;
  /**
   * For a login that begins: anybody can have one begin. Its callback brings the sealed attempt that was
   * counted here, and isn't counted again.
   * @param company its slug: of a company that exists, so that no stranger chooses the keys
   */
  perCompany(company: string, request: FastifyRequest, reply: FastifyReply): Promise<void>;
}

/** What each network may begin at a company whose limit is used up. */
const SHARE = 0.01;

/**
 * Limits on login requests, per minute and process. A company's limit, once it is used up, holds for the networks
 * that have had their share of it: so nobody locks a company out by filling it. @throws SsoLinkError `rate_limited`
 */
export function createLoginLimits(
  app: FastifyInstance,
  limits: { perAddress: number; perCompany: number },
): LoginLimits {
  const address = addressLimit(app, limits.perAddress);
  const company = app.createRateLimit({
    max: limits.perCompany,
    timeWindow: '1 minute',
    keyGenerator: (request) => `company ${request.company}`,
  });

  const share = app.createRateLimit({
    max: Math.ceil(limits.perCompany * SHARE),
    timeWindow: '1 minute',
    keyGenerator: (request) => `company ${request.company} by ${network(request.ip)}`,
  });

  return {
    perAddress: (request, reply) => hold([address], request, reply),
    perCompany(slug, request, reply) {
      request.company = slug;
      return hold([company, share], request, reply);
    },
  };
}

/**
 * A limit of its own per minute, process and address, for a route that is no sign-in. @returns an `onRequest` hook that
 * throws SsoLinkError `rate_limited`
 */
export function createAddressLimit(app: FastifyInstance, max: number) {
  const limit = addressLimit(app, max);
  return (request: FastifyRequest, reply: FastifyReply) => hold([limit], request, reply);
}

const addressLimit = (app: FastifyInstance, max: number) =>
  app.createRateLimit({
    max,
    timeWindow: '1 minute',
    keyGenerator: (request) => `address ${network(request.ip)}`,
  });

/** Refuses where all of them are used up. */
async function hold(all: ReturnType<typeof addressLimit>[], request: FastifyRequest, reply: FastifyReply) {
  const states = await Promise.all(all.map((limit) => limit(request)));
  const over = states.flatMap((state) => (!state.isAllowed && state.isExceeded ? [state] : []));
  if (over.length < states.length) return;
  void reply.header('retry-after', Math.min(...over.map((state) => state.ttlInSeconds)));
  throw new SsoLinkError('rate_limited', `more requests than allowed: ${over.at(-1)?.key}`);
}

/** One household or server has a whole /64 of IPv6 (CVE-2026-45364): it is limited as one address. */
export function network(address: string): string {
  const ip = withoutPort(address);
  // Whatever is no address is never a key of its own: it would be limited by nothing.
  if (isIP(ip.replace(/%.*$/, '')) === 0) return 'unknown';
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)?.[1];
  if (mapped || !isIPv6(ip)) return mapped ?? ip;
  const [head = '', tail] = ip.replace(/%.*$/, '').split('::');
  const start = head === '' ? [] : head.split(':');
  const end = tail ? tail.split(':') : [];
  const zeros = tail === undefined ? [] : Array(Math.max(0, 8 - start.length - end.length)).fill('0');
  const groups = [...start, ...zeros, ...end].slice(0, 4).map((g) => Number.parseInt(g, 16).toString(16));
  return `${groups.join(':')}::/64`;
}

/** `203.0.113.9:51234` and `[2001:db8::1]:443`, as some load balancers write X-Forwarded-For. */
function withoutPort(address: string): string {
  return /^\[([^\]]+)\](?::\d+)?$/.exec(address)?.[1] ?? /^([\d.]+):\d+$/.exec(address)?.[1] ?? address;
}
