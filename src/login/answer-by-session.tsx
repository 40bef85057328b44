import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AppDeps } from '../app-deps.ts';
import { COOKIE_OPTIONS, PROMPT_COOKIE, PROMPT_COOKIE_S } from '../http/cookies.ts';
import { addLogFields } from '../observability/requests.ts';
import { destinationOf } from '../pages/links.ts';
import { REFUSALS } from '../pages/problem.ts';
import { ProblemPage } from '../pages/problem-page.tsx';
import { sendPage } from '../pages/send-page.ts';
import { WaitPage } from '../pages/wait-page.tsx';
import type { SessionState } from '../sessions/session.ts';
import { signOutToken } from '../tokens.ts';

/**
 * Answers by a session's state: on to where the person wanted to go, the refusal, or the waiting page.
 * @param found the session, and the token that it was found by
 */
export function answerBySession(
  request: FastifyRequest,
  reply: FastifyReply,
  found: { session: SessionState; token: string | undefined },
  config: AppDeps['config'],
): FastifyReply {
  const { session, token } = found;
  const shared = { signOutToken: signOutToken(token ?? '') };
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
      // The next sign-in may be another person's: JumpCloud has to ask.
      reply.setCookie(PROMPT_COOKIE, '1', { ...COOKIE_OPTIONS, maxAge: PROMPT_COOKIE_S });
      addLogFields(request, { login_id: loginId, reason: reason ?? session.reasonClass });
      const page = { ...shared, problem, reference: loginId, destination };
      return sendPage(reply.code(problem.status), <ProblemPage {...page} />);
    }
  }
}
