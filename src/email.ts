/**
 * Emails are compared normalized, and only so. Two spellings that a mail system would treat as different
 * people's must never become one (GHSA-7rqj-j65f-68wh): nothing is removed from a local part, and no
 * compatibility folding (NFKC) is done.
 */
import { domainToASCII } from 'node:url';

const MAX_LENGTH = 254; // RFC 5321 §4.5.3.1.3, less the angle brackets

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\s,;<>()"\\\p{Cf}\p{Z}]/u;

/**
 * The email in the form that is compared: trimmed, NFC, lower case, its domain in IDNA ASCII. Null where it
 * is no address that could be compared safely: control characters, white space or a comma inside, not exactly
 * one `@`, an empty part, quotes, a domain that isn't a host name. Idempotent; never throws.
 */
export function normalizeEmail(email: unknown): string | null {
  if (typeof email !== 'string') return null;
  const trimmed = email.trim();
  if (UNSAFE.test(trimmed) || !trimmed.isWellFormed()) return null;
  const [spelled, domain, ...rest] = trimmed.split('@');
  if (!spelled || !domain || rest.length > 0 || [...spelled].some(becomesAscii)) return null;
  const local = spelled.normalize('NFC').toLowerCase().normalize('NFC');
  const ascii = normalizeDomain(domain);
  if (ascii === null) return null;
  const normalized = `${local}@${ascii}`;
  return Buffer.byteLength(normalized) <= MAX_LENGTH ? normalized : null;
}

/**
 * A domain in the form that is compared: lower case, IDNA ASCII, without a trailing dot. Null where it isn't
 * a host name of two labels or more (IP addresses are none).
 */
export function normalizeDomain(domain: string): string | null {
  // domainToASCII parses as a URL's host: what else a URL may hold must not slip through.
  if (/[/:?#[\]@%\\\s]/.test(domain)) return null;
  const ascii = domainToASCII(domain).replace(/\.$/, '');
  const label = '[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?';
  return new RegExp(`^(?:${label}\\.)+(?!\\d+$)${label}$`).test(ascii) && ascii.length <= 253 ? ascii : null;
}

/** The Kelvin sign, say, turns into a plain `k` by NFC: another person's address, spelled to look alike. */
function becomesAscii(character: string): boolean {
  return character > '\u007f' && /[\0-\x7f]/.test(character.normalize('NFC').toLowerCase());
}

/** The domain of a normalized email. */
export function domainOf(normalizedEmail: string): string {
  return normalizedEmail.slice(normalizedEmail.lastIndexOf('@') + 1);
}
