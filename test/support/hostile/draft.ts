import { constants, createHmac, type KeyObject, KeyObject as Keys, sign as signBytes } from 'node:crypto';
import { exportSPKI } from 'jose';
import type { HostileKey, HostileKeys } from './keys.ts';

type Json = Record<string, unknown>;

/** An ID token before it is signed: a forger changes header and claims, and signs as it likes. */
export interface Draft {
  header: Json;
  claims: Json;
  accessToken: string;
  keys: HostileKeys;
}

/** Makes a token of a draft; undefined leaves it out of the answer. */
export type Forge = (draft: Draft) => string | undefined | Promise<string | undefined>;

const encode = (part: unknown) => Buffer.from(JSON.stringify(part)).toString('base64url');

/**
 * Signs whatever it is given: jose itself refuses to make most of what a forger wants. Claims may be the
 * text of a JSON document, for what `JSON.stringify` can't say.
 */
export function sign(draft: Pick<Draft, 'header' | 'keys'> & { claims: Json | string }, key?: HostileKey) {
  const { header, claims, keys } = draft;
  const payload = typeof claims === 'string' ? Buffer.from(claims).toString('base64url') : encode(claims);
  const input = `${encode(header)}.${payload}`;
  return `${input}.${signature(input, header.alg, Keys.from((key ?? keys.signing).privateKey))}`;
}

/** The signature that the header's algorithm asks for; RS256 where it is none that we know. */
function signature(input: string, alg: unknown, key: KeyObject): string {
  const [, family = 'RS', bits = '256'] = /^(RS|PS)(256|384|512)$/.exec(String(alg)) ?? [];
  const padding = family === 'PS' ? constants.RSA_PKCS1_PSS_PADDING : constants.RSA_PKCS1_PADDING;
  const options = { key, padding, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
  return signBytes(`sha${bits}`, Buffer.from(input), options).toString('base64url');
}

/** HS256 with the published key's PEM as the secret: the oldest confusion (CVE-2015-9235). */
export async function signWithPublicKey({ header, claims, keys }: Draft): Promise<string> {
  const input = `${encode({ ...header, alg: 'HS256' })}.${encode(claims)}`;
  const secret = await exportSPKI(keys.signing.publicKey);
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
}

/** No signature at all. */
export function unsigned({ header, claims }: Draft, alg = 'none'): string {
  return `${encode({ ...header, alg })}.${encode(claims)}.`;
}
