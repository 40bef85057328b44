/**
 * The outside world of the demo and of `npm start`: PostgreSQL, a JumpCloud of each region, furnished with
 * the people of dev/fixtures.ts, and the environment that the roles read.
 */
import { randomBytes } from 'node:crypto';
import { type Database, openDatabase } from '../src/db/client.ts';
import { migrate } from '../src/db/migrate.ts';
import { stopAll } from '../src/roles/run-role.ts';
import { freePorts } from './free-port.ts';
import { type JumpCloud, startJumpCloud } from './jumpcloud.ts';
import { createDatabase, startPostgres } from './postgres.ts';
import { SOCIAL_LOGIN } from './product.ts';
import { seed } from './seed.ts';

export interface Parts {
  database: Database;
  jumpclouds: Record<string, JumpCloud>;
  /** What the three roles read. */
  env: Record<string, string>;
  serviceUrl: string;
  appUrl: string;
  stop(): Promise<void>;
}

/** @param options.ports of the service, the product, and a JumpCloud per region; free ones by default */
export async function startParts(
  options: { ports?: number[]; logLevel?: string; env?: Record<string, string> } = {},
): Promise<Parts> {
  const [server = 0, app = 0, us = 0, eu = 0] = options.ports ?? (await freePorts(4));
  const postgres = await startPostgres({ durable: false });
  const { url, drop } = await createDatabase(postgres.url);
  const jumpclouds = {
    us: await startJumpCloud({ port: us }),
    eu: await startJumpCloud({ port: eu, iss: true }),
  };
  const secretKey = randomBytes(32);
  const [serviceUrl, appUrl] = [`http://localhost:${server}`, `http://localhost:${app}`];
  const env = {
    DATABASE_URL: url,
    SECRET_KEYS: secretKey.toString('base64'),
    PUBLIC_URL: serviceUrl,
    APP_URL: appUrl,
    SOCIAL_LOGIN_URL: new URL(SOCIAL_LOGIN, appUrl).href,
    JUMPCLOUD_ISSUERS: Object.entries(jumpclouds)
      .map(([region, { issuer }]) => `${region}=${issuer}`)
      .join(','),
    HOST: 'localhost',
    PORT: String(server),
    METRICS_PORT: '0',
    LOG_LEVEL: options.logLevel ?? 'warn',
    PRODUCT_NAME: 'Paradime',
    ...options.env,
  };
  await migrate(url);
  const database = openDatabase(url, { name: 'demo', max: 2, transactionTimeout: 0 });
  const stop = () => stopAll(database.close, jumpclouds.us.stop, jumpclouds.eu.stop, drop, postgres.stop);
  try {
    await seed(database, secretKey, jumpclouds, `${serviceUrl}/login/callback`);
  } catch (error) {
    await stop();
    throw error;
  }
  return { database, jumpclouds, env, serviceUrl, appUrl, stop };
}
