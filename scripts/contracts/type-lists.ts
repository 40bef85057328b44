/**
 * The form of a schema that model generators read. Modelina makes `Object` of `anyOf: [string, null]` and of a list of
 * values beside any other text; it reads `type: [string, 'null']`. Both forms accept the same data.
 */

type Json = Record<string, unknown>;

/**
 * Rewrites each `anyOf` whose alternatives differ in their `type` only. A list of known values that other text may
 * extend becomes `x-extensible-enum`, which says the values and refuses none.
 */
export function withTypeLists(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(withTypeLists);
  if (typeof part !== 'object' || part === null) return part;
  const { anyOf, ...rest } = Object.fromEntries(
    Object.entries(part).map(([name, value]) => [name, withTypeLists(value)]),
  ) as Json;
  if (!Array.isArray(anyOf)) return anyOf === undefined ? rest : { ...rest, anyOf };
  return { ...rest, ...(asTypeList(anyOf) ?? { anyOf }) };
}

/** @returns undefined if the alternatives cannot be one schema with a list of types */
function asTypeList(alternatives: Json[]): Json | undefined {
  const values = alternatives.filter(isValues).flatMap((one) => one.enum as string[]);
  const typed = alternatives.filter((one) => !isValues(one));
  const types = typed.map((one) => one.type);
  if (!types.every((type) => typeof type === 'string') || new Set(types).size < types.length)
    return undefined;
  if (values.length > 0 && !typed.some((one) => one.type === 'string' && Object.keys(one).length === 1)) {
    return undefined;
  }
  const others = typed.filter((one) => one.type !== 'null');
  if (others.length > 1) return undefined;
  return {
    ...others[0],
    type: types.length === 1 ? types[0] : types,
    ...(values.length > 0 && { 'x-extensible-enum': values }),
  };
}

const isValues = (one: Json) => Array.isArray(one.enum) && one.type === undefined;
