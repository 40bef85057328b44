/**
 * How commands print. For a person: sentences and aligned tables. With `--json`: JSON lines; one line for one
 * object, one line per item of a list, so that every command's output reads the same way (`jq` takes both).
 */
import type { Io } from './io.ts';

export interface OutputOptions {
  json?: boolean;
}

type Cell = string | number | boolean | bigint | Date | null | undefined | object;
export type Row = Record<string, Cell>;

/** One JSON line. */
export function printJson(io: Io, value: object): void {
  io.stdout.write(`${JSON.stringify(value, (_, v) => (typeof v === 'bigint' ? String(v) : v))}\n`);
}

/** One thing that was done or found: a sentence for a person, the thing itself as JSON. */
export function printDone(io: Io, options: OutputOptions, sentence: string, thing: object): void {
  if (options.json) printJson(io, thing);
  else io.stdout.write(`${printable(sentence)}\n`);
}

/** One object, one line per field. */
export function printFields(io: Io, options: OutputOptions, row: Row): void {
  if (options.json) {
    printJson(io, row);
    return;
  }
  const width = Math.max(...Object.keys(row).map((name) => name.length));
  for (const [name, value] of Object.entries(row)) {
    io.stdout.write(`${name.padEnd(width)}  ${cell(value)}\n`);
  }
}

/** A list: an aligned table, or a JSON line each. All rows have the first one's columns. */
export function printTable(io: Io, options: OutputOptions, rows: Row[], none: string): void {
  if (options.json) {
    for (const row of rows) printJson(io, row);
    return;
  }
  const [first] = rows;
  if (first === undefined) {
    io.stdout.write(`${none}\n`);
    return;
  }
  const names = Object.keys(first);
  const lines = [
    names.map((n) => n.toUpperCase().replaceAll('_', ' ')),
    ...rows.map((r) => names.map((n) => cell(r[n]))),
  ];
  const widths = names.map((_, i) => Math.max(...lines.map((line) => [...(line[i] ?? '')].length)));
  for (const line of lines) {
    io.stdout.write(
      `${line
        .map((text, i) => pad(text, widths[i] ?? 0))
        .join('  ')
        .trimEnd()}\n`,
    );
  }
}

/** JSON and columns say `client_id`, as the events do. */
export function snakeCase(thing: object): Row {
  const rename = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return Object.fromEntries(Object.entries(thing).map(([name, value]) => [rename(name), value]));
}

/** Times come from SQL as text, in columns that end in `at`. */
export function withDates(row: Row): Row {
  const read = (name: string, value: Cell) =>
    /(^|_)at$/.test(name) && typeof value === 'string' ? new Date(value) : value;
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, read(name, value)]));
}

function cell(value: Cell): string {
  if (value === null || value === undefined) return '-';
  if (value instanceof Date) return value.toISOString().replace(/\.\d{3}Z$/, 'Z');
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'object') return printable(JSON.stringify(value));
  return printable(String(value));
}

/** Names come from outside: what would steer the operator's terminal is not printed. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '\uFFFD');
}

/** By code points: `padEnd` counts UTF-16 units. */
function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - [...text].length));
}
