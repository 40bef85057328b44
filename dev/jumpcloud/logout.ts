import type { Context, Middleware, OidcProvider, World } from './context.ts';
import { readForm } from './login.ts';
import { errorPage, logoutPage } from './pages.ts';

/**
 * OpenID Connect RP-Initiated Logout 1.0. An id_token_hint skips the question; an unregistered
 * post_logout_redirect_uri makes JumpCloud refuse the whole request. The library's own can't read a
 * hint whose `aud` is an array.
 */
export function logout(world: World, provider: OidcProvider): Middleware {
  return async (ctx, next) => {
    if (ctx.path !== '/oauth2/sessions/logout') return next();
    ctx.type = 'html';
    const form = ctx.method === 'POST' ? await readForm(ctx) : new URLSearchParams();
    const parameter = (name: string) => form.get(name) ?? new URLSearchParams(ctx.querystring).get(name);
    const refuse = (text: string) => {
      ctx.status = 400;
      ctx.body = errorPage('Error: invalid_request', text);
    };

    const hint = parameter('id_token_hint');
    const claims = hint ? await world.keys.verifyHint(hint, world.issuer).catch(() => undefined) : undefined;
    if (hint && !claims) return refuse('The id_token_hint is not a token of this provider.');
    const target = parameter('post_logout_redirect_uri');
    if (target) {
      const client = world.directory.clients.get([claims?.aud].flat()[0] ?? parameter('client_id') ?? '');
      if (!client?.postLogoutRedirectUris?.includes(target)) {
        return refuse('The post_logout_redirect_uri is not registered for this application.');
      }
    }
    if (!hint && form.get('confirm') !== 'yes') {
      ctx.body = logoutPage();
      return;
    }

    if (world.options.logoutElsewhere && ctx.method === 'GET' && parameter('logout_verifier') === null) {
      ctx.status = 302;
      ctx.redirect(elsewhere(ctx, world));
      return;
    }

    await endSession(ctx, provider);
    if (!target) {
      ctx.body = errorPage('You are logged out', 'You can close this page.');
      return;
    }
    const back = new URL(target);
    const state = parameter('state');
    if (state !== null) back.searchParams.set('state', state);
    ctx.status = 303;
    ctx.redirect(back.href);
  };
}

/** The login application, at this machine's other name, sends the browser back at once. */
function elsewhere(ctx: Context, { issuer }: World): string {
  const { port, origin } = new URL(issuer);
  const isIssuer = ctx.host.startsWith('localhost');
  const to = isIssuer ? `http://127.0.0.1:${port}` : origin;
  return `${to}${ctx.path}?${ctx.querystring}${isIssuer ? '' : '&logout_verifier=1'}`;
}

async function endSession(ctx: Context, provider: OidcProvider): Promise<void> {
  const session = await provider.Session.get(ctx);
  await session.destroy();
  ctx.cookies.set(provider.cookieName('session'), null);
}
