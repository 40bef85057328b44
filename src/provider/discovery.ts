import { boundedJson, ProviderError } from '../bounded-fetch.ts';
import type { Issuer } from '../config.ts';
import { SsoLinkError } from '../errors.ts';
import { singleFlight } from '../promises.ts';

/** What we use of an issuer's OpenID Provider Metadata (OpenID Connect Discovery 1.0 §3). */
export interface ProviderMetadata {
  issuer: string;
  authorizationEndpoint: string;
  tokenEndpoint: string;
  jwksUri: string;
  userinfoEndpoint?: string;
  revocationEndpoint?: string;
  endSessionEndpoint?: string;
  /** RFC 9207: the response must carry `iss`. */
  issInResponse: boolean;
  /** It sends logout tokens (OpenID Connect Back-Channel Logout 1.0 §2.1). */
  backchannelLogout: boolean;
}

export interface Discovery {
  /**
   * @param issuer byte-exact, as listed
   * @throws SsoLinkError `sso_not_active` where it isn't listed (any more): its companies are refused
   * @throws ProviderError when it can't be had, or says what it must not
   */
  metadata(issuer: string): Promise<ProviderMetadata>;
}

const FRESH_MS = 10 * 60_000;

/**
 * The metadata of the listed issuers, and of no others. Kept for ten minutes; after that an answer that
 * can't be had leaves the last one in force, since endpoints hardly ever change and logins must continue.
 * @param fetch `fetchMetadata`, or what times it
 */
export function createDiscovery(
  issuers: readonly Issuer[],
  fetch: typeof fetchMetadata = fetchMetadata,
): Discovery {
  const listed = new Set(issuers.map((i) => i.url));
  const cache = new Map<string, { metadata: ProviderMetadata; at: number }>();
  const fetchOnce = singleFlight<ProviderMetadata>();

  async function refresh(issuer: string): Promise<ProviderMetadata> {
    const known = cache.get(issuer);
    try {
      const metadata = await fetch(issuer);
      cache.set(issuer, { metadata, at: Date.now() });
      return metadata;
    } catch (error) {
      if (known === undefined) throw error;
      cache.set(issuer, { ...known, at: Date.now() - FRESH_MS + 30_000 });
      return known.metadata;
    }
  }

  return {
    async metadata(issuer) {
      if (!listed.has(issuer)) {
        throw new SsoLinkError('sso_not_active', `${issuer} isn't listed in JUMPCLOUD_ISSUERS`);
      }
      const known = cache.get(issuer);
      if (known && Date.now() - known.at < FRESH_MS) return known.metadata;
      return fetchOnce(issuer, () => refresh(issuer));
    },
  };
}

/** Fetches and checks the metadata of one issuer. @throws ProviderError */
export async function fetchMetadata(issuer: string): Promise<ProviderMetadata> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const document = await boundedJson(url);
  if (document.issuer !== issuer) {
    throw new ProviderError('provider_answer_invalid', `${url} speaks for another issuer`);
  }
  const endpoint = (name: string) => sameOrigin(issuer, name, document[name]);
  const required = (name: string) => {
    const value = endpoint(name);
    if (value === undefined) throw new ProviderError('provider_answer_invalid', `${url} has no ${name}`);
    return value;
  };
  const optional = (key: keyof ProviderMetadata, name: string) => {
    const value = endpoint(name);
    return value === undefined ? {} : { [key]: value };
  };
  return {
    issuer,
    authorizationEndpoint: required('authorization_endpoint'),
    tokenEndpoint: required('token_endpoint'),
    jwksUri: required('jwks_uri'),
    ...optional('userinfoEndpoint', 'userinfo_endpoint'),
    ...optional('revocationEndpoint', 'revocation_endpoint'),
    ...optional('endSessionEndpoint', 'end_session_endpoint'),
    issInResponse: document.authorization_response_iss_parameter_supported === true,
    backchannelLogout: document.backchannel_logout_supported === true,
  };
}

/** An endpoint on the issuer's own scheme, host and port: a code or a secret goes nowhere else. */
function sameOrigin(issuer: string, name: string, value: unknown): string | undefined {
  if (value === undefined) return undefined;
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined;
  if (url?.origin !== new URL(issuer).origin || url.username || url.password || url.hash) {
    throw new ProviderError('provider_answer_invalid', `${name} of ${issuer} isn't on the issuer's own host`);
  }
  return url.href;
}
