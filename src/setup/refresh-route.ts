import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { SsoLinkError } from '../errors.ts';
import type { SetupDeps } from './deps.ts';
import { checkSetupDomain, listSetupDomains, type SetupDomain } from './domains.ts';
import { REFRESH } from './schemas.ts';
import type { SetupSession } from './session.ts';
import { viewSetup } from './view.ts';

/** Milliseconds. Several open pages ask DNS no more often than one. */
const PAUSE = 3_000;

type Posted = (
  request: FastifyRequest<{ Body: { csrf?: string } }>,
  reply: FastifyReply,
) => Promise<SetupSession>;

/** `POST /setup/refresh`: asks DNS for the records that are awaited; the script of the page then reads the page. */
export function refreshRoute(app: FastifyInstance, deps: SetupDeps, posted: Posted): void {
  const { database, resolver } = deps;

  app.post<{ Body: { csrf?: string } }>('/setup/refresh', { schema: REFRESH }, async (request, reply) => {
    const session = await posted(request, reply);
    if (session.link.purpose !== 'secret') {
      const awaited = (await listSetupDomains(database, session)).filter(isDue);
      await Promise.all(awaited.map(({ domain }) => check(session, domain)));
    }
    const { state } = await viewSetup(deps, session);
    return reply.send({ state });
  });

  /** What the button would say is left to the button. */
  async function check(session: SetupSession, domain: string): Promise<void> {
    try {
      await checkSetupDomain(database, resolver, session, domain);
    } catch (error) {
      if (!(error instanceof SsoLinkError) || error.code.startsWith('setup_link_')) throw error;
    }
  }
}

const isDue = ({ proven, checkedAt }: SetupDomain): boolean =>
  !proven && (checkedAt === null || checkedAt.getTime() < Date.now() - PAUSE);
