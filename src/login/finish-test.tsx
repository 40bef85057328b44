import type { FastifyRequest } from 'fastify';
import type { VNode } from 'preact';
import type { AppDeps } from '../app-deps.ts';
import { recordClientTest } from '../companies/client-tests.ts';
import { codeOf } from '../errors.ts';
import type { Outcome } from '../events/link-result.ts';
import { SETUP_COOKIE } from '../http/cookies.ts';
import { ssoIdentityId } from '../ids.ts';
import { addLogFields } from '../observability/requests.ts';
import { TestPage } from '../pages/test-page.tsx';
import { previewLogin } from '../policy/preview-login.ts';
import { endSessionUrl } from '../sessions/end-session-url.ts';
import { reasonClassOf } from '../sessions/session.ts';
import { type ProviderAnswer, verifyLogin } from './finish-login.ts';
import { personOf } from './login-telemetry.ts';
import { sealTestLogout } from './test-logout-route.ts';

/**
 * The end of a test: verified as a login is, and then no login, no cookie; the refresh token is given back. Only what was
 * right is recorded, and of whom it was is not. The page tells the person what came and what would be decided, by the
 * class of a refusal alone; the log has the reason.
 */
export async function finishTest(
  deps: Pick<AppDeps, 'config' | 'database' | 'sealer' | 'provider'>,
  answer: ProviderAnswer,
  request: FastifyRequest,
): Promise<VNode> {
  const { client } = answer;
  const { company, issuer, organization } = client;
  const { claims, profile, tokens } = await verifyLogin(deps, answer);
  if (tokens.refreshToken !== undefined) {
    deps.provider.revoke(client, tokens.refreshToken).catch((error: unknown) => {
      request.log.warn({ code: codeOf(error) }, 'the refresh token of a test could not be revoked');
    });
  }
  const { email, emailVerified } = profile;
  const identityId = ssoIdentityId(company.id, issuer, claims.sub);
  const { outcome, reason, userId, evidence } = await previewLogin(deps.database, {
    companyId: company.id,
    identityId,
    email,
    emailVerified,
  });
  await recordClientTest(deps.database, {
    ssoClientId: client.id,
    version: client.version,
    rule: evidence.rule,
    outcome,
    hasEmail: evidence.email_domain !== null,
    emailVerified,
    domainProven: evidence.domain_verified_by !== null,
    refreshToken: tokens.refreshToken !== undefined,
  });
  const logout = client.logoutAtProvider ? await tryLogout(deps, answer, tokens.idToken) : null;
  addLogFields(request, {
    test: { company: company.slug, sso_client_id: client.id, sso_identity_id: identityId, outcome },
    ...personOf(deps.sealer, email),
    reason: reason ?? undefined,
    rule: evidence.rule,
    user_id: userId ?? undefined,
  });
  return (
    <TestPage
      companyName={company.name}
      profile={profile}
      domain={evidence.email_domain}
      domainProven={evidence.domain_verified_by !== null}
      refreshable={tokens.refreshToken !== undefined}
      knownOrganization={organization}
      outcome={outcome}
      refusal={outcome === 'refused' || userIsMissing(outcome) ? reasonClassOf(reason) : null}
      logout={logout}
      inSetup={request.cookies[SETUP_COOKIE] !== undefined}
      reference={request.id}
    />
  );
}

/** Undefined where the issuer has no sign-out. */
async function tryLogout(
  { config, sealer, provider }: Pick<AppDeps, 'config' | 'sealer' | 'provider'>,
  { client }: ProviderAnswer,
  idToken: string | undefined,
): Promise<string | undefined> {
  const { endSessionEndpoint } = await provider.metadata(client.issuer);
  if (endSessionEndpoint === undefined || idToken === undefined) return undefined;
  return sealTestLogout(sealer, endSessionUrl(endSessionEndpoint, config.PUBLIC_URL, idToken));
}

const userIsMissing = (outcome: Outcome): boolean => outcome === 'ambiguous' || outcome === 'no_match';
