import { personClaims } from './claims.ts';
import type { Context, Middleware, World } from './context.ts';
import type { RequestRecord } from './types.ts';

/** What stands around the library's endpoints and makes their answers JumpCloud's. */
export function quirks(world: World, recordOf: (request: object) => RequestRecord | undefined): Middleware {
  return async (ctx, next) => {
    if (ctx.path === '/oauth2/auth') injectConsent(ctx);
    if (ctx.path === '/.well-known/jwks.json') {
      ctx.body = world.tampering.jwks?.(world.keys.jwks()) ?? world.keys.jwks();
      return;
    }
    await next();
    if (ctx.path.startsWith('/oauth2/auth')) amendRedirect(ctx, world);
    if (ctx.path === '/.well-known/openid-configuration') amendDiscovery(ctx, world);
    if (ctx.path === '/userinfo' && ctx.status === 200) amendUserinfo(ctx, world);
    if (ctx.path === '/oauth2/token' || ctx.path === '/oauth2/revoke') {
      recordClient(ctx, recordOf(ctx.req));
      const { tokenResponse } = world.tampering;
      if (tokenResponse && ctx.status === 200) ctx.body = tokenResponse(ctx.body as Record<string, unknown>);
    }
  };
}

function injectConsent(ctx: Context) {
  const { scope, prompt } = ctx.query;
  if (typeof scope !== 'string' || !scope.split(' ').includes('offline_access') || prompt === 'none') return;
  ctx.query = { ...ctx.query, prompt: [prompt, 'consent'].flat().filter(Boolean).join(' ') };
}

function amendRedirect(ctx: Context, world: World) {
  const location = ctx.response.get('location');
  if (!location || location.startsWith('/') || location.startsWith(world.issuer)) return;
  let amended = location;
  // The callback gets the state that was sent; an empty one where there was none.
  if (/[?&]error=invalid_state(&|$)/.test(location))
    amended = `${without(location, 'state')}&state=${stateOf(ctx)}`;
  if (!world.options.iss) amended = without(amended, 'iss');
  ctx.set('location', amended);
}

const stateOf = (ctx: Context): string => encodeURIComponent(String(ctx.query.state ?? ''));

const without = (url: string, name: string) =>
  url.replace(new RegExp(`([?&])${name}=[^&]*(&|$)`), (_all, before, after) => (after ? before : ''));

function amendDiscovery(ctx: Context, world: World) {
  const body = ctx.body as Record<string, unknown>;
  if (!world.options.iss) delete body.authorization_response_iss_parameter_supported;
  body.claims_supported = ['sub', 'email', 'email_verified', 'name', 'given_name', 'family_name'];
  ctx.body = world.tampering.discovery?.(body) ?? body;
}

function amendUserinfo(ctx: Context, world: World) {
  const { AccessToken: token } = ctx.oidc.entities;
  const person = world.directory.people.get(token?.accountId ?? '');
  const client = world.directory.clients.get(token?.clientId ?? '');
  if (!token || !person || !client) return;
  const body = personClaims(person, client, token.scopes);
  ctx.body = world.tampering.userinfo ? world.tampering.userinfo(body) : body;
}

function recordClient(ctx: Context, record: RequestRecord | undefined) {
  const body = ctx.oidc?.body as Record<string, string> | undefined;
  if (!record || !body) return;
  const header = ctx.get('authorization');
  const basic = header ? Buffer.from(header.split(' ')[1] ?? '', 'base64').toString() : undefined;
  record.authMethod = basic ? 'client_secret_basic' : body.client_secret ? 'client_secret_post' : 'none';
  const clientId = basic ? decodeURIComponent(basic.split(':')[0] ?? '') : body.client_id;
  if (clientId) record.clientId = clientId;
  if (body.grant_type) record.grantType = body.grant_type;
}
