import t from 'tap';
import { type Credential, findIssuer, type ProbeNetwork } from '../../src/companies/find-issuer.ts';
import { SsoLinkError } from '../../src/errors.ts';

const ISSUERS = ['us', 'eu', 'in'].map((region) => ({ region, url: `https://${region}.example/` }));
const credential: Credential = { clientId: 'a b', clientSecret: 'c:d+e', authMethod: 'client_secret_post' };

/** A network whose token endpoints answer, by region, with a status and an error. */
function network(answers: Record<string, [number, unknown] | SsoLinkError>) {
  const asked: { url: string; headers: Record<string, string>; body: URLSearchParams }[] = [];
  const fake: ProbeNetwork = {
    tokenEndpoint: async (issuer) => `${issuer}token`,
    async fetch(url, { headers = {}, body = new URLSearchParams() } = {}) {
      asked.push({ url, headers, body });
      const answer = answers[new URL(url).hostname.split('.')[0] ?? ''];
      if (answer === undefined || answer instanceof SsoLinkError) throw answer;
      return { status: answer[0], headers: new Headers(), body: Buffer.from(JSON.stringify(answer[1])) };
    },
  };
  return { fake, asked };
}

const unknown: [number, unknown] = [401, { error: 'invalid_client' }];
const known: [number, unknown] = [400, { error: 'invalid_grant' }];

t.test('the issuer that knows the client is the one, whatever the others say', async (t) => {
  const { fake } = network({ us: unknown, eu: known, in: new SsoLinkError('provider_timeout', 'slow') });
  t.match(await findIssuer(ISSUERS, credential, fake), { region: 'eu' });
});

t.test('the credential goes as RFC 6749 §2.3.1 says', async (t) => {
  const { fake, asked } = network({ us: known });
  const [us] = ISSUERS;
  await findIssuer(us ? [us] : [], credential, fake);
  await findIssuer(us ? [us] : [], { ...credential, authMethod: 'client_secret_basic' }, fake);
  const [post, basic] = asked;
  t.match(Object.fromEntries(post?.body ?? []), {
    grant_type: 'authorization_code',
    client_id: 'a b',
    client_secret: 'c:d+e',
  });
  t.notOk(post?.headers.authorization);
  t.equal(basic?.headers.authorization, `Basic ${Buffer.from('a+b:c%3Ad%2Be').toString('base64')}`);
  t.notOk(basic?.body.has('client_secret'));
  t.not(post?.body.get('code'), basic?.body.get('code'), 'a code that nobody issued');
});

t.test('no answer counts as a yes but invalid_grant', async (t) => {
  for (const answer of [
    [200, { access_token: 'x' }],
    [302, {}],
    [400, { error: 'invalid_request' }],
    [500, { error: 'invalid_grant' }],
    [400, []],
    [400, 'text'],
    [400, { error: { nested: 'invalid_grant' } }],
  ] as [number, unknown][]) {
    const { fake } = network({ us: answer, eu: unknown, in: unknown });
    await t.rejects(
      findIssuer(ISSUERS, credential, fake),
      { code: 'client_check_failed' },
      JSON.stringify(answer),
    );
  }
  const hostile = network({ us: [400, { error: '\u001b[31m' }], eu: unknown, in: unknown });
  const refused = (await findIssuer(ISSUERS, credential, hostile.fake).catch(
    (error: unknown) => error,
  )) as Error;
  t.match(refused.message, /us: the token endpoint answered 400\)/, 'what is no error code is not repeated');
  t.notMatch(refused.message, /c:d\+e/);
});

t.test('refused everywhere, or known twice', async (t) => {
  const nowhere = network({ us: unknown, eu: unknown, in: unknown });
  await t.rejects(findIssuer(ISSUERS, credential, nowhere.fake), {
    code: 'client_credential_wrong',
    message: /us, eu, in.*client secret.*Client Authentication Type.*Client Secret Post/,
  });
  const twice = network({ us: known, eu: known, in: unknown });
  await t.rejects(findIssuer(ISSUERS, credential, twice.fake), { code: 'client_region_ambiguous' });
});
