import { SsoLinkError } from '../errors.ts';

/** A compiled schema: what TypeBox compiles at run time, and the client package at build time. */
export interface Reader {
  Check(value: unknown): boolean;
  Errors(value: unknown): { instancePath: string; message: string }[];
}

/** Where the data breaks the schema, and never what stood there: it may be personal. */
export function describe(errors: { instancePath: string; message: string }[]): string {
  const [first] = errors;
  return first === undefined ? 'unknown' : `${first.instancePath || '/'} ${first.message}`;
}

export function invalid(type: string, why: string): SsoLinkError {
  return new SsoLinkError('event_invalid', `not a ${type} event: ${why}`);
}

/** Reads an event's value. @throws SsoLinkError `event_invalid`. */
export function readData(type: string, reader: Reader, value: Buffer | null): unknown {
  if (value === null) throw invalid(type, 'the record has no value');
  let data: unknown;
  try {
    data = JSON.parse(value.toString('utf8'));
  } catch {
    throw invalid(type, 'the value is not JSON');
  }
  if (!reader.Check(data)) throw invalid(type, describe(reader.Errors(data)));
  return data;
}
