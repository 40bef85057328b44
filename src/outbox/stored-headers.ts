import type { HeaderValue, RecordHeaders } from '../kafka/records.ts';

/** A header's value in `jsonb`: bytes that are no text (invalid UTF-8, or with NUL) are kept as base64. */
export type StoredValue = string | null | { base64: string };

/** Headers in `jsonb`. A name that came several times has a list, in order. An empty list sends no header. */
export type StoredHeaders = Record<string, StoredValue | StoredValue[]>;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Headers as they came, in a form that `jsonb` takes. Only a name with NUL is changed. */
export function storeHeaders(headers: RecordHeaders): StoredHeaders {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      clean(name),
      Array.isArray(value) ? value.map(storeValue) : storeValue(value),
    ]),
  );
}

/** Stored headers as Kafka takes them. */
export function restoreHeaders(headers: StoredHeaders): RecordHeaders {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.map(restoreValue) : restoreValue(value),
    ]),
  );
}

/** The headers whose value is one text: those of a trace, and the event's id. */
export function textHeaders(headers: StoredHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

/** What a header weighs in a record, in bytes. */
export function sizeOfHeader(name: string, value: StoredValue | StoredValue[]): number {
  const values = Array.isArray(value) ? value : [value];
  return values.reduce((sum, one) => sum + Buffer.byteLength(name) + sizeOfValue(one), 0);
}

function sizeOfValue(value: StoredValue): number {
  if (value === null) return 0;
  return typeof value === 'string' ? Buffer.byteLength(value) : Buffer.byteLength(value.base64, 'base64');
}

function storeValue(value: HeaderValue): StoredValue {
  if (value === null) return null;
  const bytes = Buffer.isBuffer(value) ? value : Buffer.from(value);
  try {
    const text = utf8.decode(bytes);
    if (!text.includes('\0')) return text;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
  return { base64: bytes.toString('base64') };
}

const restoreValue = (value: StoredValue): HeaderValue =>
  value === null || typeof value === 'string' ? value : Buffer.from(value.base64, 'base64');

/** jsonb takes no NUL and no half of a surrogate pair. */
const clean = (text: string): string => text.replaceAll('\0', '\ufffd').toWellFormed();
