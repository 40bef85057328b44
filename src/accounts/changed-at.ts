/**
 * When the product made a change: RFC 3339 in UTC with microseconds, so that texts compare as times do. PostgreSQL
 * keeps the same precision.
 */

/** When a line's change was made. */
export interface ChangeTime {
  /** In the form above. */
  at: string;
  /** The product said so. Otherwise it is when the line arrived, and a line that brings nothing new is not written. */
  given: boolean;
}

/** Clocks differ. A change from beyond that would win over every later one. */
const MAX_AHEAD_MS = 5 * 60_000;

const FORM = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?([Zz]|[+-]\d\d:\d\d)$/;

/** Reads RFC 3339. Undefined where it is none, or no time. */
export function readChangeTime(text: string): string | undefined {
  const [, date, time, fraction = '', offset] = FORM.exec(text) ?? [];
  if (date === undefined || time === undefined || offset === undefined) return undefined;
  const seconds = Date.parse(`${date}T${time}${offset.toUpperCase()}`);
  if (Number.isNaN(seconds)) return undefined;
  return textOf(seconds, fraction);
}

/** A time of our own, in the form that is compared. */
export function changeTimeOf(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1_000) * 1_000;
  return textOf(seconds, String(milliseconds - seconds).padStart(3, '0'));
}

/** Whether a change claims to be from later than clocks differ. */
export function isAhead(at: string, now: number): boolean {
  return at > changeTimeOf(now + MAX_AHEAD_MS);
}

/** @param seconds whole ones, in ms since the epoch */
function textOf(seconds: number, fraction: string): string {
  return `${new Date(seconds).toISOString().slice(0, 19)}.${fraction.slice(0, 6).padEnd(6, '0')}Z`;
}
