/** Filters (RFC 7644 §3.4.2.2), as far as directories use them: comparisons by `eq`, joined by `and`. */
import { scimError } from './scim-error.ts';
import { readLiteral } from './scim-path.ts';

export interface Condition {
  /** In lower case: `username`, `emails.value`. */
  attribute: string;
  value: string;
}

/** A condition at the start of a text. Quantifiers are bounded by the length of a filter. */
const CONDITION =
  /^\s*([$\w:.-]+(?:\[[^\]"]*"[^"\]]*"\s*\])?(?:\.[$\w]+)?)\s+eq\s+("(?:[^"\\]|\\.)*"|[\w.-]+)/i;
const AND = /^\s+and\s+/i;
const MAX_LENGTH = 2_000;

/** @throws SsoLinkError `scim_invalid_filter` for anything that is not supported, rather than answering another question */
export function readFilter(text: string, supported: readonly string[]): Condition[] {
  const conditions: Condition[] = [];
  let rest = text.length <= MAX_LENGTH ? text : '';
  for (;;) {
    const [matched, path = '', literal = ''] = CONDITION.exec(rest) ?? [];
    if (matched === undefined) throw unsupported(supported);
    const attribute = nameOf(path);
    const value = readLiteral(literal, 'scim_invalid_filter');
    if (!supported.includes(attribute) || typeof value !== 'string' || value.includes('\0'))
      throw unsupported(supported);
    conditions.push({ attribute, value });
    rest = rest.slice(matched.length);
    if (rest.trim() === '') return conditions;
    const and = AND.exec(rest);
    if (and === null) throw unsupported(supported);
    rest = rest.slice(and[0].length);
  }
}

const nameOf = (path: string): string =>
  path
    .replace(/^urn:ietf:params:scim:schemas:core:2\.0:(User|Group):/i, '')
    .replace(/\[\s*type\s+eq\s+"work"\s*\]/i, '[work]')
    .toLowerCase();

const unsupported = (supported: readonly string[]) =>
  scimError(
    'scim_invalid_filter',
    `the filter is invalid or not supported: expected comparisons by eq, joined by and, of ${supported.join(', ')}`,
  );
