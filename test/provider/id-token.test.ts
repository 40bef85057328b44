import { mock } from 'node:test';
import { createLocalJWKSet, errors, type JSONWebKeySet } from 'jose';
import t from 'tap';
import { ProviderError } from '../../src/bounded-fetch.ts';
import { type ExpectedIdToken, verifyIdToken } from '../../src/provider/id-token.ts';
import { type Draft, type Forge, sign } from '../support/hostile/draft.ts';
import { HOSTILE_TOKENS } from '../support/hostile/id-tokens.ts';
import { halfHash, hostileKeys } from '../support/hostile/keys.ts';

const keys = await hostileKeys();
const issuer = 'https://oauth.id.jumpcloud.test/';

/** What an honest provider would sign. */
function draft(): Draft {
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    at_hash: halfHash('the-access-token'),
    aud: ['acme-client'],
    email: 'ada@acme.test',
    exp: now + 3600,
    iat: now,
    iss: issuer,
    nonce: 'the-nonce',
    sub: '65a0e7c1f2d4b8a9c3e5d7f1',
  };
  const header = { alg: 'RS256', kid: keys.signing.kid, typ: 'JWT' };
  return { header, claims, accessToken: 'the-access-token', keys };
}

function expecting(published: unknown[] = [keys.signing.jwk], over: Partial<ExpectedIdToken> = {}) {
  return {
    issuer,
    clientId: 'acme-client',
    nonce: 'the-nonce',
    accessToken: 'the-access-token',
    keys: {
      getKey: createLocalJWKSet({ keys: published } as JSONWebKeySet),
      reload: async () => false,
    },
    ...over,
  } satisfies ExpectedIdToken;
}

/** Why it was refused; null where it wasn't. */
async function verdict(forge: Forge, expected: ExpectedIdToken = expecting()): Promise<string | null> {
  const token = await forge(draft());
  return verifyIdToken(token ?? '', expected).then(
    () => null,
    (error: Error & { code?: string }) => `${error.code}: ${error.message}`,
  );
}

const withClaims =
  (over: Record<string, unknown>): Forge =>
  (d) =>
    sign({ ...d, claims: { ...d.claims, ...over } });
const withHeader =
  (over: Record<string, unknown>): Forge =>
  (d) =>
    sign({ ...d, header: { ...d.header, ...over } });

for (const { row, name, valid, forge, jwks } of HOSTILE_TOKENS) {
  t.test(`row ${row}: ${name}`, async (t) => {
    const said = await verdict(forge, expecting(jwks?.(keys)));
    if (valid) t.equal(said, null);
    else t.match(said, /^id_token_invalid: the ID token was refused: /);
  });
}

t.test('the claims of a valid token come back as they were signed', async (t) => {
  const { claims } = draft();
  t.match(await verifyIdToken(sign(draft()), expecting()), { sub: claims.sub, email: 'ada@acme.test' });
});

