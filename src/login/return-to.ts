import type { FastifyRequest } from 'fastify';
import type { Config } from '../config.ts';
import { addLogFields } from '../observability/requests.ts';

/** Longer than any product's address, and short enough for a cookie. */
const MAX_BYTES = 2_048;

export interface ReturnToRules {
  /** What a relative `return_to` is relative to. */
  appUrl: string;
  origins: readonly string[];
}

/** Where a person may be sent after sign-in, or why they may not. */
export type ReturnTo =
  | { url: string }
  | { ignored: 'longer than 2048 bytes' | 'not a valid URL' | 'not a listed origin' };

/** Reads `return_to`: a URL whose origin is listed, or a path of the product. The URL is in normal form. */
export function parseReturnTo(value: unknown, { appUrl, origins }: ReturnToRules): ReturnTo {
  const malformed = { ignored: 'not a valid URL' } as const;
  if (typeof value !== 'string') return malformed;
  if (Buffer.byteLength(value) > MAX_BYTES) return { ignored: 'longer than 2048 bytes' };
  // Browsers drop these or turn them into slashes before they parse: none has a place in a URL.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\u0000-\u0020\u007f\\]/.test(value) || !value.isWellFormed()) return malformed;
  const relative = value.startsWith('/') && !value.startsWith('//');
  if (!relative && !/^https?:\/\/[^/]/i.test(value)) return malformed;
  if (!URL.canParse(value, appUrl)) return malformed;
  const url = new URL(value, appUrl);
  if (url.username || url.password) return malformed;
  const allowed = relative ? url.origin === new URL(appUrl).origin : origins.includes(url.origin);
  if (!allowed) return { ignored: 'not a listed origin' };
  // Percent-encoded it may be longer than it was.
  return Buffer.byteLength(url.href) <= MAX_BYTES ? { url: url.href } : { ignored: 'longer than 2048 bytes' };
}

/** The URL to return to, undefined where none was given or it may not be followed: the request's log line says why. */
export function readReturnTo(
  request: FastifyRequest,
  value: string | undefined,
  config: Config<'APP_URL' | 'RETURN_ORIGINS'>,
): string | undefined {
  if (!value) return undefined;
  const read = parseReturnTo(value, { appUrl: config.APP_URL, origins: config.RETURN_ORIGINS });
  if ('url' in read) return read.url;
  addLogFields(request, { return_to: `ignored: ${read.ignored}` });
  return undefined;
}
