import { type Command, InvalidArgumentError } from 'commander';
import { duration } from '../config-values.ts';
import { isUuid } from '../ids.ts';

/** A command that does something: each has `--json`. */
export function addSubcommand(parent: Command, usage: string, about: string): Command {
  return parent.command(usage).description(about).option('--json', 'print JSON lines');
}

/** For an option that takes an integer from 1. */
export function positiveInteger(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('Expected an integer from 1.');
  return Number(text);
}

/** For an option that takes a duration: milliseconds. */
export function milliseconds(text: string): number {
  const value = duration(text);
  if (value === undefined) throw new InvalidArgumentError('Expected a duration like 90s, 15m, 12h or 7d.');
  return value;
}

/** For an option that takes a time: RFC 3339, or a day in UTC. */
export function time(text: string): Date {
  const value = new Date(text);
  const isTime = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/.test(text);
  if (!isTime || Number.isNaN(value.getTime())) {
    throw new InvalidArgumentError('Expected a time like 2026-11-24T09:30:00Z, or a day like 2026-11-24.');
  }
  return value;
}

/** For an argument that is an id of this service. */
export function uuid(text: string): string {
  const id = text.toLowerCase();
  if (!isUuid(id)) throw new InvalidArgumentError('Expected an id, a UUID.');
  return id;
}