t.test('a refusal says which check failed, and never what stood there', async (t) => {
  const now = Math.floor(Date.now() / 1000);
  const said: [Forge, string][] = [
    [withClaims({ iss: 'https://evil.test/' }), 'iss is wrong'],
    [withClaims({ iss: undefined }), 'iss is missing'],
    [withClaims({ aud: 'somebody' }), 'aud is wrong'],
    [withClaims({ aud: undefined }), 'aud is missing'],
    [withClaims({ exp: now - 3600 }), 'exp is wrong'],
    [withClaims({ exp: undefined }), 'exp is missing'],
    [withClaims({ nbf: now + 3600 }), 'nbf is wrong'],
    [withClaims({ iat: undefined }), 'iat is missing'],
    [withClaims({ iat: now + 3600 }), 'iat is missing or in the future'],
    [withClaims({ sub: undefined }), 'sub is missing'],
    [withClaims({ sub: '' }), 'sub is missing or malformed'],
    [withClaims({ nonce: undefined }), 'nonce is missing'],
    [withClaims({ nonce: 'another' }), 'nonce is missing or another'],
    [withClaims({ azp: 'somebody' }), 'azp is missing or another'],
    [withClaims({ aud: ['acme-client', 'b'] }), 'azp is missing or another'],
    [withClaims({ at_hash: 'another' }), 'at_hash belongs to another access token'],
    [withClaims({ events: {} }), 'it is a logout token'],
    [withHeader({ typ: 'at+jwt' }), 'its typ is that of another kind of token'],
    [withHeader({ alg: 'RS512' }), 'ERR_JOSE_ALG_NOT_ALLOWED'],
    [withHeader({ kid: 'another' }), 'ERR_JWKS_NO_MATCHING_KEY'],
    [(d) => sign(d, d.keys.strangers), 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED'],
    [() => 'not a token', 'ERR_JWS_INVALID'],
  ];
  for (const [forge, why] of said) {
    t.equal(await verdict(forge), `id_token_invalid: the ID token was refused: ${why}`);
  }
});

t.test('sub is 1 to 255 printable ASCII characters, the first to the last', async (t) => {
  for (const sub of ['a', 'a b', '~', ' ', 'a'.repeat(255)])
    t.equal(await verdict(withClaims({ sub })), null, sub);
  for (const sub of ['\u001fa', 'a\u007f', 'a\n', '\na', 'é', 'a'.repeat(256)]) {
    t.match(await verdict(withClaims({ sub })), 'sub is missing or malformed', JSON.stringify(sub));
  }
});

t.test('the skew of 60 s, to the second', async (t) => {
  const at = (offset: number) => Math.floor(Date.now() / 1000) + offset;
  t.equal(await verdict(withClaims({ exp: at(-58) })), null);
  t.match(await verdict(withClaims({ exp: at(-60) })), 'exp is wrong');
  t.equal(await verdict(withClaims({ iat: at(60) })), null);
  t.match(await verdict(withClaims({ iat: at(62) })), 'iat is missing or in the future');
  t.equal(await verdict(withClaims({ nbf: at(60) })), null);
  t.match(await verdict(withClaims({ nbf: at(62) })), 'nbf is wrong');
});

t.test('the skew of 60 s, to its very end', async (t) => {
  mock.timers.enable({ apis: ['Date'], now: 1_900_000_000_000 });
  t.teardown(() => mock.timers.reset());
  t.equal(await verdict(withClaims({ iat: 1_900_000_060 })), null);
  t.match(await verdict(withClaims({ iat: 1_900_000_061 })), 'iat is missing or in the future');
  t.equal(await verdict(withClaims({ exp: 1_899_999_941 })), null);
  t.match(await verdict(withClaims({ exp: 1_899_999_940 })), 'exp is wrong');
});

t.test('azp is needed for several aud alone, and has to be ours wherever it stands', async (t) => {
  t.equal(await verdict(withClaims({ aud: ['acme-client'], azp: 'acme-client' })), null);
  t.equal(await verdict(withClaims({ aud: ['b', 'acme-client'], azp: 'acme-client' })), null);
  t.match(await verdict(withClaims({ aud: ['acme-client', 'acme-client'] })), 'azp');
});

t.test('nonce and at_hash of the same length and other content', async (t) => {
  t.match(await verdict(withClaims({ nonce: 'the-nonsE' })), 'nonce is missing or another');
  t.match(await verdict(withClaims({ at_hash: halfHash('another-token') })), 'at_hash belongs to another');
  t.equal(await verdict(withClaims({ nonce: 'é' }), expecting(undefined, { nonce: 'é' })), null, 'by bytes');
});

t.test('a key that does not fit makes one more look, and a second failure is final', async (t) => {
  let looks = 0;
  let published = [keys.second.jwk].map((jwk) => ({ ...jwk, kid: keys.signing.kid }));
  const source = (after: unknown[] | undefined): ExpectedIdToken['keys'] => ({
    getKey: (header, token) => createLocalJWKSet({ keys: published } as JSONWebKeySet)(header, token),
    async reload() {
      looks += 1;
      if (after === undefined) return false;
      published = after as typeof published;
      return true;
    },
  });
  const wrong = published;
  t.match(
    await verdict(sign, expecting([], { keys: source(undefined) })),
    'SIGNATURE',
    'within the cool-down',
  );
  t.equal(looks, 1);
  t.match(
    await verdict(sign, expecting([], { keys: source(wrong) })),
    'SIGNATURE',
    'fetched, and still wrong',
  );
  t.equal(looks, 2);
  t.equal(
    await verdict(sign, expecting([], { keys: source([keys.signing.jwk]) })),
    null,
    'fetched, and right',
  );
  t.equal(looks, 3);
  t.match(await verdict(withClaims({ exp: 1 }), expecting([], { keys: source([]) })), 'exp is wrong');
  t.match(await verdict(withHeader({ alg: 'none' }), expecting([], { keys: source([]) })), 'ALG_NOT_ALLOWED');
  t.equal(looks, 3, 'what is wrong for another reason costs no look');
});

t.test('several keys: the token names its own, and none is tried where it names none', async (t) => {
  const noKid = withHeader({ kid: undefined });
  const [first, second] = [keys.signing.jwk, keys.second.jwk];
  t.equal(await verdict(sign, expecting([second, first])), null);
  t.match(await verdict(noKid, expecting([first, second])), 'ERR_JWKS_MULTIPLE_MATCHING_KEYS');
  t.equal(await verdict(noKid, expecting([first, { ...second, use: 'enc' }])), null, 'one alone would do');
});

t.test('the keys’ own faults are the provider’s, not the token’s', async (t) => {
  const throwing = (error: unknown) =>
    expecting([], {
      keys: {
        getKey: async () => {
          throw error;
        },
        reload: async () => false,
      },
    });
  const away = new ProviderError('provider_unreachable', 'away');
  t.equal(await verdict(sign, throwing(away)), 'provider_unreachable: away');
  for (const error of [new errors.JWKSInvalid('x'), new errors.JOSEError('x')]) {
    t.match(
      await verdict(sign, throwing(error)),
      "provider_answer_invalid: the issuer's key set can't be used",
    );
  }
  t.match(await verdict(sign, throwing(new TypeError('x'))), 'malformed');
  t.equal(
    await verifyIdToken(sign(draft()), throwing(away)).catch((error) => error),
    away,
    'as it was thrown',
  );
});
