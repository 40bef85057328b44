/** How the values of environment variables are read: each gives undefined for what it doesn't take. */
import { isIP } from 'node:net';

/** A duration in milliseconds, from `90s`, `15m`, `12h` or `7d`. */
export function duration(text: string): number | undefined {
  const [, amount, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const milliseconds = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }[unit ?? ''];
  const value = Number(amount) * (milliseconds ?? Number.NaN);
  return value > 0 ? value : undefined;
}

/** The same from `0s` on, to a limit in milliseconds, and also as `500ms`. */
export function durationUpTo(limit: number) {
  return (text: string): number | undefined => {
    const [, amount, unit] = /^(\d{1,6})(ms|s)$/.exec(text) ?? [];
    const value = Number(amount) * (unit === 's' ? 1_000 : 1);
    return value <= limit ? value : undefined;
  };
}

export function text(value: string): string {
  return value;
}

export function flag(value: string): boolean | undefined {
  return value === 'true' ? true : value === 'false' ? false : undefined;
}

export function wholeNumber(min: number, max: number) {
  return (value: string) => {
    const number = /^\d{1,10}$/.test(value) ? Number(value) : Number.NaN;
    return number >= min && number <= max ? number : undefined;
  };
}

export function list(value: string): string[] {
  return value
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}

export function every<T>(entries: string[], read: (entry: string) => T | undefined): T[] | undefined {
  const values = entries.map(read);
  return values.every((value) => value !== undefined) ? (values as T[]) : undefined;
}

/** An address, or a range of them. Never all there are: then everybody would name their own address. */
export function isNetwork(entry: string): boolean {
  const [, address = '', prefix] = /^([^/%]+)(?:\/([1-9]\d{0,2}))?$/.exec(entry) ?? [];
  const bits = { 4: 32, 6: 128 }[isIP(address)];
  return bits !== undefined && (prefix === undefined || Number(prefix) <= bits);
}

/** An address of a DNS server, with a port if needed. */
export function isDnsServer(entry: string): boolean {
  const [, address = entry, port] = /^\[?([^\]]*?)\]?(?::(\d{1,5}))?$/.exec(entry) ?? [];
  if (isIP(entry) !== 0) return true;
  const isWritten = isIP(address) === 4 || (isIP(address) === 6 && entry.startsWith('['));
  return isWritten && (port === undefined || (Number(port) > 0 && Number(port) < 65_536));
}

export function url(value: string): URL | undefined {
  return URL.canParse(value) ? new URL(value) : undefined;
}

/** An https URL without user-info, or http on a loopback host. */
export function webUrl(value: string): URL | undefined {
  const parsed = url(value);
  if (!parsed || parsed.username || parsed.password || parsed.hash) return undefined;
  const loopback = ['localhost', '127.0.0.1', '[::1]'].includes(parsed.hostname);
  return parsed.protocol === 'https:' || (parsed.protocol === 'http:' && loopback) ? parsed : undefined;
}

/** `mailto:` with one address and nothing else. */
export function mailUrl(value: string): string | undefined {
  return /^mailto:[^\s@?&]+@[^\s@?&]+$/i.test(value) ? value : undefined;
}
