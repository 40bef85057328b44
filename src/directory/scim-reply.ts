/** How answers are written: lists, and resources limited to the attributes that were asked for (RFC 7644 §3.9). */
import type { Page } from './lists.ts';
import { type Doc, isObject } from './scim-value.ts';

/** What a resource has in any answer. */
const ALWAYS = ['schemas', 'id'];

export interface Selection {
  attributes?: unknown;
  excludedAttributes?: unknown;
}

export const listResponse = ({ rows, totalResults, startIndex }: Page<Doc>): Doc => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
  totalResults,
  startIndex,
  itemsPerPage: rows.length,
  Resources: rows,
});

/** A resource with the attributes that `attributes` names, or without those of `excludedAttributes`. */
export function select(resource: Doc, { attributes, excludedAttributes }: Selection): Doc {
  const included = readNames(attributes);
  const excluded = readNames(excludedAttributes);
  const kept = Object.entries(resource).flatMap(([name, value]) => {
    if (ALWAYS.includes(name)) return [[name, value]];
    const key = name.toLowerCase();
    const subs = (names: string[]) =>
      names.filter((one) => one.startsWith(`${key}.`)).map((one) => one.slice(key.length + 1));
    if (included.length > 0) {
      if (included.includes(key)) return [[name, value]];
      const wanted = subs(included);
      return wanted.length > 0 ? [[name, withSubs(value, (sub) => wanted.includes(sub))]] : [];
    }
    if (excluded.includes(key)) return [];
    const unwanted = subs(excluded);
    return [[name, unwanted.length > 0 ? withSubs(value, (sub) => !unwanted.includes(sub)) : value]];
  });
  return Object.fromEntries(kept);
}

function withSubs(value: unknown, keep: (name: string) => boolean): unknown {
  if (Array.isArray(value)) return value.map((one) => withSubs(one, keep));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([name]) => keep(name.toLowerCase())));
}

/** Names of attributes: a list in a body, separated by commas in an address. With or without a schema's URN. */
function readNames(given: unknown): string[] {
  const all = Array.isArray(given) ? given : typeof given === 'string' ? given.split(',') : [];
  return all
    .map((name) => String(name).trim().toLowerCase())
    .map((name) => name.replace(/^urn:ietf:params:scim:schemas:core:2\.0:(user|group):/, ''))
    .filter((name) => name !== '');
}
