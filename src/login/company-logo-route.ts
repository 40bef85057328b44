import type { FastifyInstance } from 'fastify';
import type { AppDeps } from '../app-deps.ts';
import { findLogo } from '../companies/logo.ts';
import { SsoLinkError } from '../errors.ts';
import { PICTURE_CSP } from '../picture.ts';

const PATH = '/assets/company-logo/';

const HASH = /^[0-9a-f]{16}$/;

/** Its address changes with its content. */
export const companyLogoUrl = (hash: string): string => PATH + hash;

/** `GET /assets/company-logo/HASH`: a company's own logo, by its content, so that it names no company. */
export function companyLogoRoute(app: FastifyInstance, { database }: Pick<AppDeps, 'database'>): void {
  app.get<{ Params: { hash: string } }>(
    `${PATH}:hash`,
    { logLevel: 'warn', exposeHeadRoute: true },
    async (request, reply) => {
      const { hash } = request.params;
      const logo = HASH.test(hash) ? await findLogo(database, hash) : undefined;
      if (logo === undefined) throw new SsoLinkError('not_found', 'no company has a logo with this hash');
      return reply
        .type(logo.type)
        .header('content-security-policy', PICTURE_CSP)
        .header('cache-control', 'public, max-age=31536000, immutable')
        .send(logo.content);
    },
  );
}
