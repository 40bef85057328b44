/** PATCH (RFC 7644 §3.5.2): operations on a resource, in order, all or nothing. What is not stored is ignored. */
import { scimError } from './scim-error.ts';
import { readPath, type ScimPath } from './scim-path.ts';
import {
  type Attribute,
  attributeNamed,
  MAX_OPERATIONS,
  type ResourceKind,
  writable,
} from './scim-schemas.ts';
import { type Doc, isObject, readObject, readValue } from './scim-value.ts';

const OPS = ['add', 'replace', 'remove'] as const;
type Op = (typeof OPS)[number];

/**
 * The resource after the operations of a PATCH.
 * @throws SsoLinkError `scim_invalid_syntax`, `scim_invalid_path`, `scim_invalid_value`, `scim_no_target`,
 *   `scim_too_many`, `scim_mutability`
 */
export function applyPatch(kind: ResourceKind, stored: Doc, body: Record<string, unknown>): Doc {
  const operations = Object.entries(body).find(([name]) => name.toLowerCase() === 'operations')?.[1];
  if (!Array.isArray(operations) || operations.length === 0 || !operations.every(isObject)) {
    throw scimError('scim_invalid_syntax', 'a PATCH needs Operations, a list of objects');
  }
  if (operations.length > MAX_OPERATIONS) {
    throw scimError('scim_too_many', `a PATCH has at most ${MAX_OPERATIONS} operations`);
  }
  const doc = structuredClone(stored);
  for (const operation of operations) applyOperation(kind, doc, operation);
  return doc;
}

function applyOperation(kind: ResourceKind, doc: Doc, operation: Record<string, unknown>): void {
  const op = OPS.find((known) => known === String(operation.op).toLowerCase());
  if (op === undefined) throw scimError('scim_invalid_syntax', `op is invalid: expected ${OPS.join(', ')}`);
  const { path, value } = operation;
  if (typeof path === 'string' && path.trim() !== '') {
    applyAt(kind, doc, op, readPath(path), value);
    return;
  }
  if (op === 'remove') throw scimError('scim_no_target', 'an operation remove needs a path');
  if (!isObject(value))
    throw scimError('scim_invalid_value', 'an operation without a path needs an object as value');
  for (const [name, one] of Object.entries(value)) {
    // A schema's URN holds an object of its attributes.
    const inner = name.toLowerCase() === kind.schema.toLowerCase() && isObject(one) ? one : { [name]: one };
    for (const [key, item] of Object.entries(inner)) applyAt(kind, doc, op, readKey(key), item);
  }
}

/** A key of a value without a path: unlike a path, an unreadable one is an unknown attribute. */
function readKey(key: string): ScimPath | null {
  try {
    return readPath(key);
  } catch {
    return null;
  }
}

function applyAt(kind: ResourceKind, doc: Doc, op: Op, path: ScimPath | null, value: unknown): void {
  const attribute = path && attributeNamed(writable(kind), path.attribute);
  if (!path || !attribute) return;
  const subs = attribute.subAttributes ?? [];
  const sub = path.sub === null ? null : attributeNamed(subs, path.sub);
  if (sub === undefined) return;
  // `null` unassigns (RFC 7643 §2.5).
  const removes = op === 'remove' || value === null || value === undefined;
  if (attribute.required && removes) {
    // A `null` beside other attributes says nothing; the others count.
    if (op !== 'remove') return;
    throw scimError('scim_mutability', `${attribute.name} cannot be removed`);
  }
  if (attribute.multiValued) applyToMany(attribute, doc, op, { ...path, subAttribute: sub, removes }, value);
  else if (sub) applyToOne(sub, complexOf(doc, attribute.name), removes, value);
  else if (!removes && op === 'add' && attribute.type === 'complex') {
    Object.assign(complexOf(doc, attribute.name), readValue(attribute, value));
  } else applyToOne(attribute, doc, removes, value);
}

function applyToOne(attribute: Attribute, holder: Doc, removes: boolean, value: unknown): void {
  if (removes) delete holder[attribute.name];
  else holder[attribute.name] = readValue(attribute, value);
}

function complexOf(doc: Doc, name: string): Doc {
  const held = doc[name];
  if (isObject(held)) return held;
  const created: Doc = {};
  doc[name] = created;
  return created;
}

interface ManyTarget {
  where: ScimPath['where'];
  subAttribute: Attribute | null;
  removes: boolean;
}

function applyToMany(attribute: Attribute, doc: Doc, op: Op, target: ManyTarget, value: unknown): void {
  const { where, subAttribute: sub, removes } = target;
  const values = (doc[attribute.name] as Doc[] | undefined) ?? [];
  const chosen = where === null ? [...values] : values.filter((one) => has(attribute, one, where));
  if (sub !== null) {
    if (chosen.length === 0 && !removes) {
      const seed = seedOf(attribute, where);
      values.push(seed);
      chosen.push(seed);
    }
    for (const one of chosen) applyToOne(sub, one, removes, value);
    doc[attribute.name] = values;
  } else if (removes) {
    // A value narrows a removal: JumpCloud names the members that leave.
    const named = where === null && op === 'remove' && value != null ? asList(attribute, value) : null;
    const leaving = new Set(named ? named.map((gone) => gone.value) : chosen);
    doc[attribute.name] = values.filter((one) => !leaving.has(named ? one.value : one));
  } else if (where !== null) {
    const change = readObject(attribute.subAttributes ?? [], isObject(value) ? value : { value });
    if (chosen.length === 0) values.push({ ...seedOf(attribute, where), ...change });
    for (const one of chosen) Object.assign(one, change);
    doc[attribute.name] = values;
  } else
    doc[attribute.name] =
      op === 'replace' ? asList(attribute, value) : added(values, asList(attribute, value));
}

const asList = (attribute: Attribute, value: unknown) => readValue(attribute, value) as Doc[];

/** One value is primary at most: the one that came last (RFC 7644 §3.5.2). */
function added(values: Doc[], given: Doc[]): Doc[] {
  const held = new Set(values.map((one) => JSON.stringify(one)));
  const fresh = given.filter((one) => !held.has(JSON.stringify(one)));
  const primary = fresh.some((one) => one.primary === true);
  const kept = primary ? values.map((one) => (one.primary ? { ...one, primary: false } : one)) : values;
  return [...kept, ...fresh];
}

function has(attribute: Attribute, one: Doc, { name, value }: NonNullable<ScimPath['where']>): boolean {
  const known = attributeNamed(attribute.subAttributes ?? [], name);
  const held = known && one[known.name];
  if (typeof held === 'string' && typeof value === 'string' && !known?.caseExact) {
    return held.toLowerCase() === value.toLowerCase();
  }
  return held === value;
}

/** What a filter that finds nothing creates: a work email where `emails[type eq "work"].value` is set. */
function seedOf(attribute: Attribute, where: ScimPath['where']): Doc {
  return where === null ? {} : readObject(attribute.subAttributes ?? [], { [where.name]: where.value });
}
