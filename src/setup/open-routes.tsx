import type { FastifyInstance } from 'fastify';
import type { Static } from 'typebox';
import { audit } from '../audit.ts';
import { network } from '../http/rate-limits.ts';
import { addLogFields } from '../observability/requests.ts';
import { sendPage } from '../pages/send-page.ts';
import { SetupOpenPage } from '../pages/setup-page.tsx';
import type { SetupDeps } from './deps.ts';
import { requestProofs } from './domains.ts';
import { assertSameOrigin } from './same-origin.ts';
import { OPEN_LINK, SHOW_LINK, type Token } from './schemas.ts';
import { linkByToken, startSetupSession } from './session.ts';
import { assertStillAllowed } from './still-allowed.ts';

/**
 * `/setup/TOKEN`: GET shows a button and changes nothing, since mail scanners and link previews open links. Its form opens the
 * link in this browser, and the token leaves the address bar.
 */
export function openRoutes(app: FastifyInstance, { config, database, sealer }: SetupDeps): void {
  app.get<{ Params: Static<typeof Token> }>(
    '/setup/:token',
    { schema: SHOW_LINK, exposeHeadRoute: true },
    async (request, reply) => {
      const { token } = request.params;
      const { link, company } = await linkByToken(database, token);
      const props = { purpose: link.purpose, companyName: company.name, expiresAt: link.expiresAt };
      return sendPage(reply, <SetupOpenPage {...props} action={`/setup/${token}`} />);
    },
  );

  app.post<{ Params: Static<typeof Token> }>(
    '/setup/:token',
    { schema: OPEN_LINK },
    async (request, reply) => {
      assertSameOrigin(request, config.PUBLIC_URL);
      const opened = await linkByToken(database, request.params.token);
      const { link, company, actor } = opened;
      addLogFields(request, { company: company.slug, setup_link_id: link.id });
      await database.transaction(async (tx) => {
        await assertStillAllowed(tx, opened);
        await requestProofs(tx, opened);
        // The network, so that an operator can see that two places opened one link.
        const details = { purpose: link.purpose, network: network(request.ip) };
        await audit(tx, {
          actor,
          action: 'setup_link.open',
          target: link.id,
          companyId: company.id,
          details,
        });
      });
      startSetupSession(reply, sealer, link.id);
      return reply.redirect('/setup', 303);
    },
  );
}
