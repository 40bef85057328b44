import type { FastifyInstance, FastifyRequest } from 'fastify';
import { h } from 'preact';
import type { AppDeps } from '../app-deps.ts';
import { findSsoClient } from '../companies/sso-client-lookup.ts';
import { codeOf, SsoLinkError } from '../errors.ts';
import { COOKIE_OPTIONS, PROMPT_COOKIE, PROMPT_COOKIE_S, SESSION_COOKIE } from '../http/cookies.ts';
import { sendPage } from '../pages/send-page.ts';
import { SignedOutPage } from '../pages/signed-out-page.tsx';
import { hashToken, signOutToken } from '../tokens.ts';
import { endSessionUrl, postLogoutRedirectUri } from './end-session-url.ts';
import { LOGOUT } from './route-schemas.ts';
import { sessionAssociatedData } from './session-associated-data.ts';

interface EndedSession {
  id: string;
  ssoClientId: string;
  refreshToken: string | null;
  idToken: string | null;
}

/** `POST /logout`: ends the session here, and at JumpCloud where the SSO client says so. */
export function logoutRoute(
  app: FastifyInstance,
  deps: Pick<AppDeps, 'config' | 'database' | 'sealer' | 'provider'>,
): void {
  const { config, database, sealer, provider } = deps;
  const signedOut = postLogoutRedirectUri(config.PUBLIC_URL);

  app.post('/logout', { schema: LOGOUT }, async (request, reply) => {
    if (!isOurs(request)) throw new SsoLinkError('cross_site', 'a sign-out from another site');
    reply.header('cache-control', 'no-store').clearCookie(SESSION_COOKIE, COOKIE_OPTIONS);
    reply.setCookie(PROMPT_COOKIE, '1', { ...COOKIE_OPTIONS, maxAge: PROMPT_COOKIE_S });
    const token = request.cookies[SESSION_COOKIE];
    const session = token && (await endSession(token));
    const next = session ? await endAtProvider(session, request) : undefined;
    if (next === undefined) return reply.redirect(signedOut, 303);
    // No redirect: Chromium holds `form-action` against it, ours and the product's, wherever it leads.
    reply.header('refresh', `0;url=${next}`);
    return sendPage(reply, h(SignedOutPage, {}));
  });

  async function endSession(token: string): Promise<EndedSession | undefined> {
    const [ended] = await database.sql<EndedSession[]>`
      DELETE FROM sessions s USING logins l
      WHERE s.token_hash = ${hashToken(token)} AND l.id = s.login_id
      RETURNING s.id, l.sso_client_id AS "ssoClientId",
        s.refresh_token AS "refreshToken", s.id_token AS "idToken"`;
    return ended;
  }

  /** The session is over already: a failure here is logged, and the person is signed out anyway. */
  async function endAtProvider(session: EndedSession, request: FastifyRequest): Promise<string | undefined> {
    try {
      const client = await findSsoClient(database, sealer, { id: session.ssoClientId });
      if (client === undefined) return undefined;
      const metadata = await provider.metadata(client.issuer);
      const open = (sealed: string, column: Parameters<typeof sessionAssociatedData>[1]) =>
        sealer.open(sealed, sessionAssociatedData(session.id, column));
      if (session.refreshToken) {
        // Not waited for: a slow provider must not hold up a sign-out.
        const refreshToken = open(session.refreshToken, 'refresh_token');
        provider.revoke(client, refreshToken).catch((error: unknown) => {
          request.log.warn({ code: codeOf(error) }, 'the refresh token could not be revoked');
        });
      }
      if (!client.logoutAtProvider || !session.idToken || !metadata.endSessionEndpoint) return undefined;
      const idToken = open(session.idToken, 'id_token');
      return endSessionUrl(metadata.endSessionEndpoint, config.PUBLIC_URL, idToken);
    } catch (error) {
      request.log.warn({ code: codeOf(error) }, 'the session could not be ended at the provider');
      return undefined;
    }
  }

  /**
   * CSRF: a sign-out comes from our own pages or from a listed origin's. Our pages have the referrer policy
   * `no-referrer`, so a browser sends `Origin: null` with their forms (Fetch, “`Origin` header”): it says as little as none.
   * Where Fetch Metadata is missing (Safari before 16.4, proxies that strip headers) the token in our form says it.
   */
  function isOurs(request: FastifyRequest): boolean {
    const { origin } = request.headers;
    if (origin !== undefined && origin !== 'null')
      return [config.PUBLIC_URL, ...config.RETURN_ORIGINS].includes(origin);
    if (request.headers['sec-fetch-site'] === 'same-origin') return true;
    const session = request.cookies[SESSION_COOKIE];
    const { token } = (request.body ?? {}) as { token?: unknown };
    return session !== undefined && token === signOutToken(session);
  }
}
