/**
 * Whether a schema may follow a released one. Two readers must continue to work: one that knows the released schema and
 * meets new records, and one that knows the new schema and meets old records, since topics keep them and are
 * replayed. Readers are open (docs/events.md), so a new optional field and a new word are no harm. All else is:
 * for that there is a new `ce_type`, published beside the old one for a while.
 */

type Json = Record<string, unknown>;

/** What says nothing about the data. */
const ANNOTATIONS = new Set(['$schema', 'title', 'description', 'examples', '$comment', 'deprecated']);

/** @returns a sentence for each change that would break a reader; none when it may be published */
export function incompatibilities(released: Json, current: Json, at = ''): string[] {
  const here = at || 'the schema';
  const [before, after] = [keywords(released), keywords(current)];
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((name) => {
    switch (name) {
      case 'properties':
        return fields(released, current, at);
      case 'required':
        return [];
      case 'items':
        return isSchema(before.items) && isSchema(after.items)
          ? incompatibilities(before.items, after.items, `${at}[]`)
          : [`${here}: what the list holds is no longer described the same way`];
      case 'anyOf':
        return alternatives(before.anyOf, after.anyOf, at);
      default:
        return same(before[name], after[name])
          ? []
          : [`${here}: ${name} was ${show(before[name])} and would be ${show(after[name])}`];
    }
  });
}

function fields(released: Json, current: Json, at: string): string[] {
  const [before, after] = [released.properties, current.properties].map((p) => (p ?? {}) as Json);
  const [hadAlways, hasAlways] = [released.required, current.required].map((r) => (r ?? []) as string[]);
  const path = (name: string) => (at ? `${at}.${name}` : name);
  const gone = lost(Object.keys(before ?? {}), Object.keys(after ?? {}));
  return [
    ...gone.map((name) => `${path(name)}: the field is gone`),
    ...lost(hadAlways ?? [], hasAlways ?? [])
      .filter((name) => !gone.includes(name))
      .map((name) => `${path(name)}: it was always there and no longer would be`),
    ...lost(hasAlways ?? [], hadAlways ?? []).map(
      (name) => `${path(name)}: it would be required, and records that are published lack it`,
    ),
    ...Object.keys(before ?? {})
      .filter((name) => !gone.includes(name))
      .flatMap((name) => incompatibilities(before?.[name] as Json, after?.[name] as Json, path(name))),
  ];
}

function alternatives(before: unknown, after: unknown, at: string): string[] {
  const here = at || 'the schema';
  if (isOpenWords(before) && isOpenWords(after)) {
    return [
      ...lost(wordsOf(before), wordsOf(after)).map((word) => `${here}: the word ${word} is gone`),
      ...alternatives(before.filter(noWords), after.filter(noWords), at),
    ];
  }
  if (!Array.isArray(before) || !Array.isArray(after) || before.length !== after.length) {
    return [`${here}: it was ${show(before)} and would be ${show(after)}`];
  }
  return before.flatMap((part, i) => incompatibilities(part, after[i], at));
}

/** A list of words beside any other text: how `openSchema` writes an enum. */
const isOpenWords = (parts: unknown): parts is Json[] =>
  Array.isArray(parts) && !parts.every(noWords) && parts.some((part) => part.type === 'string');
const noWords = (part: Json) => part.enum === undefined;
const wordsOf = (parts: Json[]) => parts.flatMap((part) => (part.enum as string[] | undefined) ?? []);

const keywords = (schema: Json): Json =>
  Object.fromEntries(Object.entries(schema).filter(([name]) => !ANNOTATIONS.has(name)));
const lost = (before: string[], after: string[]) => before.filter((name) => !after.includes(name));
const isSchema = (value: unknown): value is Json => typeof value === 'object' && value !== null;
const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
const show = (value: unknown) => (value === undefined ? 'not limited' : JSON.stringify(value));
