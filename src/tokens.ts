/** Random tokens, and what the database stores of them. */
import { createHash, randomBytes } from 'node:crypto';

/** 256 random bits. */
export const randomToken = (): string => randomBytes(32).toString('base64url');

/** SHA-256: what is stored of a token that is random itself needs no salt. */
export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** The token in the forms of the page of this session's person. */
export function accountToken(sessionToken: string): string {
  return hashToken(`account ${sessionToken}`).toString('base64url');
}

/** The token in the form that ends a session: only a page that was made for this session knows it. */
export function signOutToken(sessionToken: string): string {
  return hashToken(`sign out ${sessionToken}`).toString('base64url');
}
