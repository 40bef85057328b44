import { randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, type JWK, type JWTPayload, jwtVerify, SignJWT } from 'jose';

export type Keys = Awaited<ReturnType<typeof createKeys>>;

/** The provider's signing keys: RS256, as JumpCloud's. */
export async function createKeys() {
  let signing = await createKey();
  let published: JWK[] = [signing.jwk];
  return {
    jwks: () => ({ keys: published }),
    async rotate(keepOld: boolean) {
      signing = await createKey();
      published = keepOld ? [signing.jwk, ...published] : [signing.jwk];
    },
    sign(claims: JWTPayload, change: (header: Record<string, unknown>) => Record<string, unknown>) {
      const header = change({ alg: 'RS256', kid: signing.jwk.kid, typ: 'JWT' });
      return new SignJWT(claims).setProtectedHeader(header as { alg: string }).sign(signing.privateKey);
    },
    /** An ID token that came back as a hint: ours, however old. */
    async verifyHint(jwt: string, issuer: string) {
      const { payload } = await jwtVerify(jwt, signing.publicKey, { issuer, currentDate: new Date(0) });
      return payload;
    },
  };
}

async function createKey() {
  const { privateKey, publicKey } = await generateKeyPair('RS256');
  const jwk = { ...(await exportJWK(publicKey)), use: 'sig', alg: 'RS256', kid: randomUUID() };
  return { privateKey, publicKey, jwk };
}
