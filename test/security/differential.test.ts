/**
 * The same ID tokens for openid-client 6, which is certified, and for ours. Ours may be the stricter one,
 * for a reason that stands here; never the more lenient one.
 */
import { createLocalJWKSet, type JSONWebKeySet } from 'jose';
import * as client from 'openid-client';
import t from 'tap';
import { verifyIdToken } from '../../src/provider/id-token.ts';
import { CLOCK_SKEW_S } from '../../src/provider/signed-jwt.ts';
import type { Draft, Forge } from '../support/hostile/draft.ts';
import { HOSTILE_TOKENS } from '../support/hostile/id-tokens.ts';
import { halfHash, hostileKeys } from '../support/hostile/keys.ts';

/** Tokens that openid-client takes and ours refuses, by name, and why. */
const STRICTER: Record<string, string> = Object.fromEntries([
  ...because(
    'OpenID Connect Core §2: sub is 1 to 255 ASCII characters; openid-client takes any string.',
    'sub empty',
    'sub of 256 characters',
    'sub with a control character',
    'sub that is not ASCII',
  ),
  ...because(
    'An iat in the future is of a wrong clock or a forger; openid-client asks for a number alone.',
    'issued in the future beyond the skew',
    'iat infinite',
  ),
  ...because(
    '§3.1.3.7 (5): azp has to be ours wherever it stands; openid-client looks at it for several aud alone.',
    'one aud, azp another',
    'azp an array',
    'azp null',
  ),
  ...because(
    'RFC 8725 §3.11: another kind of token is no ID token; openid-client looks at no typ here.',
    'an access token',
    'an access token, spelled long',
    'a logout token',
    'typ a number',
    'typ null',
    'typ an array',
  ),
  ...because(
    'A logout token has events, an ID token never (Back-Channel Logout 1.0 §2.4).',
    'a logout token without a typ',
  ),
  ...because(
    '§3.1.3.8: optional in the code flow; where it stands, ours checks it. openid-client does not.',
    'another at_hash',
    'at_hash empty',
    'at_hash a number',
    'at_hash null',
  ),
]);

function because(why: string, ...names: string[]): [string, string][] {
  return names.map((name) => [name, why]);
}

const keys = await hostileKeys();
const issuer = 'https://oauth.id.jumpcloud.test/';
const clientId = 'acme-client';
const nonce = 'the-nonce';
const accessToken = 'the-access-token';
const state = 'the-state-of-it';
const redirectUri = 'https://sso.acme.test/callback';

function draft(): Draft {
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    at_hash: halfHash(accessToken),
    aud: [clientId],
    exp: now + 3600,
    iat: now,
    iss: issuer,
    nonce,
    sub: '65a0e7c1f2d4b8a9c3e5d7f1',
  };
  return { header: { alg: 'RS256', kid: keys.signing.kid, typ: 'JWT' }, claims, accessToken, keys };
}

type Verdict = { accepted: true } | { accepted: false; why: string };

const verdict = (asked: Promise<unknown>): Promise<Verdict> =>
  asked.then(
    () => ({ accepted: true }),
    (error: Error & { code?: string; cause?: Error }) => ({
      accepted: false,
      why: [error.code, error.message].filter(Boolean).join(': '),
    }),
  );

function ours(token: string, published: unknown[]): Promise<Verdict> {
  const getKey = createLocalJWKSet({ keys: published } as JSONWebKeySet);
  const expected = { issuer, clientId, nonce, accessToken, keys: { getKey, reload: async () => false } };
  return verdict(verifyIdToken(token, expected));
}

/** A whole code grant: discovery, token and keys are answered here, and no network is used. */
async function theirs(token: string, published: unknown[]): Promise<Verdict> {
  const answers: Record<string, unknown> = {
    '/.well-known/openid-configuration': {
      issuer,
      authorization_endpoint: `${issuer}authorize`,
      token_endpoint: `${issuer}token`,
      jwks_uri: `${issuer}jwks`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
    },
    '/token': { access_token: accessToken, token_type: 'bearer', expires_in: 3600, id_token: token },
    '/jwks': { keys: published },
  };
  const metadata = {
    client_secret: 'the-secret',
    id_token_signed_response_alg: 'RS256',
    [client.clockTolerance]: CLOCK_SKEW_S,
  };
  const config = await client.discovery(new URL(issuer), clientId, metadata, undefined, {
    // By default it verifies no signature of a token that came by TLS: ours always does.
    execute: [client.enableNonRepudiationChecks],
    [client.customFetch]: async (url) => Response.json(answers[new URL(url).pathname] ?? null),
  });
  const callback = new URL(`${redirectUri}?code=the-code&state=${state}`);
  return verdict(
    client.authorizationCodeGrant(config, callback, {
      pkceCodeVerifier: client.randomPKCECodeVerifier(),
      expectedNonce: nonce,
      expectedState: state,
      idTokenExpected: true,
    }),
  );
}

async function compare(forge: Forge, jwks?: (keys: Draft['keys']) => unknown[]) {
  const token = (await forge(draft())) ?? '';
  const published = jwks?.(keys) ?? [keys.signing.jwk];
  return { theirs: await theirs(token, published), ours: await ours(token, published) };
}

const word = (said: Verdict) => (said.accepted ? 'accepted' : 'refused ');

t.test('no token that openid-client refuses is accepted by ours', async (t) => {
  t.ok(HOSTILE_TOKENS.length >= 40, `${HOSTILE_TOKENS.length} tokens`);
  t.comment('row | openid-client | ours | token');
  const stricter: string[] = [];
  for (const { row, name, valid, forge, jwks } of HOSTILE_TOKENS) {
    const said = await compare(forge, jwks);
    t.comment(`${row} | ${word(said.theirs)} | ${word(said.ours)} | ${name}`);
    t.equal(said.ours.accepted, valid, `ours: ${name}`);
    const why = said.theirs.accepted ? '' : said.theirs.why;
    t.ok(said.theirs.accepted || !said.ours.accepted, `ours is not the more lenient: ${name} ${why}`);
    if (said.theirs.accepted && !said.ours.accepted) stricter.push(name);
  }
  t.same(stricter.sort(), Object.keys(STRICTER).sort(), 'each disagreement is explained');
  for (const name of stricter) t.comment(`stricter: ${name}: ${STRICTER[name]}`);
});
