/**
 * What Ory Hydra answers where oidc-provider says something else. JumpCloud looks like a Hydra; 2.2 and 2.3 differ in what
 * they say of a refresh token that is over.
 */
import type { Context, Middleware, World } from './context.ts';

/** An authorization request on its way through the login: its answer goes to the application. */
interface Flow {
  clientId: string;
  redirectUri: string;
  state: string;
  isOver: boolean;
}

/** Load makes many; who comes back to an older one than these finds oidc-provider's page. */
const KEPT_FLOWS = 1_000;

export function hydra(world: World): Middleware {
  const flows = new Map<string, Flow>();
  const cookieOf = (clientId: string) =>
    `jc_csrf_${new URL(world.issuer).port}_${encodeURIComponent(clientId)}`;

  /** Answers for the library where a scope or a step is refused. @returns whether it did */
  function refuse(ctx: Context): boolean {
    if (ctx.path === '/oauth2/auth') return refuseApplication(ctx, world);
    const [, step, uid = ''] = /^\/(login|oauth2\/auth)\/([\w-]+)$/.exec(ctx.path) ?? [];
    const flow = flows.get(uid);
    if (flow === undefined) return false;
    if (step === 'login') {
      // A form that is sent twice.
      if (!flow.isOver || ctx.method !== 'POST') return false;
      redirect(ctx, `/oauth2/auth/${uid}`);
      return true;
    }
    if (flow.isOver) return deny(ctx, flow, 'access_denied', 'The login verifier has already been used.');
    if (world.options.severalTabs || ctx.cookies.get(cookieOf(flow.clientId)) === uid) return false;
    // A later tab has begun another login.
    const why = 'You are not allowed to perform this action. No CSRF value available in the session cookie.';
    return deny(ctx, flow, 'request_forbidden', why);
  }

  function follow(ctx: Context): void {
    const location = ctx.response.get('location');
    const begun = /^(?:https?:\/\/[^/]+)?\/login\/([\w-]+)$/.exec(location)?.[1];
    if (ctx.path === '/oauth2/auth' && begun !== undefined) {
      const { client_id: clientId, redirect_uri: redirectUri, state } = ctx.query;
      const flow = { clientId: String(clientId), redirectUri: String(redirectUri), state: String(state) };
      flows.set(begun, { ...flow, isOver: false });
      for (const uid of flows.keys()) if (flows.size > KEPT_FLOWS) flows.delete(uid);
      ctx.cookies.set(cookieOf(flow.clientId), begun, { httpOnly: true, sameSite: 'lax' });
    }
    const flow = flows.get(/^\/oauth2\/auth\/([\w-]+)$/.exec(ctx.path)?.[1] ?? '');
    if (flow && location.startsWith(flow.redirectUri)) flow.isOver = true;
  }

  return async (ctx, next) => {
    if (refuse(ctx)) return;
    await next();
    if (ctx.path.startsWith('/oauth2/auth')) follow(ctx);
    if (ctx.path === '/oauth2/token') amendTokenAnswer(ctx, world);
  };
}

function refuseApplication(ctx: Context, { directory }: World): boolean {
  const { client_id: clientId, redirect_uri: redirectUri, scope, state } = ctx.query;
  const client = directory.clients.get(String(clientId));
  if (!client?.redirectUris.includes(String(redirectUri))) return false;
  const to = { redirectUri: String(redirectUri), state: String(state ?? '') };
  if (client.refuses) return deny(ctx, to, client.refuses.error, client.refuses.description);
  const refused = String(scope)
    .split(' ')
    .find((asked) => client.scopes && !client.scopes.includes(asked));
  if (refused === undefined) return false;
  const why = `The requested scope is invalid, unknown, or malformed. The OAuth 2.0 Client is not allowed to request scope '${refused}'.`;
  return deny(ctx, to, 'invalid_scope', why);
}

function amendTokenAnswer(ctx: Context, { directory, options }: World): void {
  const sent = ctx.oidc?.body as Record<string, string> | undefined;
  const { error } = (ctx.body ?? {}) as { error?: string };
  const answer = (status: number, code: string, description: string) => {
    ctx.status = status;
    ctx.body = { error: code, error_description: description };
  };
  const basic = /^Basic (.+)$/.exec(ctx.get('authorization'))?.[1];
  const clientId = basic ? Buffer.from(basic, 'base64').toString().split(':')[0] : sent?.client_id;
  const client = directory.clients.get(decodeURIComponent(clientId ?? ''));
  if (ctx.status === 200 && client?.tokenHook === 'deny') {
    answer(403, 'access_denied', 'The resource owner or authorization server denied the request.');
  }
  if (error === 'invalid_grant' && sent?.grant_type === 'refresh_token' && options.hydra === '2.2') {
    answer(401, 'token_inactive', 'Token is inactive because it is malformed, expired or otherwise invalid.');
  }
  if (error !== 'invalid_client' || client === undefined) return;
  const used = basic ? 'client_secret_basic' : 'client_secret_post';
  const { authMethod = 'client_secret_post' } = client;
  const failed = 'Client authentication failed (e.g., unknown client, no client authentication included).';
  const methods = `The OAuth 2.0 Client supports client authentication method '${authMethod}', but method '${used}' was requested.`;
  answer(401, error, used === authMethod ? failed : `${failed} ${methods}`);
}

function deny(
  ctx: Context,
  { redirectUri, state }: Pick<Flow, 'redirectUri' | 'state'>,
  error: string,
  description: string,
): true {
  const url = new URL(redirectUri);
  url.search = new URLSearchParams({ error, error_description: description, state }).toString();
  redirect(ctx, url.href);
  return true;
}

function redirect(ctx: Context, to: string): void {
  ctx.status = 303;
  ctx.redirect(to);
}
