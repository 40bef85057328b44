/** Values of requests become what is stored: known attributes alone, each of its type, `null` as absent. */
import { scimError } from './scim-error.ts';
import { type Attribute, attributeNamed } from './scim-schemas.ts';

/** A resource, or a complex value, by the advertised names. */
export type Doc = Record<string, unknown>;

const MAX_TEXT = 1_000;
const MAX_VALUES = 20_000;

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The known attributes of an object. Unknown ones are ignored, and so are `null` and those that are read-only.
 * @throws SsoLinkError `scim_invalid_value`
 */
export function readObject(attributes: Attribute[], given: Record<string, unknown>): Doc {
  const doc: Doc = {};
  for (const [name, value] of Object.entries(given)) {
    const attribute = attributeNamed(attributes, name);
    if (attribute === undefined || value === null) continue;
    doc[attribute.name] = readValue(attribute, value);
  }
  return doc;
}

/** @throws SsoLinkError `scim_invalid_value` */
export function readValue(attribute: Attribute, value: unknown): unknown {
  if (!attribute.multiValued) return readOne(attribute, value);
  const all = Array.isArray(value) ? value : [value];
  if (all.length > MAX_VALUES) throw invalid(attribute, `at most ${MAX_VALUES} values`);
  return all.map((one) => readOne(attribute, one));
}

function readOne(attribute: Attribute, value: unknown): unknown {
  if (attribute.type === 'complex') {
    // A bare value is its `value` (RFC 7643 §2.4).
    const given = isObject(value) || !attribute.multiValued ? value : { value };
    if (!isObject(given)) throw invalid(attribute, 'an object');
    return readObject(attribute.subAttributes ?? [], given);
  }
  if (attribute.type === 'boolean') return readBoolean(attribute, value);
  return readText(attribute, value);
}

/** Some directories send `"True"`. */
function readBoolean(attribute: Attribute, value: unknown): boolean {
  const text = String(value).toLowerCase();
  if (text === 'true' || text === 'false') return text === 'true';
  throw invalid(attribute, 'true or false');
}

/** A number is text, too: `externalId` 42 is never an id of ours (CVE-2025-41115). */
function readText(attribute: Attribute, value: unknown): string {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string' || text.length > MAX_TEXT || text.includes('\0') || !text.isWellFormed()) {
    throw invalid(attribute, `text of at most ${MAX_TEXT} characters`);
  }
  return text;
}

function invalid({ name }: Attribute, expected: string) {
  return scimError('scim_invalid_value', `${name} is invalid: expected ${expected}`);
}
