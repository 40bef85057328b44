/**
 * The one file that knows @fastify/oauth2. The plugin is made for one client that is fixed at start, while
 * SSO clients come and go at run time: so each (SSO client, version, secret) gets a child Fastify of its own that
 * never listens (2 ms, 150 KB), in a bounded cache, closed when it falls out.
 *
 * The plugin's weaknesses, repaired here: endpoints come from our own validated discovery; an answer is bounded in
 * time and size and its shape is checked; one shared agent keeps connections alive although options are
 * deep-cloned; its errors carry the client's credential, so nothing of them but a code is kept; a refresh
 * token that isn't rotated stays.
 */
import oauth2Plugin, { type OAuth2Namespace } from '@fastify/oauth2';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { PROVIDER_MAX_BYTES, PROVIDER_TIMEOUT_MS, ProviderError } from '../bounded-fetch.ts';
import { SsoLinkError } from '../errors.ts';
import { withTimeout } from '../promises.ts';
import type { ProviderMetadata } from './discovery.ts';
import { type Answer, createHandOverAgent } from './hand-over-agent.ts';

/** An SSO client as the OAuth client needs it; the secret is open. */
export interface OAuthClient {
  id: string;
  version: number;
  clientId: string;
  clientSecret: string;
  authMethod: 'client_secret_post' | 'client_secret_basic';
}

/** What the authorization request says besides what every one says. */
export interface AuthorizationRequest {
  state: string;
  nonce: string;
  loginHint?: string;
  /** Whether to ask for a refresh token. */
  offlineAccess: boolean;
  /** Whether the provider asks who signs in, even if it knows (`prompt=login`). */
  askAccount: boolean;
  /** The language of the person's pages (OpenID Connect Core §3.1.2.1). */
  uiLocales: string;
}

export interface Tokens {
  accessToken: string;
  idToken?: string;
  refreshToken?: string;
}

export interface OAuthClients {
  /** Where to send the browser, with the fresh PKCE verifier that belongs to it. */
  authorizationUrl(
    client: OAuthClient,
    metadata: ProviderMetadata,
    request: AuthorizationRequest,
  ): Promise<{ url: string; verifier: string }>;
  /** @throws SsoLinkError `grant_rejected` (the code), `client_rejected` (secret or method), ProviderError */
  exchange(
    client: OAuthClient,
    metadata: ProviderMetadata,
    grant: { code: string; state: string; verifier: string },
  ): Promise<Tokens>;
  /** @throws as `exchange`; `grant_rejected` means that the person or the grant is gone */
  refresh(client: OAuthClient, metadata: ProviderMetadata, refreshToken: string): Promise<Tokens>;
  /** Best effort at sign-out. */
  revoke(client: OAuthClient, metadata: ProviderMetadata, refreshToken: string): Promise<void>;
  close(): Promise<void>;
}

const MAX_CLIENTS = 500;
const STATE_COOKIE = 'state';
const VERIFIER_COOKIE = 'verifier';
const OFFLINE_ACCESS = 'offline_access';
const SCOPES = ['openid', 'email', 'profile', OFFLINE_ACCESS];

type Child = FastifyInstance & { provider: OAuth2Namespace };

