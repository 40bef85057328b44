import { randomBytes } from 'node:crypto';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import type { AdapterPayload, Configuration, interactionPolicy, KoaContextWithOIDC } from 'oidc-provider';
import { idTokenClaims } from './claims.ts';
import type { OidcProvider, World } from './context.ts';
import { oidcProvider } from './library.ts';
import { errorPage } from './pages.ts';
import { createStore } from './store.ts';

const DAY = 24 * 60 * 60;

/** oidc-provider, set up to behave as JumpCloud does. */
export async function createProvider(world: World): Promise<OidcProvider> {
  const { default: Provider, errors, interactionPolicy } = await oidcProvider();
  const { directory, options, issuer } = world;
  const port = new URL(issuer).port;

  const configuration: Configuration = {
    adapter: createStore((clientId) => clientMetadata(world, clientId)),
    routes: {
      authorization: '/oauth2/auth',
      token: '/oauth2/token',
      userinfo: '/userinfo',
      jwks: '/.well-known/jwks.json',
      end_session: '/oauth2/sessions/logout',
      revocation: '/oauth2/revoke',
    },
    // Cookies don't tell ports apart: two regions share the host localhost.
    cookies: {
      names: { session: `jc_${port}`, interaction: `jc_login_${port}`, resume: `jc_resume_${port}` },
      keys: [randomBytes(32).toString('hex')],
    },
    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: { enabled: true },
      revocation: { enabled: true },
    },
    scopes: ['openid', 'offline_access', 'email', 'profile'],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    responseTypes: ['code'],
    clientAuthMethods: ['client_secret_post', 'client_secret_basic'],
    // The library requires a key of its own; it signs nothing: see signIdTokens.
    jwks: { keys: [await throwawayKey()] },
    pkce: { required: () => false },
    rotateRefreshToken: true,
    expiresWithSession: async () => false,
    clientBasedCORS: () => false,
    ttl: {
      AccessToken: 3600,
      AuthorizationCode: 600,
      IdToken: options.idTokenTtl ?? 3600,
      Interaction: 3600,
      Session: DAY,
      Grant: 30 * DAY,
      RefreshToken: 30 * DAY,
    },
    interactions: {
      policy: policy(world, interactionPolicy, () => new errors.AccessDenied('not assigned')),
      url: (_ctx, interaction) => `/login/${interaction.uid}`,
    },
    extraParams: {
      state(_ctx, value) {
        if (value && value.length >= 8) return;
        // Ory Hydra's words, which JumpCloud passes on.
        throw new errors.CustomOIDCProviderError(
          'invalid_state',
          'The state is missing or does not have enough characters and is therefore considered too weak',
        );
      },
      login_hint(ctx, value) {
        const person = options.fastLogin && value ? directory.personByEmail(value) : undefined;
        if (person) ctx.oidc.session?.loginAccount({ accountId: person.sub });
      },
    },
    async findAccount(_ctx, sub, token) {
      const person = directory.people.get(sub);
      const clientId = token && 'clientId' in token ? token.clientId : undefined;
      if (!person || (clientId && !person.clients.includes(clientId))) return undefined;
      return { accountId: sub, claims: () => ({ sub }) };
    },
    async loadExistingGrant(ctx) {
      const { account, client, params, provider } = ctx.oidc;
      if (!account || !client) return undefined;
      const grant = new provider.Grant({ accountId: account.accountId, clientId: client.clientId });
      grant.addOIDCScope(String(params?.scope ?? ''));
      await grant.save();
      return grant;
    },
    renderError(ctx, out) {
      ctx.type = 'html';
      ctx.body = errorPage(`Error: ${out.error}`, out.error_description ?? '');
    },
  };

  const provider = new Provider(issuer, configuration);
  provider.silent = true;
  signIdTokens(provider, world);
  holdClientsToTheirMethod(provider, () => Provider.ctx);
  return provider;
}

