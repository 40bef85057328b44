/** The login's routes as others see them. Every refusal is a page that says what to do. */
import { page, type RouteSchema, redirect } from '../http/route-schema.ts';
import { CallbackQuery, LoginQuery, StartQuery, TestLogoutBody } from './query.ts';

const malformed = page('The address is malformed: start again');
const tooMany = page(
  'More login requests than allowed, from this address or company; `Retry-After` says when',
);
const away = page('The database or JumpCloud is out of reach: try again');
const slow = page('JumpCloud takes too long: try again');
const wrong = page('JumpCloud answered out of order, or refuses this service’s credentials');
const notActive = page('No such company, or it has no active SSO client');

export const ROOT: RouteSchema = {
  operationId: 'openRoot',
  summary: 'Leads to the sign-in page',
  tags: ['login'],
  security: [],
  response: { 303: redirect('To `/login`'), 429: tooMany },
};

export const LOGIN: RouteSchema = {
  operationId: 'openSignInPage',
  summary: 'The sign-in page',
  description:
    'Work email → the company whose proven domain it is → Continue with JumpCloud. A `company` goes before the email. An empty `company` asks for the form, whatever the browser remembers.',
  tags: ['login'],
  security: [],
  querystring: LoginQuery,
  response: { 200: page('The page'), 400: malformed, 429: tooMany, 503: away },
};

export const START: RouteSchema = {
  operationId: 'startSignIn',
  summary: 'Begins a sign-in',
  description:
    'To JumpCloud, by the authorization code flow with PKCE. The attempt lives in a sealed cookie. A `return_to` of an origin that isn’t listed is ignored. `test` is the token of a test link (`sso-link client test`).',
  tags: ['login'],
  security: [],
  querystring: StartQuery,
  response: {
    303: redirect('To JumpCloud'),
    400: page('The address is malformed: start again. Or the test link is over'),
    404: notActive,
    429: tooMany,
    502: wrong,
    503: away,
    504: slow,
  },
};

export const CALLBACK: RouteSchema = {
  operationId: 'finishSignIn',
  summary: 'JumpCloud’s answer',
  description:
    'The redirect URI that is registered at JumpCloud. A login is recorded, or nothing is. A first login is held for up to `LOGIN_WAIT`, until its link result is there.',
  tags: ['login'],
  security: [],
  querystring: CallbackQuery,
  response: {
    200: page(
      'The waiting page: the link result did not come within `LOGIN_WAIT`. Of a test: what was found; nothing is recorded',
    ),
    303: redirect(
      'Signed in: to `return_to` or `APP_URL`. Not yet: to `/login/wait`, where it cannot be held',
    ),
    400: page('No attempt of this browser, a wrong state, or a token that can’t be verified: start again'),
    403: page('JumpCloud denies access, or the policy refused the person'),
    404: notActive,
    429: tooMany,
    502: wrong,
    503: away,
    504: slow,
  },
};

export const TEST_LOGOUT: RouteSchema = {
  operationId: 'tryProviderSignOut',
  summary: 'Tries the sign-out at JumpCloud after a test',
  description:
    'A form of the test’s page, where the SSO client signs out at JumpCloud, too (`client update --logout-at-provider`).',
  tags: ['login'],
  security: [],
  body: TestLogoutBody,
  response: {
    200: page('On to JumpCloud’s sign-out, by a `Refresh` header'),
    400: page('The test is over'),
    429: tooMany,
  },
};

export const WAIT: RouteSchema = {
  operationId: 'waitForLinkResult',
  summary: 'Waits for the link result',
  description:
    'Held for up to `LOGIN_WAIT`, until the link result is there. The page continues by itself, with and without JavaScript.',
  tags: ['login'],
  security: [{ session: [] }],
  response: {
    200: page('Not decided yet'),
    303: redirect('Signed in: to where the person wanted to go. Without a session: to `/login`'),
    403: page('Refused, and what to do next'),
    503: away,
  },
};
