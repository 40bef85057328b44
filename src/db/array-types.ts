/**
 * Arrays as parameters (`${ids}::bigint[]`). postgres.js asks each new connection for the ids of array types,
 * and an answer that is lost there rejects where nobody can catch it: the process ends while the database
 * restarts. The built-in types' ids never change, so they stand here. Results hold no arrays: as text, if ever.
 */
import type postgres from 'postgres';
import { SsoLinkError } from '../errors.ts';

/** PostgreSQL's ids (pg_type.dat): a type, and the array of it. Times as text: drizzle keeps theirs to itself. */
const ARRAY_OF: Record<number, number> = {
  17: 1001, // bytea
  20: 1016, // bigint
  21: 1005, // smallint
  23: 1007, // integer
  25: 1009, // text
  114: 199, // json
  701: 1022, // double precision
  1043: 1015, // varchar
  2950: 2951, // uuid
  3802: 3807, // jsonb
};

interface Options {
  serializers: Record<number, ((value: unknown) => unknown) | undefined>;
  shared: { typeArrayMap: Record<number, number> };
}

/** Tells a client of postgres.js, opened with `fetch_types: false`, how arrays are written. */
export function addArrayTypes(sql: postgres.Sql): void {
  const { serializers, shared } = sql.options as unknown as Options;
  for (const [type, array] of Object.entries(ARRAY_OF)) {
    shared.typeArrayMap[Number(type)] = array;
    // Looked up when it is needed: drizzle replaces some serializers afterwards.
    serializers[array] = (values) =>
      literal(values as unknown[], (value) => serializers[Number(type)]?.(value) ?? value);
  }
}

const SPECIAL = /[\\"]/;

/** `{"a","b \"c\"",null}` (PostgreSQL, 8.15.6 Array Input and Output Syntax). */
function literal(values: unknown[], serialize: (value: unknown) => unknown): string {
  const items = values.map((value) => {
    if (value === undefined) throw new SsoLinkError('UNDEFINED_VALUE', 'an array parameter holds undefined');
    if (value === null) return 'null';
    if (Array.isArray(value)) return literal(value, serialize);
    const text = String(serialize(value));
    // Most hold nothing to escape, and a search costs less than a replacement.
    return `"${SPECIAL.test(text) ? text.replace(/[\\"]/g, '\\$&') : text}"`;
  });
  return `{${items.join(',')}}`;
}
