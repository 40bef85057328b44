import { randomBytes } from 'node:crypto';
import { Readable, Writable } from 'node:stream';
import { runCommand } from '../../src/commands/program.ts';

export interface Answer {
  exitCode: number;
  out: string;
  err: string;
  /** The JSON lines of standard output. */
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever was printed
  json: any[];
}

/** Runs command lines as an operator would, in this process. A word with a space goes in as an array. */
export type Operator = (command: string | string[], stdin?: string | Readable) => Promise<Answer>;

export const SECRET_KEY = randomBytes(32).toString('base64');

export function operator(url: string, env: Record<string, string> = {}): Operator {
  return async (command, stdin = '') => {
    const out: string[] = [];
    const err: string[] = [];
    const exitCode = await runCommand(typeof command === 'string' ? command.split(' ') : command, {
      env: { DATABASE_URL: url, SECRET_KEYS: SECRET_KEY, SSO_LINK_OPERATOR: 'olga', ...env },
      stdin: typeof stdin === 'string' ? Readable.from(stdin === '' ? [] : [Buffer.from(stdin)]) : stdin,
      stdout: collect(out),
      stderr: collect(err),
    });
    const text = out.join('');
    return { exitCode, out: text, err: err.join(''), json: jsonLines(text) };
  };
}

function collect(into: string[]): Writable {
  return new Writable({
    write(chunk, _, done) {
      into.push(String(chunk));
      done();
    },
  });
}

function jsonLines(text: string): unknown[] {
  if (!text.startsWith('{')) return [];
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}
