/** The administrative API on a database of the test's own, asked by `inject`. */
import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import { pino } from 'pino';
import type { Test } from 'tap';
import { API_CONFIG } from '../../src/api/api-deps.ts';
import { buildApiApp } from '../../src/api/app.ts';
import { createApiKey, type NewApiKey } from '../../src/api-keys/api-keys.ts';
import { SCOPES } from '../../src/api-keys/scopes.ts';
import { createCompany } from '../../src/companies/companies.ts';
import { readConfig } from '../../src/config.ts';
import { createHealth } from '../../src/observability/health.ts';
import { NO_TRACING } from '../../src/observability/trace.ts';
import { createSealer } from '../../src/seal.ts';
import { SECRET_KEY } from '../commands/operator.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';

export interface TestApi {
  app: FastifyInstance;
  database: TestDatabase;
  /** A key of all scopes and companies, unless `input` says less. */
  key(input?: Partial<NewApiKey>): Promise<string>;
  /** Asks as `METHOD /path`, by a key of everything unless another one is given. */
  ask(line: string, options?: AskOptions): Promise<LightMyRequestResponse>;
  company(slug: string): Promise<void>;
}

export interface AskOptions {
  key?: string | null;
  body?: object | string;
  headers?: Record<string, string>;
}

let names = 0;

export async function testApi(t: Test, env: Record<string, string> = {}): Promise<TestApi> {
  const database = await testDatabase(t);
  const config = readConfig(
    { DATABASE_URL: database.url, SECRET_KEYS: SECRET_KEY, PUBLIC_URL: 'https://account.test', ...env },
    API_CONFIG,
    'api',
  );
  const app = await buildApiApp({
    ...{ config, database, log: pino({ level: 'silent' }), tracing: NO_TRACING, notifyRelay: () => {} },
    sealer: createSealer(config.SECRET_KEYS),
    health: createHealth({ required: {} }),
  });
  t.teardown(() => app.close());
  const key = async (input: Partial<NewApiKey> = {}) => {
    names += 1;
    const full = { name: `key-${names}`, scopes: SCOPES, ...input };
    return (await database.transaction((tx) => createApiKey(tx, 'operator:test', full))).key;
  };
  const everything = await key();
  return {
    ...{ app, database, key },
    async ask(line, options = {}) {
      const [method, url] = line.split(' ') as ['GET', string];
      const by = options.key === undefined ? everything : options.key;
      return app.inject({
        ...{ method, url },
        headers: { ...(by !== null && { authorization: `Bearer ${by}` }), ...options.headers },
        ...(options.body !== undefined && { payload: options.body }),
      });
    },
    async company(slug) {
      await database.transaction((tx) =>
        createCompany(tx, 'operator:test', { slug, name: slug, createsUsers: true }),
      );
    },
  };
}

/** An answer without what differs between any two: the request's id and the time. */
export function bytesOf(answer: LightMyRequestResponse): object {
  const id = answer.headers['x-request-id'];
  const { date: _, 'x-request-id': __, ...headers } = answer.headers;
  return {
    status: answer.statusCode,
    headers,
    body: typeof id === 'string' ? answer.body.replaceAll(id, 'ID') : answer.body,
  };
}
