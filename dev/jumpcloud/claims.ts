import { createHash, randomUUID } from 'node:crypto';
import type { ClientOptions, PersonOptions } from './types.ts';

const ORG = '5f1b1bb2c9a4d3001f8e7a11';

/** What scopes and the admin let out about a person: in the ID token and at userinfo alike. */
export function personClaims(person: PersonOptions, client: ClientOptions, scopes: Set<string>) {
  const { email, givenName = '', familyName = '', groups = [] } = person;
  return {
    sub: person.sub,
    jc_org: client.org ?? ORG,
    ...(scopes.has('email') &&
      email !== undefined && {
        email,
        // A string, in JumpCloud's tokens: Dex, Logto and Supabase broke on it.
        email_verified: 'emailVerified' in person ? person.emailVerified : 'true',
      }),
    ...(scopes.has('profile') && {
      family_name: familyName,
      given_name: givenName,
      middle_name: '',
      name: `${givenName} ${familyName}`.trim(),
      picture: 'none',
      preferred_username: email?.split('@')[0] ?? person.sub,
    }),
    // One group arrives as a bare string, several as an array.
    ...(groups.length > 0 && {
      [client.groupsClaim ?? 'member_of']: groups.length === 1 ? groups[0] : groups,
    }),
    ...person.claims,
  };
}

export interface TokenContext {
  issuer: string;
  client: ClientOptions;
  person: PersonOptions;
  scopes: Set<string>;
  accessToken: string;
  nonce: unknown;
  authTime: unknown;
  requestedAt: number;
  sid: string;
  ttl: number;
}

/** The claims of an ID token as JumpCloud's looked in January 2025. */
export function idTokenClaims(context: TokenContext): Record<string, unknown> {
  const now = Math.floor(Date.now() / 1000);
  const digest = createHash('sha256').update(context.accessToken).digest();
  return {
    at_hash: digest.subarray(0, digest.length / 2).toString('base64url'),
    aud: [context.client.clientId],
    auth_time: context.authTime ?? now,
    exp: now + context.ttl,
    iat: now,
    iss: context.issuer,
    jti: randomUUID(),
    nonce: context.nonce,
    rat: context.requestedAt,
    sid: context.sid,
    ...personClaims(context.person, context.client, context.scopes),
  };
}
