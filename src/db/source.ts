import { readFile } from 'node:fs/promises';
import { SsoLinkError } from '../errors.ts';
import { type ConnectionSettings, parseConnectionUrl } from './connection-url.ts';

/** Where the database is: a URL, or the variables of a role. */
export type DatabaseSource = string | DatabaseConfig;

export interface DatabaseConfig {
  DATABASE_URL: string;
  DATABASE_PASSWORD_FILE: string;
}

/** What every role and command needs to open the database. */
export const DATABASE_CONFIG = ['DATABASE_URL', 'DATABASE_PASSWORD_FILE'] as const;

/** The database past a pooler: for what needs a session of its own, LISTEN. */
export function directSource(config: DatabaseConfig & { DATABASE_DIRECT_URL: string }): DatabaseConfig {
  return { ...config, DATABASE_URL: config.DATABASE_DIRECT_URL || config.DATABASE_URL };
}

/** @throws SsoLinkError `config_invalid` */
export function readSource(source: DatabaseSource): {
  server: ConnectionSettings;
  password?: () => Promise<string>;
} {
  const url = typeof source === 'string' ? source : source.DATABASE_URL;
  const server = parseConnectionUrl(url, 'DATABASE_URL', process.env);
  const file = typeof source === 'string' ? '' : source.DATABASE_PASSWORD_FILE;
  return file === '' ? { server } : { server, password: () => readPassword(file) };
}

async function readPassword(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch((error: Error) => {
    throw new SsoLinkError('config_invalid', `DATABASE_PASSWORD_FILE cannot be read: ${error.message}`);
  });
  return text.replace(/\r?\n$/, '');
}
