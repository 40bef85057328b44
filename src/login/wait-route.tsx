import type { FastifyInstance } from 'fastify';
import type { AppDeps } from '../app-deps.ts';
import { SESSION_COOKIE } from '../http/cookies.ts';
import { addLogFields } from '../observability/requests.ts';
import { destinationOf } from '../pages/links.ts';
import { REFUSALS } from '../pages/problem.ts';
import { ProblemPage } from '../pages/problem-page.tsx';
import { sendPage } from '../pages/send-page.ts';
import { WaitPage } from '../pages/wait-page.tsx';
import { readSession } from '../sessions/session.ts';
import { WAIT } from './route-schemas.ts';

/** `GET /login/wait`: until the link result is there; then on to where the person wanted to go. */
export function waitRoute(
  app: FastifyInstance,
  { config, database }: Pick<AppDeps, 'config' | 'database'>,
): void {
  app.get('/login/wait', { schema: WAIT }, async (request, reply) => {
    const session = await readSession(database, request.cookies[SESSION_COOKIE], {
      idle: config.SESSION_IDLE,
    });
    reply.header('cache-control', 'no-store');
    const shared = { productName: config.PRODUCT_NAME, socialLoginUrl: config.SOCIAL_LOGIN_URL };
    switch (session.state) {
      case 'none':
        return reply.redirect('/login', 303);
      case 'signed_in':
        return reply.redirect(session.session.returnTo, 303);
      case 'pending': {
        const { companyName, createdAt } = session.session;
        const { returnTo } = destinationOf(session.session, config.APP_URL);
        const waited = (Date.now() - createdAt.getTime()) / 1000;
        return sendPage(
          reply,
          <WaitPage {...shared} companyName={companyName} waited={waited} returnTo={returnTo} />,
        );
      }
      case 'refused': {
        const problem = REFUSALS[session.reasonClass];
        const { loginId, reason } = session.session;
        const destination = destinationOf(session.session, config.APP_URL);
        addLogFields(request, { login_id: loginId, reason: reason ?? session.reasonClass });
        const page = { ...shared, problem, reference: loginId, destination };
        return sendPage(reply.code(problem.status), <ProblemPage {...page} signOut />);
      }
    }
  });
}
