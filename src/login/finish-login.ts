import type { AppDeps } from '../app-deps.ts';
import { insist } from '../db/insist.ts';
import { SsoLinkError } from '../errors.ts';
import type { Logger } from '../observability/log.ts';
import { inSpan, type Span } from '../observability/trace.ts';
import { boundedJson, ProviderError } from '../provider/bounded-fetch.ts';
import type { ProviderMetadata } from '../provider/discovery.ts';
import type { Tokens } from '../provider/oauth-clients.ts';
import { rememberOrganization, type SsoClient } from '../provider/sso-client.ts';
import type { Attempt } from './attempt.ts';
import { type IdTokenClaims, verifyIdToken } from './id-token.ts';
import { personOf, recordSpan, requestSpan, tellLogin } from './login-telemetry.ts';
import { type Profile, readProfile } from './profile.ts';
import { type RecordOutcome, recordLogin } from './record.ts';

/** Whoever changes the schema meanwhile may be in the way: the statement was rolled back whole. */
const DEADLOCK = { codes: ['40P01'], tries: 3, pause: () => 100 };

export interface ProviderAnswer {
  attempt: Attempt;
  client: SsoClient;
  query: { code?: string; iss?: string };
  previousSession: string | undefined;
  log: Pick<Logger, 'info' | 'warn'>;
  /** The callback's. */
  span: Span;
}

type Deps = Pick<
  AppDeps,
  'config' | 'database' | 'sealer' | 'metrics' | 'tracing' | 'discovery' | 'providerKeys' | 'oauth' | 'hint'
>;

/** What the provider's answer comes to, once all of it holds. */
export interface VerifiedLogin {
  metadata: ProviderMetadata;
  claims: IdTokenClaims;
  profile: Profile;
  tokens: Tokens;
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
  deps: Omit<Deps, 'database' | 'hint' | 'sealer'>,
  answer: Omit<ProviderAnswer, 'previousSession' | 'log'>,
): Promise<VerifiedLogin> {
  const { attempt, client, query, span } = answer;
  const { tracing } = deps;
  span.set({ 'sso_link.company': client.company.slug });
  const asked = <T>(method: string, url: string, endpoint: 'token' | 'userinfo', work: () => Promise<T>) =>
    inSpan(tracing, ...requestSpan(method, url, span), () =>
      deps.metrics.timeProvider({ endpoint, url, company: client.company.slug }, work),
    );
  const metadata = await deps.discovery.metadata(client.issuer);
  checkIss(query.iss, metadata);
  if (!query.code) throw new SsoLinkError('request_malformed', 'a callback without a code');

  const grant = { ...attempt, code: query.code };
  const tokens = await asked('POST', metadata.tokenEndpoint, 'token', () =>
    deps.oauth.exchange(client, metadata, grant),
  );
  if (tokens.idToken === undefined) {
    throw new ProviderError('provider_answer_invalid', 'the token response has no ID token');
  }
  const { idToken, accessToken } = tokens;
  const claims = await inSpan(tracing, 'verify id token', { parent: span }, () =>
    verifyIdToken(idToken, {
      issuer: client.issuer,
      clientId: client.clientId,
      nonce: attempt.nonce,
      accessToken,
      keys: deps.providerKeys(metadata.jwksUri),
    }),
  );
  const profile = await completeProfile(claims, metadata, (endpoint) =>
    asked('GET', endpoint, 'userinfo', () =>
      boundedJson(endpoint, { authorization: `Bearer ${accessToken}` }),
    ),
  );
  return { metadata, claims, profile, tokens };
}

async function recordVerified(
  deps: Deps,
  { attempt, client, span, previousSession, log }: ProviderAnswer,
  { claims, profile, tokens }: VerifiedLogin,
): Promise<RecordOutcome> {
  const { tracing, sealer } = deps;
  const person = personOf(sealer, profile.email);
  const recorded = await inSpan(tracing, 'record login', recordSpan(span), async (event) => {
    const record = () =>
      recordLogin(
        deps.database,
        attempt,
        {
          company: client.company,
          issuer: client.issuer,
          subject: claims.sub,
          profile,
          tokens,
          trace: { ...event.headers, ...person },
          previousSession,
        },
        { sealer, sessionAbsolute: deps.config.SESSION_ABSOLUTE },
      );
    const done = await insist(record, DEADLOCK);
    event.set({
      'sso_link.outcome': done.outcome,
      ...(done.outcome === 'recorded' && { 'messaging.message.id': done.loginId }),
    });
    return done;
  });
  if (recorded.outcome === 'recorded') {
    deps.hint();
    await noteOrganization(deps, client, profile.organization);
    tellLogin(log, client, recorded, {
      ...person,
      subject: claims.sub,
      organization: profile.organization,
      refreshable: tokens.refreshToken !== undefined,
    });
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
): Promise<void> {
  if (organization === null || client.organization !== null) return;
  await rememberOrganization(database, client, organization);
}
