import { type Command, InvalidArgumentError } from 'commander';
import { duration } from '../config-values.ts';

/** A command that does something: each has `--json`. */
export function leaf(parent: Command, usage: string, about: string): Command {
  return parent.command(usage).description(about).option('--json', 'print JSON lines');
}

/** For an option that wants a whole number from 1. */
export function count(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('It wants a whole number from 1.');
  return Number(text);
}

/** For an option that wants a duration: milliseconds. */
export function milliseconds(text: string): number {
  const value = duration(text);
  if (value === undefined) throw new InvalidArgumentError('It wants a duration like 90s, 15m, 12h or 7d.');
  return value;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** For an argument that wants an id of this service. */
export function uuid(text: string): string {
  const id = text.toLowerCase();
  if (!UUID.test(id)) throw new InvalidArgumentError('It wants an id, a UUID.');
  return id;
}
