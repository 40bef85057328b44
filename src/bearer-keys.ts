/**
 * Keys that a program shows to prove who calls: `ssol_<id>_<secret>_<crc32>`. The fixed prefix and the checksum let a
 * secret scanner recognize a leaked key offline. The database stores the SHA-256 of the whole key.
 */
import { randomInt, timingSafeEqual } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { hashToken, randomToken } from './tokens.ts';

const FORM = /^(ssol_([0-9a-z]{12})_[\w-]{43})_([0-9a-f]{8})$/;
const ID_CHARACTERS = '0123456789abcdefghijklmnopqrstuvwxyz';

export interface BearerKey {
  /** Public: 12 characters, by which the row is found and lists name the key. */
  id: string;
  /** The key itself, shown once. */
  key: string;
  /** What the database stores. */
  hash: Buffer;
}

const checksum = (text: string): string => crc32(text).toString(16).padStart(8, '0');

export function createBearerKey(): BearerKey {
  const id = Array.from({ length: 12 }, () => ID_CHARACTERS.charAt(randomInt(36))).join('');
  const body = `ssol_${id}_${randomToken()}`;
  const key = `${body}_${checksum(body)}`;
  return { id, key, hash: hashToken(key) };
}

/** The id in a key of the right form; null for any other text, without a question to the database. */
export function bearerKeyId(key: string): string | null {
  const [, body = '', id = '', sum] = FORM.exec(key) ?? [];
  return sum === undefined || checksum(body) !== sum ? null : id;
}

/** Whether a key is the one that was stored. Takes the same time wherever they differ. */
export const isBearerKey = (key: string, hash: Uint8Array): boolean => timingSafeEqual(hashToken(key), hash);

/** The key of an Authorization header; null without one. */
export function bearerKeyOf(authorization: string | undefined): string | null {
  return /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1] ?? null;
}
