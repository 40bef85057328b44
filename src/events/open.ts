/**
 * Reading with an open schema. What this service writes is closed; what is read later may hold more: a field
 * or a word that a newer version added. So documents and readers use the same schema, opened.
 */

type Json = Record<string, unknown>;

/** The schema as a reader takes it: unknown fields pass, and so does any other text where words are listed. */
export function openSchema<Schema extends object>(schema: Schema): Schema {
  return open(schema) as Schema;
}

function open(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(open);
  if (typeof part !== 'object' || part === null) return part;
  const { additionalProperties, enum: words, anyOf, properties, items, ...rest } = part as Json;
  return {
    ...rest,
    ...(properties !== undefined && { properties: mapValues(properties as Json) }),
    ...(items !== undefined && { items: open(items) }),
    ...(additionalProperties !== undefined &&
      additionalProperties !== false && { additionalProperties: open(additionalProperties) }),
    ...(anyOf !== undefined && { anyOf: (anyOf as unknown[]).flatMap((one) => alternatives(open(one))) }),
    ...(words !== undefined && { anyOf: [{ enum: words }, { type: 'string' }] }),
  };
}

const mapValues = (parts: Json) =>
  Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, open(part)]));

/** `anyOf` within `anyOf` says no more than one of them. */
function alternatives(part: unknown): unknown[] {
  const { anyOf, ...rest } = part as Json;
  return Array.isArray(anyOf) && Object.keys(rest).length === 0 ? anyOf : [part];
}

/** The type of what an open schema lets through: a listed word, or one that a later version adds. */
export type Open<T> = T extends string
  ? string extends T
    ? T
    : T | (string & Record<never, never>)
  : T extends (infer Item)[]
    ? Open<Item>[]
    : T extends object
      ? { [Field in keyof T]: Open<T[Field]> }
      : T;