/** @param callbackUrl `PUBLIC_URL/login/callback`, and never anything that a request says */
export function createOAuthClients(callbackUrl: string): OAuthClients {
  const children = new Map<string, Promise<Child>>();

  function childOf(client: OAuthClient, metadata: ProviderMetadata): Promise<Child> {
    const { id, version, clientSecret } = client;
    // A client may have two secrets at once, of one version.
    const key = `${id} ${version} ${clientSecret} ${metadata.tokenEndpoint} ${metadata.authorizationEndpoint}`;
    const known = children.get(key);
    if (known) {
      // Put last again: a Map keeps the order of insertion, so the first is the longest unused.
      children.delete(key);
      children.set(key, known);
      return known;
    }
    const child = createChild(client, metadata, callbackUrl);
    children.set(key, child);
    child.catch(() => children.delete(key));
    for (const [oldest, evicted] of children) {
      if (children.size <= MAX_CLIENTS) break;
      children.delete(oldest);
      void evicted.then((c) => c.close()).catch(() => {});
    }
    return child;
  }

  return {
    async authorizationUrl(
      client,
      metadata,
      { state, nonce, loginHint, offlineAccess, askAccount, uiLocales },
    ) {
      const { provider } = await childOf(client, metadata);
      const cookies: Record<string, string> = {};
      const reply = { setCookie: (name: string, value: string) => (cookies[name] = value) };
      const url = new URL(
        await provider.generateAuthorizationUri(
          { query: { state } } as unknown as FastifyRequest,
          reply as unknown as FastifyReply,
        ),
      );
      url.searchParams.set('nonce', nonce);
      url.searchParams.set('ui_locales', uiLocales);
      if (loginHint) url.searchParams.set('login_hint', loginHint);
      if (askAccount) url.searchParams.set('prompt', 'login');
      if (!offlineAccess) url.searchParams.set('scope', SCOPES.filter((s) => s !== OFFLINE_ACCESS).join(' '));
      return { url: url.href, verifier: cookies[VERIFIER_COOKIE] as string };
    },

    async exchange(client, metadata, { code, state, verifier }) {
      const { provider } = await childOf(client, metadata);
      const request = {
        query: { code, state },
        cookies: { [STATE_COOKIE]: state, [VERIFIER_COOKIE]: verifier },
      };
      const answer = await bounded(
        provider.getAccessTokenFromAuthorizationCodeFlow(request as unknown as FastifyRequest),
      ).catch(explainDenial);
      return readTokens(answer);
    },

    async refresh(client, metadata, refreshToken) {
      const { provider } = await childOf(client, metadata);
      const old = { refresh_token: refreshToken } as Parameters<
        OAuth2Namespace['getNewAccessTokenUsingRefreshToken']
      >[0];
      const tokens = readTokens(await bounded(provider.getNewAccessTokenUsingRefreshToken(old, {})));
      return { refreshToken, ...tokens };
    },

    async revoke(client, metadata, refreshToken) {
      if (metadata.revocationEndpoint === undefined) return;
      const { provider } = await childOf(client, metadata);
      const token = { refresh_token: refreshToken } as Parameters<OAuth2Namespace['revokeToken']>[0];
      await bounded(provider.revokeToken(token, 'refresh_token', { json: false } as never));
    },

    async close() {
      const all = [...children.values()];
      children.clear();
      await Promise.allSettled(all.map(async (child) => (await child).close()));
    },
  };
}

async function createChild(
  client: OAuthClient,
  metadata: ProviderMetadata,
  callbackUri: string,
): Promise<Child> {
  const [token, authorize] = [new URL(metadata.tokenEndpoint), new URL(metadata.authorizationEndpoint)];
  const revoke = metadata.revocationEndpoint ? new URL(metadata.revocationEndpoint) : undefined;
  const child = Fastify();
  await child.register(oauth2Plugin, {
    name: 'provider',
    scope: SCOPES,
    pkce: 'S256',
    callbackUri,
    redirectStateCookieName: STATE_COOKIE,
    verifierCookieName: VERIFIER_COOKIE,
    userAgent: 'sso-link',
    // Binding the state to the browser is the attempt's task (attempt.ts); here it is passed through.
    generateStateFunction: (request: FastifyRequest) => (request.query as { state: string }).state,
    checkStateFunction: () => true,
    credentials: {
      client: { id: client.clientId, secret: client.clientSecret },
      auth: {
        tokenHost: token.origin,
        tokenPath: token.pathname + token.search,
        authorizeHost: authorize.origin,
        authorizePath: authorize.pathname + authorize.search,
        ...(revoke && { revokePath: revoke.pathname + revoke.search }),
      },
      options: {
        authorizationMethod: client.authMethod === 'client_secret_basic' ? 'header' : 'body',
      },
      http: {
        timeout: PROVIDER_TIMEOUT_MS,
        maxBytes: PROVIDER_MAX_BYTES,
        agent: createHandOverAgent(token.protocol),
      },
    },
  });
  return child as unknown as Child;
}