function clientMetadata({ directory }: World, clientId: string): AdapterPayload | undefined {
  const client = directory.clients.get(clientId);
  if (!client) return undefined;
  const { refreshTokens = true, authMethod = 'client_secret_post' } = client;
  return {
    client_id: clientId,
    client_secret: client.clientSecret,
    redirect_uris: client.redirectUris,
    post_logout_redirect_uris: client.postLogoutRedirectUris ?? [],
    grant_types: ['authorization_code', ...(refreshTokens ? ['refresh_token'] : [])],
    response_types: ['code'],
    token_endpoint_auth_method: authMethod,
    require_auth_time: true,
  };
}

/** The library's own policy without its consent, and with JumpCloud's assignment to applications. */
function policy({ directory, options }: World, of: typeof interactionPolicy, denied: () => Error) {
  const prompts = of.base();
  // `offline_access` needs prompt=consent (OpenID Connect Core 11); JumpCloud asks nobody.
  prompts.get('consent')?.checks.clear();
  const gone = ({ oidc }: KoaContextWithOIDC) => !!oidc.session?.accountId && !oidc.account;
  prompts.get('login')?.checks.add(new of.Check('account_gone', 'the person was removed', gone));
  const somebodyElse = ({ oidc }: KoaContextWithOIDC) => {
    const hinted = directory.personByEmail(String(oidc.params?.login_hint ?? ''));
    return !!hinted && !oidc.result?.login && hinted.sub !== oidc.session?.accountId;
  };
  prompts.get('login')?.checks.add(new of.Check('somebody_else', 'another person is meant', somebodyElse));
  const unassigned = ({ oidc }: KoaContextWithOIDC) => {
    const person = directory.people.get(oidc.session?.accountId ?? '');
    if (!person || person.clients.includes(oidc.client?.clientId ?? '')) return false;
    if (options.unassigned === 'access_denied') throw denied();
    return true;
  };
  prompts.add(new of.Prompt({ name: 'unassigned' }, new of.Check('unassigned', 'not assigned', unassigned)));
  return prompts;
}

/** JumpCloud's ID tokens carry what the library's don't: `aud` as an array, `rat`, `jc_org` and others. */
function signIdTokens(provider: OidcProvider, world: World): void {
  provider.IdToken.prototype.issue = async function issue() {
    const { entities } = this.ctx.oidc;
    const { accountId, clientId, sessionUid, iat } =
      entities.AuthorizationCode ?? entities.RefreshToken ?? {};
    const person = world.directory.people.get(accountId ?? '');
    const client = world.directory.clients.get(clientId ?? '');
    const accessToken = entities.AccessToken;
    if (!person || !client || !accessToken)
      throw new Error('an ID token without its person, client or token');
    const claims = idTokenClaims({
      issuer: world.issuer,
      client,
      person,
      scopes: accessToken.scopes,
      accessToken: accessToken.jti,
      nonce: this.extra.nonce,
      authTime: this.available.auth_time,
      requestedAt: iat ?? 0,
      sid: sessionUid ?? '',
      ttl: world.options.idTokenTtl ?? 3600,
    });
    const { idTokenClaims: changeClaims, idTokenHeader, idToken } = world.tampering;
    const jwt = await world.keys.sign(
      changeClaims?.(claims) ?? claims,
      idTokenHeader ?? ((header) => header),
    );
    return (idToken ? idToken(jwt) : jwt) as string;
  };
}

/** The library takes a secret from header or body; JumpCloud only where the application says. */
function holdClientsToTheirMethod(
  provider: OidcProvider,
  current: () => KoaContextWithOIDC | undefined,
): void {
  provider.Client.prototype.compareClientSecret = function compare(secret: string) {
    const used = current()?.headers.authorization ? 'client_secret_basic' : 'client_secret_post';
    return this.tokenEndpointAuthMethod === used && this.clientSecret === secret;
  };
}

let throwaway: Promise<JWK> | undefined;

function throwawayKey(): Promise<JWK> {
  throwaway ??= generateKeyPair('RS256', { extractable: true })
    .then(({ privateKey }) => exportJWK(privateKey))
    .then((jwk) => ({ ...jwk, alg: 'RS256', use: 'sig' }));
  return throwaway;
}
