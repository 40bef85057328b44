import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../config.ts';
import { codeOf, SsoLinkError } from '../errors.ts';
import { createLoginLimits, type LoginLimits } from '../http/rate-limits.ts';
import type { OpenedLink } from './session.ts';

/** Per minute, process and company. An open page asks about fifteen times. */
const REQUESTS = 300;
/** Those that ask JumpCloud, or read every account of the company. */
const COSTLY = 20;

type Limit = (of: OpenedLink, request: FastifyRequest, reply: FastifyReply) => Promise<void>;

export interface SetupLimits {
  perAddress: LoginLimits['perAddress'];
  perCompany: Limit;
  costly: Limit;
}

/** @throws SsoLinkError `setup_rate_limited` */
export function setupLimits(app: FastifyInstance, config: Config<'RATE_LIMIT_PER_ADDRESS'>): SetupLimits {
  const perAddress = config.RATE_LIMIT_PER_ADDRESS;
  const all = createLoginLimits(app, { perAddress, perCompany: REQUESTS });
  const costly = createLoginLimits(app, { perAddress, perCompany: COSTLY });
  return {
    perAddress: (request, reply) => all.perAddress(request, reply).catch(rename),
    perCompany: ({ company }, request, reply) => all.perCompany(company.slug, request, reply).catch(rename),
    costly: ({ company }, request, reply) => costly.perCompany(company.slug, request, reply).catch(rename),
  };
}

/** Its page leads back to the setup, not to the sign-in. */
function rename(error: unknown): never {
  if (codeOf(error) !== 'rate_limited') throw error;
  throw new SsoLinkError('setup_rate_limited', (error as Error).message);
}
