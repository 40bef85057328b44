/**
 * ID tokens that have to be refused, and unusual ones that have to be accepted, by the row of
 * docs/security.md. The front door, the unit tests and the comparison with openid-client are given the same.
 */
import { CLOCK_SKEW_S } from '../../../src/provider/signed-jwt.ts';
import { type Draft, type Forge, sign, signWithPublicKey, unsigned } from './draft.ts';

export interface HostileToken {
  row: number;
  name: string;
  valid: boolean;
  forge: Forge;
  /** Keys that the provider publishes for it, where it isn't the signing key alone. */
  jwks?: (keys: Draft['keys']) => unknown[];
}

type Fields = Record<string, unknown>;
type Change = (draft: Draft) => Fields;

const now = () => Math.floor(Date.now() / 1000);
const evil = 'https://oauth.id.evil.test/';
const clientOf = ({ claims }: Draft) => (claims.aud as string[])[0];

const claims =
  (change: Fields | Change): Forge =>
  (draft) =>
    sign({
      ...draft,
      claims: { ...draft.claims, ...(typeof change === 'function' ? change(draft) : change) },
    });
const header =
  (change: Fields | Change): Forge =>
  (draft) =>
    sign({
      ...draft,
      header: { ...draft.header, ...(typeof change === 'function' ? change(draft) : change) },
    });

/** The claims' text with one value written by hand: what JSON allows and `JSON.stringify` doesn't say. */
const written =
  (name: string, value: string): Forge =>
  (draft) => {
    const text = JSON.stringify({ ...draft.claims, [name]: '@' }).replace('"@"', value);
    return sign({ ...draft, claims: text });
  };

const refused = (
  row: number,
  name: string,
  forge: Forge,
  more: Partial<HostileToken> = {},
): HostileToken => ({
  row,
  name,
  valid: false,
  forge,
  ...more,
});
const accepted = (
  row: number,
  name: string,
  forge: Forge,
  more: Partial<HostileToken> = {},
): HostileToken => ({
  ...refused(row, name, forge, more),
  valid: true,
});

const withoutKid = header({ kid: undefined });

