/** Code that replaces modules of src/events/ in the client package. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import standalone from 'ajv/dist/standalone/index.js';
import { EVENTS } from '../../src/events/catalog.ts';
import { EventHeaders } from '../../src/events/headers.ts';
import { openSchema } from '../../src/events/open.ts';

/** `HEADERS` and `READERS` of src/events/catalog.ts as code that needs no library. */
export function catalogCode(): string {
  const ajv = new Ajv2020({ code: { source: true, esm: true, lines: true }, messages: true });
  ajv.addSchema(JSON.parse(JSON.stringify(EventHeaders)), 'headers');
  for (const [i, { schema }] of EVENTS.entries()) {
    ajv.addSchema(JSON.parse(JSON.stringify(openSchema(schema))), `event${i}`);
  }
  const names = Object.fromEntries(['headers', ...EVENTS.map((_, i) => `event${i}`)].map((n) => [n, n]));
  const deletable = EVENTS.flatMap(({ type, isDeletable }) => (isDeletable ? [type] : []));
  return `${standalone.default(ajv, names)}
const readerOf = (check) => ({ Check: (value) => check(value), Errors: (value) => (check(value) ? [] : check.errors) });
export const DELETABLE = new Set(${JSON.stringify(deletable)});
export const HEADERS = readerOf(headers);
export const READERS = new Map([${EVENTS.map(({ type }, i) => `[${JSON.stringify(type)}, readerOf(event${i})]`).join(', ')}]);
`;
}

/** The exports of a module that are plain values, as values. */
export function constantsCode(module: Record<string, unknown>): string {
  return Object.entries(module)
    .filter(([, value]) => typeof value === 'string' || Array.isArray(value))
    .map(([name, value]) => `export const ${name} = ${JSON.stringify(value)};`)
    .join('\n');
}
