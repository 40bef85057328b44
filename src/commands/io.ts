import { userInfo } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import { type Config, readConfig, type VariableName } from '../config.ts';
import { type Database, openDatabase } from '../db/client.ts';
import { DATABASE_CONFIG } from '../db/source.ts';

/** What a command may touch of the process, so that a test runs it without one. */
export interface Io {
  env: Record<string, string | undefined>;
  stdin: Readable & { isTTY?: boolean };
  stdout: Writable & { isTTY?: boolean };
  stderr: Writable & { isTTY?: boolean };
  /** 0 done, 1 failed, 2 done except for some lines. */
  exitCode: number;
}

/** Who acts, for the audit log: `SSO_LINK_OPERATOR`, else the operating system's user. */
export function actor(io: Io): string {
  return `operator:${io.env.SSO_LINK_OPERATOR?.trim() || systemUser()}`;
}

/** A command reads the variables that it needs, and no others. @throws SsoLinkError `config_invalid` */
export function configFor<Names extends VariableName>(io: Io, ...names: Names[]): Config<Names> {
  return readConfig(io.env, names);
}

/** Opens the database for the time of `work`. */
export async function withDatabase<T>(
  io: Io,
  work: (database: Database) => Promise<T>,
  options: { statementTimeout?: number } = {},
): Promise<T> {
  const config = configFor(io, ...DATABASE_CONFIG);
  const database = openDatabase(config, { name: 'command', max: 3, ...options });
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

/** A secret from standard input, one trailing newline trimmed, as `echo` and editors add. */
export async function readSecret(io: Io): Promise<string> {
  if (io.stdin.isTTY) io.stderr.write('The secret, then a new line and Ctrl-D:\n');
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of io.stdin) {
    chunks.push(Buffer.from(chunk));
    length += chunks.at(-1)?.length ?? 0;
    if (length > MAX_SECRET_BYTES) break;
  }
  return Buffer.concat(chunks)
    .toString('utf8')
    .replace(/\r?\n$/, '');
}

/** More than any client secret, and little enough to refuse a file given by mistake. */
const MAX_SECRET_BYTES = 4_096;

/** A container may run under a number that no passwd file names. */
function systemUser(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid-${process.getuid?.() ?? 'unknown'}`;
  }
}
