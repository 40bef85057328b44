/**
 * JumpCloud as the rest of the service sees it. Each request finds its endpoint by discovery, and is traced, timed
 * and noted for `/readyz` in here. This folder knows nothing of the database.
 */

import { boundedJson } from '../bounded-fetch.ts';
import type { Issuer } from '../config.ts';
import { inSpan, NO_SPAN, type Span, type SpanOptions, type Tracing } from '../observability/trace.ts';
import { createDiscovery, fetchMetadata, type ProviderMetadata } from './discovery.ts';
import type { ProviderHealth } from './health.ts';
import { type IdTokenClaims, verifyIdToken } from './id-token.ts';
import { createProviderKeys } from './keys.ts';
import { type LogoutTokenClaims, verifyLogoutToken } from './logout-token.ts';
import type { ProviderRequest, TimeRequest } from './metrics.ts';
import {
  type AuthorizationRequest,
  createOAuthClients,
  type OAuthClient,
  type Tokens,
} from './oauth-clients.ts';

/** An SSO client of a company, with its secret in the clear. */
export interface ProviderClient extends OAuthClient {
  issuer: string;
  company: { slug: string };
  /** Its live secrets, in the order in which they are tried: `clientSecret` is the first one. */
  secrets?: readonly LiveSecret[];
}

/** A client secret that is kept sealed. */
export interface LiveSecret {
  id: string;
  sealed: string;
  /** That it works was written down lately. */
  noted: boolean;
}

export interface Provider {
  /**
   * @param issuer byte for byte as in JUMPCLOUD_ISSUERS
   * @throws SsoLinkError `sso_not_active` where it is not listed; ProviderError
   */
  metadata(issuer: string): Promise<ProviderMetadata>;
  /** Where to send the browser, with the fresh PKCE verifier that belongs to it. */
  authorizationUrl(
    client: ProviderClient,
    request: AuthorizationRequest,
  ): Promise<{ url: string; verifier: string }>;
  /** @throws SsoLinkError `grant_rejected` (the code), `access_denied`, `client_rejected` (secret or method); ProviderError */
  exchangeCode(
    client: ProviderClient,
    grant: { code: string; state: string; verifier: string },
    span?: Span,
  ): Promise<Tokens>;
  /** @throws as `exchangeCode`; `grant_rejected` means that the person or the grant is gone */
  refresh(client: ProviderClient, refreshToken: string): Promise<Tokens>;
  /** Does nothing where the issuer has no revocation endpoint. @throws as `exchangeCode` */
  revoke(client: ProviderClient, refreshToken: string): Promise<void>;
  /** Undefined where the issuer has no userinfo endpoint. @throws ProviderError */
  userinfo(
    client: ProviderClient,
    accessToken: string,
    span?: Span,
  ): Promise<Record<string, unknown> | undefined>;
  /**
   * @param expected.nonce absent for the ID token of a refresh
   * @throws SsoLinkError `id_token_invalid` (`facts.claim`); ProviderError when the keys cannot be fetched
   */
  verifyIdToken(
    client: ProviderClient,
    idToken: string,
    expected: { nonce?: string; accessToken: string },
    span?: Span,
  ): Promise<IdTokenClaims>;
  /** @throws SsoLinkError `logout_token_invalid`; ProviderError when the keys cannot be fetched */
  verifyLogoutToken(
    client: Pick<ProviderClient, 'issuer' | 'clientId'>,
    token: string,
  ): Promise<LogoutTokenClaims>;
  close(): Promise<void>;
}

/** @param options.callbackUrl `PUBLIC_URL/login/callback`, and never anything that a request says */
export function createProvider(options: {
  issuers: readonly Issuer[];
  callbackUrl: string;
  tracing: Pick<Tracing, 'start'>;
  timeRequest: TimeRequest;
  health: Pick<ProviderHealth, 'watch' | 'onDiscoveryFailed'>;
}): Provider {
  const { issuers, tracing, timeRequest, health } = options;
  const oauth = createOAuthClients(options.callbackUrl);
  const keysOf = createProviderKeys((url) => timeRequest({ endpoint: 'keys', url }, () => boundedJson(url)));
  const discovery = createDiscovery(issuers, (issuer) =>
    timeRequest({ endpoint: 'discovery', url: issuer }, () => fetchMetadata(issuer)),
  );

  async function metadata(issuer: string): Promise<ProviderMetadata> {
    try {
      return await discovery.metadata(issuer);
    } catch (error) {
      health.onDiscoveryFailed(issuer, error);
      throw error;
    }
  }

  /** One request for a company's client: its span is a child of `parent`. */
  function request<T>(
    client: ProviderClient,
    { endpoint, url }: Pick<ProviderRequest, 'endpoint' | 'url'>,
    parent: Span | undefined,
    work: () => Promise<T>,
  ): Promise<T> {
    const timed = () => timeRequest({ endpoint, url, company: client.company.slug }, work);
    const method = endpoint === 'userinfo' ? 'GET' : 'POST';
    const traced = parent ? inSpan(tracing, ...requestSpan(method, url, parent), timed) : timed();
    return endpoint === 'userinfo' || endpoint === 'revoke' ? traced : health.watch(client.issuer, traced);
  }

  return {
    metadata,
    async authorizationUrl(client, start) {
      return oauth.authorizationUrl(client, await metadata(client.issuer), start);
    },
    async exchangeCode(client, grant, span) {
      const found = await metadata(client.issuer);
      const where = { endpoint: 'token', url: found.tokenEndpoint } as const;
      return request(client, where, span, () => oauth.exchange(client, found, grant));
    },
    async refresh(client, refreshToken) {
      const found = await metadata(client.issuer);
      const where = { endpoint: 'refresh', url: found.tokenEndpoint } as const;
      return request(client, where, undefined, () => oauth.refresh(client, found, refreshToken));
    },
    async revoke(client, refreshToken) {
      const found = await metadata(client.issuer);
      if (found.revocationEndpoint === undefined) return;
      const where = { endpoint: 'revoke', url: found.revocationEndpoint } as const;
      await request(client, where, undefined, () => oauth.revoke(client, found, refreshToken));
    },
    async userinfo(client, accessToken, span) {
      const { userinfoEndpoint: url } = await metadata(client.issuer);
      if (url === undefined) return undefined;
      const headers = { authorization: `Bearer ${accessToken}` };
      return request(client, { endpoint: 'userinfo', url }, span, () => boundedJson(url, headers));
    },
    async verifyIdToken(client, idToken, expected, span = NO_SPAN) {
      const { jwksUri } = await metadata(client.issuer);
      const { issuer, clientId } = client;
      return inSpan(tracing, 'verify id token', { parent: span }, () =>
        verifyIdToken(idToken, { issuer, clientId, ...expected, keys: keysOf(jwksUri) }),
      );
    },
    async verifyLogoutToken({ issuer, clientId }, token) {
      const { jwksUri } = await metadata(issuer);
      return verifyLogoutToken(token, { issuer, clientId, keys: keysOf(jwksUri) });
    },
    close: oauth.close,
  };
}

function requestSpan(method: string, url: string, parent: Span): [string, SpanOptions] {
  const { hostname, pathname, port, protocol } = new URL(url);
  const attributes = {
    'http.request.method': method,
    'url.template': pathname,
    'server.address': hostname,
    'server.port': Number(port) || (protocol === 'https:' ? 443 : 80),
  };
  return [`${method} ${pathname}`, { kind: 'client', parent, attributes }];
}
