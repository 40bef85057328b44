/**
 * A JWS in compact form (RFC 7515 §7.1), signed by ES256 (RFC 7518 §3.4) in Node's thread pool. jose signs by WebCrypto,
 * which keeps the main thread busy for longer (docs/decisions.md). The tests verify by jose.
 */
import { sign } from 'node:crypto';
import { promisify } from 'node:util';
import { SIGNING_ALGORITHM, type SigningKey } from './signing-keys.ts';

const signInPool: (
  algorithm: string,
  data: Buffer,
  key: { key: SigningKey['privateKey']; dsaEncoding: 'ieee-p1363' },
) => Promise<Buffer> = promisify(sign);

/** @param claims as RFC 7519 §4.1 and the product know them */
export async function signJwt(
  { kid, privateKey }: SigningKey,
  claims: Record<string, string | number>,
): Promise<string> {
  const input = `${encode({ alg: SIGNING_ALGORITHM, kid, typ: 'JWT' })}.${encode(claims)}`;
  // RFC 7518 §3.4: the signature is R and S, 32 octets each, and not DER.
  const signature = await signInPool('sha256', Buffer.from(input), {
    key: privateKey,
    dsaEncoding: 'ieee-p1363',
  });
  return `${input}.${signature.toString('base64url')}`;
}

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
