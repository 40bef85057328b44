import type { AppDeps } from '../app-deps.ts';
import { ProviderError } from '../bounded-fetch.ts';
import { rememberOrganization, type SsoClient } from '../companies/sso-client-lookup.ts';
import { SsoLinkError } from '../errors.ts';
import type { Logger } from '../observability/log.ts';
import { inSpan, type Span } from '../observability/trace.ts';
import type { ProviderMetadata } from '../provider/discovery.ts';
import type { IdTokenClaims } from '../provider/id-token.ts';
import type { Tokens } from '../provider/oauth-clients.ts';
import type { Attempt } from './attempt.ts';
import { logLogin, personOf, recordSpan } from './login-telemetry.ts';
import { type Profile, readProfile } from './profile.ts';
import { type RecordOutcome, recordLogin } from './record.ts';

export interface ProviderAnswer {
  attempt: Attempt;
  client: SsoClient;
  query: { code?: string; iss?: string };
  previousSession: string | undefined;
  /** `deviceLabel` of the browser. */
  device: string | null;
  log: Pick<Logger, 'info' | 'warn'>;
  /** The callback's. */
  span: Span;
}

type Deps = Pick<
  AppDeps,
  'config' | 'database' | 'sealer' | 'tracing' | 'provider' | 'notifyRelay' | 'directory'
>;

/** What the provider's answer comes to, once all of it holds. */
export interface VerifiedLogin {
  claims: IdTokenClaims;
  profile: Profile;
  tokens: Tokens;
  /** Which session at the provider it is; null where the issuer sends no logout tokens, or gives none. */
  sid: string | null;
}

/**
 * From the provider's answer to a recorded login. Nothing is written unless all of it holds.
 * @throws SsoLinkError whose code src/pages/problem.ts turns into a page
 */
export async function finishLogin(deps: Deps, answer: ProviderAnswer): Promise<RecordOutcome> {
  return recordVerified(deps, answer, await verifyLogin(deps, answer));
}

/**
 * `iss`, the code's exchange, the ID token, the profile.
 * @throws SsoLinkError whose code src/pages/problem.ts turns into a page
 */
export async function verifyLogin(
  { provider }: Pick<Deps, 'provider'>,
  answer: Omit<ProviderAnswer, 'previousSession' | 'device' | 'log'>,
): Promise<VerifiedLogin> {
  const { attempt, client, query, span } = answer;
  span.set({ 'sso_link.company': client.company.slug });
  const metadata = await provider.metadata(client.issuer);
  checkIss(query.iss, metadata);
  if (!query.code) throw new SsoLinkError('request_malformed', 'a callback without a code');

  const tokens = await provider.exchangeCode(client, { ...attempt, code: query.code }, span);
  const { idToken, accessToken } = tokens;
  if (idToken === undefined) {
    throw new ProviderError('provider_answer_invalid', 'the token response has no ID token');
  }
  const expected = { nonce: attempt.nonce, accessToken };
  const claims = await provider.verifyIdToken(client, idToken, expected, span);
  const profile = await completeProfile(claims, () => provider.userinfo(client, accessToken, span));
  const sid = metadata.backchannelLogout && typeof claims.sid === 'string' ? claims.sid : null;
  return { claims, profile, tokens, sid };
}

async function recordVerified(
  deps: Deps,
  { attempt, client, span, previousSession, device, log }: ProviderAnswer,
  { claims, profile, tokens, sid }: VerifiedLogin,
): Promise<RecordOutcome> {
  const { tracing, sealer } = deps;
  const person = personOf(sealer, profile.email);
  const recorded = await inSpan(tracing, 'record login', recordSpan(span), async (event) => {
    const done = await recordLogin(
      deps.database,
      attempt,
      {
        company: client.company,
        issuer: client.issuer,
        subject: claims.sub,
        profile,
        tokens,
        sid,
        device,
        trace: { ...event.headers, ...person },
        previousSession,
      },
      { sealer, sessionAbsolute: deps.config.SESSION_ABSOLUTE, directory: deps.directory },
    );
    event.set({
      'sso_link.outcome': done.outcome,
      ...(done.outcome === 'recorded' && { 'messaging.message.id': done.loginId }),
    });
    return done;
  });
  if (recorded.outcome === 'recorded') {
    deps.notifyRelay();
    await noteOrganization(deps, client, profile.organization);
    logLogin(log, client, recorded, {
      ...person,
      subject: claims.sub,
      organization: profile.organization,
      refreshable: tokens.refreshToken !== undefined,
      unexpected: profile.unexpected,
    });
  }
  return recorded;
}

/** RFC 9207: wrong is refused even where none is advertised; missing, where one is. */
function checkIss(iss: string | undefined, metadata: ProviderMetadata): void {
  if (iss === undefined ? metadata.issInResponse : iss !== metadata.issuer) {
    throw new SsoLinkError('iss_mismatch', 'iss is missing from the response, or names another issuer');
  }
}

/** Userinfo is asked only where the ID token has no email; then email and flag both come from there. */
async function completeProfile(
  claims: IdTokenClaims,
  fetchUserinfo: () => Promise<Record<string, unknown> | undefined>,
): Promise<Profile> {
  const profile = readProfile(claims);
  if (profile.email !== null) return profile;
  const userinfo = await fetchUserinfo();
  if (userinfo === undefined) return profile;
  if (userinfo.sub !== claims.sub) {
    throw new SsoLinkError('userinfo_sub_mismatch', 'userinfo speaks of another subject than the ID token');
  }
  const { email, emailVerified, name, unexpected } = readProfile(userinfo);
  return {
    ...profile,
    email,
    emailVerified,
    name: profile.name ?? name,
    unexpected: { ...profile.unexpected, ...unexpected },
  };
}

async function noteOrganization(
  { database }: Deps,
  client: SsoClient,
  organization: string | null,
): Promise<void> {
  if (organization === null || client.organization !== null) return;
  await rememberOrganization(database, client, organization);
}
