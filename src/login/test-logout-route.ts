/** The last step of a test, where the SSO client signs people out at JumpCloud, too: is our address registered there? */
import type { FastifyInstance } from 'fastify';
import { h } from 'preact';
import type { AppDeps } from '../app-deps.ts';
import { SsoLinkError } from '../errors.ts';
import { sendPage } from '../pages/send-page.ts';
import { SignedOutPage } from '../pages/signed-out-page.tsx';
import type { Sealer } from '../seal.ts';
import type { Query, TestLogoutBody } from './query.ts';
import { TEST_LOGOUT } from './route-schemas.ts';

/** Milliseconds. */
const TTL = 60 * 60_000;
const BOUND_TO = 'test-logout';

/** What the test's page posts back. @param url JumpCloud's sign-out with the test's own ID token */
export const sealTestLogout = (sealer: Sealer, url: string): string =>
  sealer.seal(JSON.stringify({ url, expiresAt: Date.now() + TTL }), BOUND_TO);

/** `POST /login/test-logout`: on to JumpCloud's sign-out, which leads back to `/login?signed_out=1` where all is right. */
export function testLogoutRoute(app: FastifyInstance, { sealer }: Pick<AppDeps, 'sealer'>): void {
  app.post<{ Body: Query<typeof TestLogoutBody> }>(
    '/login/test-logout',
    { schema: TEST_LOGOUT },
    async (request, reply) => {
      const url = openTestLogout(sealer, request.body.logout);
      reply.header('cache-control', 'no-store').header('refresh', `0;url=${url}`);
      return sendPage(reply, h(SignedOutPage, {}));
    },
  );
}

/** @throws SsoLinkError `test_link_expired` */
function openTestLogout(sealer: Sealer, sealed: string): string {
  try {
    const { url, expiresAt } = JSON.parse(sealer.open(sealed, BOUND_TO)) as {
      url: string;
      expiresAt: number;
    };
    if (Date.now() < expiresAt) return url;
  } catch {
    // A value that is none of ours gets the same answer.
  }
  throw new SsoLinkError('test_link_expired', 'the sign-out of a test is over, or none of ours');
}
