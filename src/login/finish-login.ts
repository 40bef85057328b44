import type { AppDeps } from '../app-deps.ts';
import { SsoLinkError } from '../errors.ts';
import type { Logger } from '../observability/log.ts';
import type { Attempt } from './attempt.ts';
import { boundedJson, ProviderError } from './bounded-fetch.ts';
import type { ProviderMetadata } from './discovery.ts';
import { type IdTokenClaims, verifyIdToken } from './id-token.ts';
import { type Profile, readProfile } from './profile.ts';
import { type RecordOutcome, recordLogin } from './record.ts';
import { rememberOrganization, type SsoClient } from './sso-client.ts';

export interface ProviderAnswer {
  attempt: Attempt;
  client: SsoClient;
  query: { code?: string; iss?: string };
  previousSession: string | undefined;
  log: Pick<Logger, 'warn'>;
}

type Deps = Pick<
  AppDeps,
  'config' | 'database' | 'sealer' | 'metrics' | 'discovery' | 'providerKeys' | 'oauth'
>;

/**
 * From the provider's answer to a recorded login: `iss`, the code's exchange, the ID token, the profile, the
 * statement. Nothing is written unless all of it holds.
 * @throws SsoLinkError whose code src/pages/problem.ts turns into a page
 */
export async function finishLogin(deps: Deps, answer: ProviderAnswer): Promise<RecordOutcome> {
  const { attempt, client, query, log } = answer;
  const timed = <T>(endpoint: string, work: () => Promise<T>) =>
    deps.metrics.timeProvider(client.company.slug, endpoint, work);
  const metadata = await timed('discovery', () => deps.discovery.metadata(client.issuer));
  checkIss(query.iss, metadata);
  if (!query.code) throw new SsoLinkError('request_malformed', 'a callback without a code');

  const grant = { ...attempt, code: query.code };
  const tokens = await timed('token', () => deps.oauth.exchange(client, metadata, grant));
  if (tokens.idToken === undefined) {
    throw new ProviderError('provider_answer_invalid', 'the token response has no ID token');
  }
  const claims = await verifyIdToken(tokens.idToken, {
    issuer: client.issuer,
    clientId: client.clientId,
    nonce: attempt.nonce,
    accessToken: tokens.accessToken,
    keys: deps.providerKeys(metadata.jwksUri),
  });
  const profile = await completeProfile(claims, metadata, (endpoint) =>
    timed('userinfo', () => boundedJson(endpoint, { authorization: `Bearer ${tokens.accessToken}` })),
  );
  const recorded = await recordLogin(
    deps.database,
    attempt,
    {
      company: client.company,
      issuer: client.issuer,
      subject: claims.sub,
      profile,
      tokens,
      trace: {},
      previousSession: answer.previousSession,
    },
    { sealer: deps.sealer, sessionAbsolute: deps.config.SESSION_ABSOLUTE },
  );
  if (recorded.outcome === 'recorded') {
    if (tokens.refreshToken === undefined) {
      log.warn(
        { company: client.company.slug },
        'no refresh token: the session cannot be followed at JumpCloud; the application there lacks the Refresh Token grant',
      );
    }
    await noteOrganization(deps, client, profile.organization, log);
  }
  return recorded;
}

/** RFC 9207: wrong is refused even where none is advertised; missing, where one is. */
function checkIss(iss: string | undefined, metadata: ProviderMetadata): void {
  if (iss === undefined ? metadata.issInResponse : iss !== metadata.issuer) {
    throw new SsoLinkError('iss_wrong', 'iss is missing from the response, or names another issuer');
  }
}

/** Userinfo is asked only where the ID token has no email; then email and flag both come from there. */
async function completeProfile(
  claims: IdTokenClaims,
  metadata: ProviderMetadata,
  ask: (endpoint: string) => Promise<Record<string, unknown>>,
): Promise<Profile> {
  const profile = readProfile(claims);
  if (profile.email !== null || metadata.userinfoEndpoint === undefined) return profile;
  const userinfo = await ask(metadata.userinfoEndpoint);
  if (userinfo.sub !== claims.sub) {
    throw new SsoLinkError('userinfo_subject', 'userinfo speaks of another subject than the ID token');
  }
  const { email, emailVerified, name } = readProfile(userinfo);
  return { ...profile, email, emailVerified, name: profile.name ?? name };
}

async function noteOrganization(
  { database }: Deps,
  client: SsoClient,
  organization: string | null,
  log: Pick<Logger, 'warn'>,
): Promise<void> {
  if (organization === null || organization === client.organization) return;
  if (client.organization === null) {
    await rememberOrganization(database, client, organization);
  } else {
    log.warn(
      { company: client.company.slug, sso_client: client.id },
      'jc_org is another than at the first sign-in: is this still the same JumpCloud organization?',
    );
  }
}
