/** The session's routes as the product sees them. */
import { Type } from 'typebox';
import { failure, json, page, type RouteSchema, redirect } from '../http/route-schema.ts';

const nullable = (description: string) => Type.Union([Type.String(), Type.Null()], { description });

const SignedIn = Type.Object({
  state: Type.Literal('signed_in'),
  user: Type.Object({
    id: Type.String({ description: "The product's user" }),
    name: nullable('As the product gave it; where it gave none, as JumpCloud did at the last sign-in'),
    email: nullable('As JumpCloud gave it at the last sign-in; not always verified: match nobody by it'),
  }),
  company: Type.String({ description: "The company's slug" }),
  identity: Type.String({ description: "The SSO identity's id" }),
  token: Type.String({
    description:
      'A JWT (ES256) of 60 seconds for your backend; reads within 5 seconds may get the same one: `iss` PUBLIC_URL, `aud` the asking origin, `sub` the user, `company`, `login_id`',
  }),
  token_expires_at: Type.String({ description: 'RFC 3339' }),
});

const NotSignedIn = Type.Object({
  state: Type.String({ description: '`none`, `pending` until the login is decided, or `refused`' }),
  reason_class: Type.Optional(Type.String({ description: 'Of a refusal: what the person may know of why' })),
});

export const SESSION: RouteSchema = {
  operationId: 'getSession',
  summary: 'Who is signed in',
  description:
    'For the product’s pages: `fetch(…, {credentials: "include"})` from one of `RETURN_ORIGINS`. A read is use.',
  tags: ['session'],
  security: [{ session: [] }],
  response: {
    200: json('Signed in', SignedIn),
    401: json('Not signed in', NotSignedIn),
    403: failure('An origin that isn’t listed: `origin_not_allowed`'),
    503: failure('The database is out of reach: try again'),
  },
};

const Key = Type.Object({
  kty: Type.String(),
  crv: Type.String(),
  x: Type.String(),
  y: Type.String(),
  kid: Type.String(),
  alg: Type.String(),
  use: Type.String(),
});

export const JWKS: RouteSchema = {
  operationId: 'getKeys',
  summary: 'The keys that verify the tokens of /session',
  description: 'A JWK Set (RFC 7517). Keep it for its `max-age`; ask again for a `kid` that you don’t know.',
  tags: ['session'],
  security: [],
  response: {
    200: json('Public keys, the current one first', Type.Object({ keys: Type.Array(Key) })),
    503: failure('The database is out of reach: try again'),
  },
};

export const LOGOUT: RouteSchema = {
  operationId: 'signOut',
  summary: 'Signs out',
  description:
    'Here, and at JumpCloud where the SSO client says so. From our own or a listed origin alone: a form of the product’s page does, where its `Referrer-Policy` isn’t `no-referrer` (else the browser sends `Origin: null`).',
  tags: ['session'],
  security: [{ session: [] }],
  response: {
    303: redirect('To JumpCloud’s sign-out, or to `/login?signed_out=1`'),
    403: page('Asked by another site: nothing was ended'),
    503: page('The database is out of reach: try again'),
  },
};

export const AccountQuery = Type.Object({ ended: Type.Optional(Type.String({ maxLength: 10 })) });

export const ACCOUNT_SESSIONS: RouteSchema = {
  operationId: 'openSessionsPage',
  summary: 'Where the person is signed in',
  description:
    'A page: the browsers with a session, when each signed in and was last used, and forms that end one or all others. Link to it from the product.',
  tags: ['session'],
  security: [{ session: [] }],
  querystring: AccountQuery,
  response: {
    200: page('The page'),
    303: redirect('Not signed in: to `/login`. Pending or refused: to `/login/wait`'),
    503: page('The database is out of reach: try again'),
  },
};

export const EndSessionsBody = Type.Object({
  token: Type.String({ maxLength: 100 }),
  session: Type.Optional(
    Type.String({ pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$', description: 'One session' }),
  ),
  others: Type.Optional(Type.String({ maxLength: 10, description: 'All sessions except this one' })),
});

export const END_SESSIONS: RouteSchema = {
  operationId: 'endOtherSessions',
  summary: 'Ends other sessions of the same person',
  description:
    'A form of `/account/sessions`; `token` is in the page. Never ends this session: `/logout` does. Publishes `user.sessions_revoked`.',
  tags: ['session'],
  security: [{ session: [] }],
  body: EndSessionsBody,
  response: {
    303: redirect('To `/account/sessions`; not signed in: to `/login` or `/login/wait`'),
    400: page('The form is malformed'),
    403: page('Asked by another site: nothing was ended'),
    503: page('The database is out of reach: try again'),
  },
};

export const BackchannelLogoutBody = Type.Object({ logout_token: Type.String({ maxLength: 8_192 }) });

export const BACKCHANNEL_LOGOUT: RouteSchema = {
  operationId: 'endSessionsByLogoutToken',
  summary: 'Ends the sessions that a logout token names',
  description:
    'For JumpCloud: OpenID Connect Back-Channel Logout 1.0. A form with `logout_token`. `aud` selects the SSO client; then `sub` names a person of its company, `sid` one session. Publishes `user.sessions_revoked`.',
  tags: ['session'],
  security: [],
  body: BackchannelLogoutBody,
  response: {
    200: { description: 'The sessions are ended, or there were none', type: 'null' },
    400: failure('The token is refused (`logout_token_invalid`), or there is none: nothing was ended'),
    404: failure('The metadata of the issuer does not say `backchannel_logout_supported`: `not_found`'),
    429: failure('More requests than allowed from this address; `Retry-After` says when'),
    503: failure('The database or JumpCloud is out of reach: try again'),
  },
};
