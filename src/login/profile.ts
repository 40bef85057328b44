import { normalizeEmail } from '../email.ts';

/** Who a person is, as the company's directory says it. */
export interface Profile {
  email: string | null;
  emailVerified: boolean;
  name: string | null;
  groups: string[];
  /** `jc_org`: seen once in the wild; recorded, never relied on. */
  organization: string | null;
  /** Claims that came in a form which is not accepted, by name, and what was expected: for the log and a test's page. */
  unexpected: Record<string, string>;
}

const MAX_TEXT = 320;
const MAX_GROUPS = 200;
/** The claim's name is chosen by the company's admin: the usual ones are looked for. */
const GROUP_CLAIMS = ['groups', 'memberOf', 'member_of'];

/**
 * Reads a profile from one document, an ID token or a userinfo answer: the email and its flag always come
 * from the same one (CVE-2026-14781).
 */
export function readProfile(claims: Record<string, unknown>): Profile {
  const email = text(claims.email);
  return {
    email,
    // JumpCloud sends the string "true"; anything but these two counts as unverified.
    emailVerified: email !== null && (claims.email_verified === true || claims.email_verified === 'true'),
    name: displayName(claims, email),
    groups: GROUP_CLAIMS.map((name) => groups(claims[name])).find((g) => g.length > 0) ?? [],
    organization: text(claims.jc_org),
    unexpected: unexpectedForms(claims),
  };
}

const VERIFIED_FORMS = [true, false, 'true', 'false'];

/** Never a value that could be an email. */
function unexpectedForms({
  email,
  email_verified: verified,
}: Record<string, unknown>): Record<string, string> {
  const unexpected: Record<string, string> = {};
  if (email !== undefined && email !== null && typeof email !== 'string') {
    unexpected.email = `${Array.isArray(email) ? 'a list' : `a ${typeof email}`} came, expected a text`;
  }
  if (verified !== undefined && !VERIFIED_FORMS.includes(verified as never)) {
    const form = /^[\w"[\]]{1,20}$/.test(JSON.stringify(verified))
      ? JSON.stringify(verified)
      : `a ${typeof verified}`;
    unexpected.email_verified = `${form} came, expected true or "true"`;
  }
  return unexpected;
}

/** Admins rename and drop claims: a name is built from what is there. */
function displayName(claims: Record<string, unknown>, email: string | null): string | null {
  const parts = [text(claims.given_name), text(claims.family_name)].filter((part) => part !== null);
  return (
    text(claims.name) ??
    (parts.length > 0 ? parts.join(' ') : null) ??
    text(claims.preferred_username) ??
    normalizeEmail(email)?.split('@')[0] ??
    null
  );
}

/** One group arrives as a bare string, several as an array. */
function groups(value: unknown): string[] {
  const all = Array.isArray(value) ? value : [value];
  return all
    .map(text)
    .filter((g) => g !== null)
    .slice(0, MAX_GROUPS);
}

/** A usable text: not empty, bounded, without characters that PostgreSQL or a page can't hold. */
function text(value: unknown): string | null {
  if (typeof value !== 'string' || !value.isWellFormed()) return null;
  const trimmed = value.trim();
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return trimmed !== '' && trimmed.length <= MAX_TEXT && !/[\u0000-\u001f\u007f]/.test(trimmed)
    ? trimmed
    : null;
}
