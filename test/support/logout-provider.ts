/**
 * oidc-provider as it is, with its own back-channel logout: it signs and sends the logout tokens. Each application's
 * logout URI is beside its redirect URI.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair } from 'jose';
import { oidcProvider } from '../../dev/jumpcloud/library.ts';
import { createStore } from '../../dev/jumpcloud/store.ts';
import type { ClientOptions } from '../../dev/jumpcloud.ts';

export interface LogoutProvider {
  issuer: string;
  addClient(client: ClientOptions): void;
  /** What came of each logout token: `ended`, or why not. */
  outcomes: string[];
  stop(): Promise<void>;
}

/**
 * Everybody signs in as the person whom `login_hint` names, without a form.
 * @param options.sessionRequired logout tokens have `sid`, as ID tokens do
 */
export async function startLogoutProvider(options: { sessionRequired: boolean }): Promise<LogoutProvider> {
  const { default: Provider, interactionPolicy } = await oidcProvider();
  const clients = new Map<string, ClientOptions>();
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://localhost:${(server.address() as AddressInfo).port}`;
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  const policy = interactionPolicy.base();
  policy.get('consent')?.checks.clear();
  const provider = new Provider(issuer, {
    adapter: createStore((clientId) => {
      const client = clients.get(clientId);
      if (client === undefined) return undefined;
      const [redirectUri = ''] = client.redirectUris;
      return {
        client_id: clientId,
        client_secret: client.clientSecret,
        redirect_uris: client.redirectUris,
        token_endpoint_auth_method: client.authMethod ?? 'client_secret_post',
        backchannel_logout_uri: new URL('/logout/backchannel', redirectUri).href,
        backchannel_logout_session_required: options.sessionRequired,
      };
    }),
    jwks: { keys: [{ ...(await exportJWK(privateKey)), alg: 'RS256', use: 'sig', kid: 'its-key' }] },
    cookies: { keys: ['not a secret'] },
    features: {
      devInteractions: { enabled: false },
      backchannelLogout: { enabled: true },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource(ctx, form) {
          ctx.body = form.replace('</form>', '<input type="hidden" name="logout" value="yes"/></form>');
        },
      },
    },
    claims: { openid: ['sub'], email: ['email', 'email_verified'] },
    conformIdTokenClaims: false,
    interactions: { policy },
    extraParams: {
      login_hint(ctx, value) {
        if (value) ctx.oidc.session?.loginAccount({ accountId: value });
      },
    },
    // It refuses loopback addresses, where all of these tests are.
    fetch: (url, sent) => {
      const { dispatcher: _, ...init } = { ...sent } as RequestInit & { dispatcher?: unknown };
      return globalThis.fetch(url, init) as never;
    },
    async findAccount(_ctx, sub) {
      return { accountId: sub, claims: () => ({ sub, email: sub, email_verified: true }) };
    },
    async loadExistingGrant(ctx) {
      const { account, client, provider } = ctx.oidc;
      if (!account || !client) return undefined;
      const grant = new provider.Grant({ accountId: account.accountId, clientId: client.clientId });
      grant.addOIDCScope('openid email profile');
      await grant.save();
      return grant;
    },
  });
  provider.silent = true;
  const outcomes: string[] = [];
  provider.on('backchannel.success', () => outcomes.push('ended'));
  provider.on('backchannel.error', (_ctx, error) => outcomes.push(error.message));
  server.on('request', provider.callback());
  return {
    issuer,
    addClient: (client) => void clients.set(client.clientId, client),
    outcomes,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
