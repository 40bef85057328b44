import { codeOf, SsoLinkError } from '../errors.ts';
import { ADVICE, COMMANDS } from './advice.ts';
import type { Io } from './io.ts';
import { printable } from './output.ts';

/**
 * Prints an error: one line on standard error, never a stack, unless LOG_LEVEL is debug or trace. With
 * `--json` the line is `{"error":code,"message":…}`.
 */
export function reportError(io: Io, thrown: unknown, json: boolean): void {
  const error = rootOf(thrown);
  const code = codeOf(error) ?? 'unexpected';
  const message = messageOf(error);
  io.stderr.write(
    json
      ? `${JSON.stringify({ error: code, message })}\n`
      : `sso-link: ${message.split('\n').map(printable).join('\n          ')}\n`,
  );
  if (['debug', 'trace'].includes(io.env.LOG_LEVEL ?? '') && error instanceof Error) {
    io.stderr.write(`${error.stack}\n`);
  }
}

/** What an operator reads of an error. */
export function messageOf(thrown: unknown): string {
  const error = rootOf(thrown);
  const code = codeOf(error) ?? '';
  const advice = ADVICE[code];
  if (advice !== undefined) return advice;
  if (!(error instanceof SsoLinkError)) return describe(error);
  const command = COMMANDS[code]?.(error.facts);
  return command === undefined ? error.message : `${error.message}: ${command}`;
}

/** drizzle wraps the driver's error in one whose message holds the query and its parameters: never shown. */
function rootOf(thrown: unknown): unknown {
  let error = thrown;
  while (error instanceof Error && error.cause instanceof Error && codeOf(error) === undefined)
    error = error.cause;
  return error;
}

function describe(error: unknown): string {
  const message = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
  const code = codeOf(error);
  return `unexpected: ${message}${code ? ` (${code})` : ''}; LOG_LEVEL=debug shows where`;
}
