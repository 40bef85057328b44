/** What a provider like Ory Hydra answers at the callback (shared with JumpCloud, as far as it is known). */
import t from 'tap';
import { createTestLink } from '../../src/companies/test-link.ts';
import { startHostileService } from '../support/hostile/service.ts';
import { SUBJECT } from '../support/hostile-provider.ts';
import { linkUser } from '../support/service.ts';

const service = await startHostileService(t);
const { provider, acme } = service;
await linkUser(service, acme, SUBJECT);
t.beforeEach(() => {
  provider.be();
  service.logs.length = 0;
});

/** The provider answers so instead of with a code. */
const answer = (error: string, description: string) => ({
  response(parameters: URLSearchParams) {
    parameters.delete('code');
    parameters.set('error', error);
    parameters.set('error_description', description);
  },
});
const testToken = async () => {
  const { database, sealer, url: publicUrl } = service;
  const { url } = await createTestLink(database, sealer, { slug: acme.slug, id: undefined, publicUrl });
  return new URL(url).searchParams.get('test') ?? '';
};
const requestLine = () => {
  const lines = service.logs.map((line) => JSON.parse(line) as Record<string, unknown>);
  return lines.findLast(({ route }) => route === '/login/callback');
};

t.test('settings of the application: the log names company, code, description and setting', async (t) => {
  for (const [error, description, setting] of [
    ['invalid_scope', "The OAuth 2.0 Client is not allowed to request scope 'profile'.", /Standard Scopes/],
    ['unauthorized_client', 'The client is not authorized.', /Grant Types/],
    ['unsupported_response_type', 'The response type is not allowed.', /Grant Types/],
    ['invalid_request', 'The redirect_uri does not match.', /Redirect URIs/],
  ] as const) {
    provider.be(answer(error, description));
    const { page, recorded } = await service.signIn();
    t.equal(page.status, 502, error);
    t.equal(recorded, 0);
    t.match(page.html, 'Single sign-on needs attention');
    t.notMatch(page.html, description.slice(0, 20), 'which is for an operator');
    t.match(requestLine(), {
      company: 'acme',
      code: 'client_misconfigured',
      oauth_error: error,
      endpoint: 'authorization',
      why: setting,
    });
    t.match(requestLine()?.why, description);
  }
});

t.test('an error with the name of an object’s own property is an unknown one', async (t) => {
  for (const error of ['constructor', 'toString', '__proto__', 'hasOwnProperty']) {
    provider.be(answer(error, 'strange'));
    const { page } = await service.signIn();
    t.equal(page.status, 400, error);
    t.match(requestLine(), { code: 'provider_error_unknown' });
  }
});

t.test('a test link says what the provider said, and which setting to change', async (t) => {
  provider.be(
    answer('invalid_scope', "scope 'profile' is not allowed; token eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ"),
  );
  const { page } = await service.signIn({ query: { test: await testToken() } });
  t.match(page.html, /invalid_scope.*scope .*profile.* is not allowed.*Standard Scopes/s);
  t.notMatch(page.html, 'eyJhbGciOi', 'nothing that could be a token');
});

t.test('the application may not ask for refresh tokens: people sign in, and the log warns', async (t) => {
  const asked: string[] = [];
  provider.be({
    response(parameters) {
      const last = provider.requests.findLast(({ endpoint }) => endpoint === 'auth');
      const scope = last?.url.searchParams.get('scope') ?? '';
      asked.push(scope);
      if (!scope.includes('offline_access')) return;
      answer('invalid_scope', "is not allowed to request scope 'offline_access'.").response(parameters);
    },
  });
  const { recorded, session } = await service.signIn();
  t.same(asked, ['openid email profile offline_access', 'openid email profile']);
  t.equal(recorded, 1);
  t.ok(session);
  const login = service.logs.map((line) => JSON.parse(line)).find(({ msg }) => msg === 'login');
  t.match(login, { level: 40, warnings: ['no_refresh_token'] });
});

t.test('it is begun once more, and not again and again', async (t) => {
  provider.be(answer('invalid_scope', "is not allowed to request scope 'offline_access'."));
  const before = provider.calls('auth');
  const { page } = await service.signIn();
  t.equal(page.status, 502);
  t.equal(provider.calls('auth') - before, 2);
});

t.test('a step that was repeated: start again first, then ask for an assignment', async (t) => {
  provider.be(answer('access_denied', 'The login verifier has already been used.'));
  const used = await service.signIn();
  t.equal(used.page.status, 400);
  t.match(used.page.html, /Please start again.*done twice.*assign/s);
  provider.be(answer('request_forbidden', 'You are not allowed to perform this action.'));
  const { page } = await service.signIn();
  t.match(page.html, 'Please start again');
  t.match(requestLine(), { code: 'provider_step_repeated', oauth_error: 'request_forbidden' });
  provider.be(answer('access_denied', 'The resource owner denied the request.'));
  t.equal((await service.signIn()).page.status, 403);
});

t.test('an email and a flag in another form: refused, and the log says what came', async (t) => {
  for (const [claims, expected] of [
    [{ email_verified: 'True' }, { email_verified: '"True" came, expected true or "true"' }],
    [{ email_verified: ['true'] }, { email_verified: '["true"] came, expected true or "true"' }],
    [{ email: ['ada@acme.test'] }, { email: 'a list came, expected a text' }],
  ] as const) {
    service.logs.length = 0;
    provider.be({ claims, userinfo: (found) => ({ ...found, ...claims }) });
    await service.signIn();
    const login = service.logs.map((line) => JSON.parse(line)).find(({ msg }) => msg === 'login');
    t.match(login, { level: 40, unexpected_claims: expected });
    t.notMatch(JSON.stringify(login), 'ada@acme.test');
    const { page } = await service.signIn({ query: { test: await testToken() } });
    t.match(page.$('main').text(), Object.values(expected)[0]);
  }
});