/** The library's timers for connecting and reading are two: this is the one deadline over both. */
async function bounded<T>(answer: Promise<T>): Promise<T> {
  try {
    return await withTimeout(PROVIDER_TIMEOUT_MS, answer, () => {
      throw new ProviderError('provider_timeout', 'the token endpoint gave no whole answer within 10 s');
    });
  } catch (error) {
    throw error instanceof SsoLinkError ? error : translate(error);
  }
}

interface WreckError {
  isBoom?: boolean;
  code?: string;
  output?: { statusCode: number };
  data?: { isResponseError?: boolean; payload?: { error?: unknown }; code?: string; res?: Answer } | null;
}

/** What the library threw holds the request and so the client's credential: only codes get out of here. */
function translate(thrown: unknown): SsoLinkError {
  const error = thrown as WreckError;
  const status = error.output?.statusCode ?? 0;
  const answered = error.data?.res?.answered ?? (error.data?.isResponseError ? status : 0);
  // Whatever the body says: a gateway answers for a provider that is down with HTML, or with nothing.
  if (answered === 429 || answered >= 500) {
    return new ProviderError('provider_failed', `the token endpoint answered ${answered}`, {
      facts: { status: String(answered) },
    });
  }
  if (error.data?.isResponseError) {
    const code = typeof error.data.payload?.error === 'string' ? error.data.payload.error : '';
    return rejection(answered, /^[a-z_]{1,60}$/.test(code) ? code : 'no error code');
  }
  if (status === 504) {
    return new ProviderError('provider_timeout', 'the token endpoint gave no whole answer within 10 s');
  }
  const network = error.data?.code ?? error.code;
  if (network !== undefined) {
    return new ProviderError('provider_unreachable', `the token endpoint could not be reached (${network})`);
  }
  return new ProviderError(
    'provider_answer_invalid',
    'the token endpoint gave an answer that is no token response',
  );
}

/** RFC 6749 §5.2, and what Hydra answers: 401 `token_inactive`, 403 `access_denied` by a token hook. */
const GRANT_ERRORS = new Set(['invalid_grant', 'token_inactive', 'token_expired', 'access_denied']);

/** A 4xx of the token endpoint concerns one grant or one client, and is no outage. */
function rejection(status: number, code: string): SsoLinkError {
  const answer = `the token endpoint answered ${status} ${code}`;
  const facts = { facts: { endpoint: 'token', status: String(status), oauth_error: code } };
  if (GRANT_ERRORS.has(code)) return new SsoLinkError('grant_rejected', answer, facts);
  if (['invalid_client', 'unauthorized_client'].includes(code)) {
    const hint = 'look at the client secret and at the Client Authentication Type';
    return new SsoLinkError('client_rejected', `${answer}: ${hint}`, facts);
  }
  return new SsoLinkError('client_misconfigured', `${answer}: look at the application's settings`, facts);
}

/** A token hook of Hydra's denies the person, as at the callback: they have to ask for an assignment, not to start again. */
function explainDenial(error: SsoLinkError): never {
  const { message, facts } = error;
  throw facts.oauth_error === 'access_denied' ? new SsoLinkError('access_denied', message, { facts }) : error;
}

/** RFC 6749 §5.1; the library takes a redirect with JSON, or `[]`, for a token response. */
function readTokens(answer: unknown): Tokens {
  const token = (answer as { token?: unknown } | null)?.token;
  const fields = (typeof token === 'object' && token !== null ? token : {}) as Record<string, unknown>;
  const accessToken = readToken(fields, 'access_token');
  const idToken = readToken(fields, 'id_token');
  const refreshToken = readToken(fields, 'refresh_token');
  if (accessToken === undefined || readToken(fields, 'token_type')?.toLowerCase() !== 'bearer') {
    throw new ProviderError(
      'provider_answer_invalid',
      'the token endpoint gave an answer that is no token response',
    );
  }
  return { accessToken, ...(idToken && { idToken }), ...(refreshToken && { refreshToken }) };
}

function readToken(fields: Record<string, unknown>, name: string): string | undefined {
  const value = fields[name];
  return typeof value === 'string' && value !== '' && value.length <= 64 * 1024 ? value : undefined;
}
