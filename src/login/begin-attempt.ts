import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AppDeps } from '../app-deps.ts';
import type { SsoClient } from '../companies/sso-client-lookup.ts';
import { COOKIE_OPTIONS, PROMPT_COOKIE } from '../http/cookies.ts';
import { messagesOf } from '../pages/languages.ts';
import { randomToken } from '../tokens.ts';
import { attemptsToForget, sealAttempt } from './attempt.ts';
import { createState } from './state.ts';

export interface Beginning {
  client: SsoClient;
  returnTo: string;
  loginHint?: string | undefined;
  test: boolean;
  /** False for a second try: the application at JumpCloud refused the scope `offline_access`. */
  offlineAccess: boolean;
}

/** A fresh attempt in a sealed cookie, and the redirect to JumpCloud. */
export async function beginAttempt(
  { config, sealer, provider }: Pick<AppDeps, 'config' | 'sealer' | 'provider'>,
  request: FastifyRequest,
  reply: FastifyReply,
  { client, returnTo, loginHint, test, offlineAccess }: Beginning,
): Promise<FastifyReply> {
  const nonce = randomToken();
  const state = createState(sealer, { company: client.company.slug, returnTo });
  const { url, verifier } = await provider.authorizationUrl(client, {
    state,
    nonce,
    offlineAccess,
    // After a sign-out or a refusal another person may want to sign in: JumpCloud would not ask.
    askAccount: request.cookies[PROMPT_COOKIE] !== undefined,
    uiLocales: messagesOf(request).locale,
    ...(loginHint && { loginHint }),
  });
  const cookie = sealAttempt(sealer, {
    state,
    nonce,
    verifier,
    ssoClientId: client.id,
    ssoClientVersion: client.version,
    ...(test && { test: true }),
    ...(!offlineAccess && { offlineAccess: false }),
    company: client.company.slug,
    returnTo,
    sessionToken: randomToken(),
    startedAt: Date.now(),
  });
  for (const name of attemptsToForget(request.cookies, cookie)) reply.clearCookie(name, COOKIE_OPTIONS);
  reply.setCookie(cookie.name, cookie.value, {
    ...COOKIE_OPTIONS,
    maxAge: Math.floor(config.LOGIN_ATTEMPT_TTL / 1000),
  });
  return reply.header('cache-control', 'no-store').redirect(url, 303);
}