export const HOSTILE_TOKENS: HostileToken[] = [
  refused(2, 'another iss', claims({ iss: evil })),
  refused(
    2,
    'iss without its slash',
    claims(({ claims }) => ({ iss: String(claims.iss).replace(/\/$/, '') })),
  ),
  refused(
    2,
    'iss in another case',
    claims(({ claims }) => ({ iss: String(claims.iss).replace('http', 'HTTP') })),
  ),
  refused(
    2,
    'iss as an array',
    claims(({ claims }) => ({ iss: [claims.iss] })),
  ),
  refused(3, 'no sub', claims({ sub: undefined })),
  refused(3, 'sub empty', claims({ sub: '' })),
  refused(3, 'sub a number', claims({ sub: 7 })),
  refused(3, 'sub of 256 characters', claims({ sub: 'a'.repeat(256) })),
  accepted(3, 'sub of 255 characters', claims({ sub: 'a'.repeat(255) })),
  refused(3, 'sub with a control character', claims({ sub: 'a\u0000' })),
  refused(3, 'sub that is not ASCII', claims({ sub: 'ада' })),
  refused(4, 'another aud', claims({ aud: 'somebody-else' })),
  refused(4, 'another aud, in an array', claims({ aud: ['somebody-else'] })),
  refused(4, 'aud an empty array', claims({ aud: [] })),
  refused(
    4,
    'aud in another case',
    claims((d) => ({ aud: [String(clientOf(d)).toUpperCase()] })),
  ),
  refused(5, 'no iat', claims({ iat: undefined })),
  refused(
    5,
    'iat a string',
    claims(() => ({ iat: String(now()) })),
  ),
  accepted(6, 'no kid, one key', withoutKid),
  refused(7, 'no kid, two keys', withoutKid, { jwks: (k) => [k.second.jwk, k.signing.jwk] }),
  accepted(7, 'no kid, two keys, one for encryption', withoutKid, {
    jwks: (k) => [{ ...k.second.jwk, use: 'enc' }, k.signing.jwk],
  }),
  refused(
    7,
    'no kid, two keys, signed by a third',
    (d) => sign({ ...d, header: { alg: 'RS256' } }, d.keys.strangers),
    {
      jwks: (k) => [k.second.jwk, k.signing.jwk],
    },
  ),
  refused(7, 'the kid of one key, signed by the other', (d) => sign(d, d.keys.second), {
    jwks: (k) => [k.signing.jwk, k.second.jwk],
  }),
  accepted(8, 'RS256', sign),
  refused(9, 'alg none', (d) => unsigned(d)),
  refused(9, 'alg None', (d) => unsigned(d, 'None')),
  refused(9, 'alg none, no kid', (d) => unsigned({ ...d, header: {} })),
  refused(9, 'RS256 without a signature', (d) => unsigned(d, 'RS256')),
  refused(10, "a stranger's signature", (d) => sign(d, d.keys.strangers)),
  refused(10, 'a claim changed after signing', (d) => {
    const [head, , signature] = sign(d).split('.');
    const forged = { ...d.claims, sub: '000000000000000000000000' };
    return `${head}.${Buffer.from(JSON.stringify(forged)).toString('base64url')}.${signature}`;
  }),
  refused(10, 'a bit of the signature flipped', (d) => {
    const [head, payload, signature] = sign(d).split('.');
    const bytes = Buffer.from(signature ?? '', 'base64url');
    bytes.writeUInt8(bytes.readUInt8(9) ^ 1, 9);
    return `${head}.${payload}.${bytes.toString('base64url')}`;
  }),
  refused(10, 'not a token', () => 'not.a.token'),
  refused(10, 'two parts', (d) => sign(d).split('.').slice(0, 2).join('.')),
  refused(10, 'claims an array', (d) => sign({ ...d, claims: '[]' })),
  refused(10, 'claims not JSON', (d) => sign({ ...d, claims: '{"iss":' })),
  refused(12, 'another nonce', claims({ nonce: 'another' })),
  refused(
    12,
    'the nonce and more',
    claims(({ claims }) => ({ nonce: `${claims.nonce}x` })),
  ),
  refused(
    12,
    'nonce as bytes',
    claims(({ claims }) => ({ nonce: [...Buffer.from(String(claims.nonce))] })),
  ),
  refused(12, 'nonce a number', claims({ nonce: 7 })),
  refused(
    12,
    'nonce an array',
    claims(({ claims }) => ({ nonce: [claims.nonce] })),
  ),
  refused(
    20,
    'expired',
    claims(() => ({ exp: now() - 3600 })),
  ),
  refused(20, 'no exp', claims({ exp: undefined })),
  refused(
    20,
    'exp a string',
    claims(() => ({ exp: String(now() + 60) })),
  ),
  refused(20, 'exp null', claims({ exp: null })),
  accepted(
    20,
    'exp with a fraction',
    claims(() => ({ exp: now() + 60.5 })),
  ),
  accepted(
    21,
    'expired within the skew',
    claims(() => ({ exp: now() - CLOCK_SKEW_S + 5 })),
  ),
  refused(
    21,
    'expired beyond the skew',
    claims(() => ({ exp: now() - CLOCK_SKEW_S - 1 })),
  ),
  accepted(
    21,
    'issued in the future within the skew',
    claims(() => ({ iat: now() + CLOCK_SKEW_S - 5 })),
  ),
  refused(
    21,
    'issued in the future beyond the skew',
    claims(() => ({ iat: now() + CLOCK_SKEW_S + 5 })),
  ),
  accepted(
    21,
    'nbf within the skew',
    claims(() => ({ nbf: now() + CLOCK_SKEW_S - 5 })),
  ),
  refused(
    21,
    'nbf beyond the skew',
    claims(() => ({ nbf: now() + CLOCK_SKEW_S + 5 })),
  ),
  refused(
    21,
    'nbf a string',
    claims(() => ({ nbf: String(now()) })),
  ),
  refused(21, 'iat infinite', written('iat', '1e400')),
  refused(22, 'no aud', claims({ aud: undefined })),
  refused(22, 'no iss', claims({ iss: undefined })),
  refused(22, 'no nonce', claims({ nonce: undefined })),
  refused(22, 'nonce empty', claims({ nonce: '' })),
  refused(
    23,
    'a second aud and no azp',
    claims((d) => ({ aud: [clientOf(d), 'somebody-else'] })),
  ),
  refused(
    23,
    'a second aud, azp another',
    claims((d) => ({ aud: [clientOf(d), 'other'], azp: 'other' })),
  ),
  accepted(
    23,
    'a second aud, azp ours',
    claims((d) => ({ aud: [clientOf(d), 'other'], azp: clientOf(d) })),
  ),
  refused(23, 'one aud, azp another', claims({ azp: 'somebody-else' })),
  refused(
    23,
    'azp an array',
    claims((d) => ({ azp: [clientOf(d)] })),
  ),
  refused(23, 'azp null', claims({ azp: null })),
  accepted(
    24,
    'aud a string',
    claims((d) => ({ aud: clientOf(d) })),
  ),
  accepted(
    24,
    'aud an array',
    claims((d) => ({ aud: [clientOf(d)] })),
  ),
  refused(25, 'HS256 with the public key', signWithPublicKey),
  refused(25, 'HS256 with the public key, no kid', (d) => signWithPublicKey({ ...d, header: {} })),
  ...['RS384', 'RS512', 'PS256', 'PS512', 'ES256', 'EdDSA', 'RS1', 'rs256', ''].map((alg) =>
    refused(25, `alg ${alg || 'empty'}`, header({ alg })),
  ),
  refused(25, 'no alg', header({ alg: undefined })),
  refused(25, 'alg an array', header({ alg: ['RS256'] })),
  refused(26, 'an unknown crit', header({ crit: ['wat'], wat: 1 })),
  refused(26, 'crit that names nothing', header({ crit: [] })),
  refused(26, 'crit of a known name', header({ crit: ['exp'], exp: 1 })),
  refused(26, 'crit b64', header({ crit: ['b64'], b64: false })),
  // On the provider's own host, where a request for them would be counted.
  accepted(
    27,
    'jku and x5u, ours signed',
    header((d) => ({ jku: `${d.claims.iss}jku`, x5u: `${d.claims.iss}x5u` })),
  ),
  refused(27, 'jku of a stranger', (d) => {
    const head = { ...d.header, kid: d.keys.strangers.kid, jku: `${d.claims.iss}jku` };
    return sign({ ...d, header: head }, d.keys.strangers);
  }),
  refused(27, 'jwk of a stranger', (d) => {
    return sign({ ...d, header: { ...d.header, jwk: d.keys.strangers.jwk } }, d.keys.strangers);
  }),
  refused(28, 'PS256, the key without alg', header({ alg: 'PS256' }), {
    jwks: (k) => [withoutAlg(k.signing.jwk)],
  }),
  refused(28, 'RS512, the key without alg', header({ alg: 'RS512' }), {
    jwks: (k) => [withoutAlg(k.signing.jwk)],
  }),
  accepted(28, 'RS256, the key without alg', sign, { jwks: (k) => [withoutAlg(k.signing.jwk)] }),
  refused(28, 'the key is for encryption', sign, { jwks: (k) => [{ ...k.signing.jwk, use: 'enc' }] }),
  refused(28, 'the key is for RS512', sign, { jwks: (k) => [{ ...k.signing.jwk, alg: 'RS512' }] }),
  refused(28, 'the key may only encrypt', sign, {
    jwks: (k) => [{ ...k.signing.jwk, key_ops: ['encrypt'] }],
  }),
  refused(29, 'an access token', header({ typ: 'at+jwt' })),
  refused(29, 'an access token, spelled long', header({ typ: 'application/at+jwt' })),
  refused(29, 'a logout token', header({ typ: 'logout+jwt' })),
  refused(29, 'a logout token without a typ', (d) =>
    sign({
      ...d,
      header: { ...d.header, typ: undefined },
      claims: { ...d.claims, events: { 'http://schemas.openid.net/event/backchannel-logout': {} } },
    }),
  ),
  refused(29, 'typ a number', header({ typ: 5 })),
  refused(29, 'typ null', header({ typ: null })),
  refused(29, 'typ an array', header({ typ: ['JWT'] })),
  accepted(29, 'typ in lower case', header({ typ: 'jwt' })),
  accepted(29, 'no typ', header({ typ: undefined })),
  refused(30, 'another at_hash', claims({ at_hash: 'LDktKdoQak3Pk0cnXxCltA' })),
  refused(30, 'at_hash empty', claims({ at_hash: '' })),
  refused(30, 'at_hash a number', claims({ at_hash: 1 })),
  refused(30, 'at_hash null', claims({ at_hash: null })),
  accepted(30, 'no at_hash', claims({ at_hash: undefined })),
];

function withoutAlg({ alg: _, ...jwk }: Fields): Fields {
  return jwk;
}
