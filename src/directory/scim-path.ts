/** Attribute paths (RFC 7644 §3.10): `name.givenName`, `emails[type eq "work"].value`, with or without a schema's URN. */
import { scimError } from './scim-error.ts';
import { KINDS } from './scim-schemas.ts';

export interface ScimPath {
  attribute: string;
  /** Which of many values: an attribute of theirs and the value that it has. */
  where: { name: string; value: unknown } | null;
  sub: string | null;
}

const NAME = '[$A-Za-z][\\w$-]*';
const PATH = new RegExp(`^(${NAME})(?:\\[\\s*(${NAME})\\s+eq\\s+(.+?)\\s*\\])?(?:\\.(${NAME}))?$`, 'i');

/**
 * Reads a path. Null where it names an attribute of another schema, an extension's, which is not stored.
 * @throws SsoLinkError `scim_invalid_path`
 */
export function readPath(text: string): ScimPath | null {
  const local = withoutUrn(text.trim());
  if (local === null) return null;
  const [, attribute, name, literal, sub = null] = PATH.exec(local) ?? [];
  if (attribute === undefined) throw scimError('scim_invalid_path', `the path '${text}' is invalid`);
  const where = name === undefined ? null : { name, value: readLiteral(literal ?? '', 'scim_invalid_path') };
  return { attribute, where, sub };
}

/** A path without its schema's URN; null for the URN of a schema that is not one of ours. */
function withoutUrn(text: string): string | null {
  if (!/^urn:/i.test(text)) return text;
  const known = KINDS.find(({ schema }) => text.toLowerCase().startsWith(`${schema.toLowerCase()}:`));
  return known ? text.slice(known.schema.length + 1) : null;
}

/** A value of a filter: JSON of one string, number, `true`, `false` or `null`. */
export function readLiteral(text: string, code: 'scim_invalid_path' | 'scim_invalid_filter'): unknown {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return value;
  } catch {
    // Reported below.
  }
  throw scimError(code, `'${text}' is not a value: expected a string in double quotes`);
}
