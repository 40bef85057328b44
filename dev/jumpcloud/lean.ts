/** What providers for load share, which keep nothing and serve no page: keys that sign really, and plain answers. */
import { createSign, generateKeyPairSync } from 'node:crypto';
import type { ServerResponse } from 'node:http';

/** RS256 as JumpCloud's, without a promise for each token. */
export function createSigner(kid: string): { jwks: string; sign(claims: object): string } {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const base64url = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const header = base64url({ alg: 'RS256', kid, typ: 'JWT' });
  return {
    jwks: JSON.stringify({
      keys: [{ ...publicKey.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' }],
    }),
    sign(claims) {
      const signed = `${header}.${base64url(claims)}`;
      return `${signed}.${createSign('RSA-SHA256').update(signed).sign(privateKey, 'base64url')}`;
    },
  };
}

/** @param body JSON text */
export function answerJson(response: ServerResponse, body: string, status = 200): void {
  response
    .writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
    .end(body);
}
