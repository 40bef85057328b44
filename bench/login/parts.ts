/** What a login is measured in: a lean provider, a driver, and companies that sign in by the provider. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../dev/free-port.ts';
import { createCompany } from '../../src/companies/companies.ts';
import { addDomain } from '../../src/companies/domains.ts';
import { activateSsoClient, createSsoClient } from '../../src/companies/sso-clients.ts';
import { type Database, openDatabase, type Transaction } from '../../src/db/client.ts';
import { stopAll } from '../../src/roles/run-role.ts';
import { createSealer, type Sealer } from '../../src/seal.ts';
import { ensureSigningKey } from '../../src/sessions/signing-keys.ts';
import type { BenchContext } from '../harness.ts';
import { type Measured, startProgram, startRole } from '../support/process.ts';
import type { LoginOrder, LoginRound } from './driver.ts';

export const CLIENT_ID = 'bench-client';
export const CLIENT_SECRET = 'a-secret-of-the-bench';
export const COMPANY = 'acme';
const OPERATOR = 'operator:bench';

export interface LoginParts {
  issuer: string;
  /** Of the service. Its one company is `acme`. */
  database: Database;
  sealer: Sealer;
  /** What the roles read. */
  env: Record<string, string>;
  /** Where the server is, once `startServer` has started it. */
  origin: string;
  startServer(): Promise<Measured>;
  /** A round of whole logins at our server, unless the order says where else. */
  logins(order: Partial<LoginOrder> & Pick<LoginOrder, 'logins' | 'concurrency'>): Promise<LoginRound>;
  stop(): Promise<void>;
}

/** @param options.databaseUrl the service's database: one of its own by default */
export async function startLoginParts(
  { parts }: Pick<BenchContext, 'parts'>,
  options: { databaseUrl?: string } = {},
): Promise<LoginParts> {
  const stops: (() => Promise<void>)[] = [];
  const stop = () => stopAll(...stops.splice(0));
  try {
    const cli = await parts.built();
    const own = options.databaseUrl === undefined ? await parts.database() : undefined;
    if (own) stops.unshift(own.drop);
    const url = options.databaseUrl ?? (own as { url: string }).url;
    const database = openDatabase(url, { name: 'bench', max: 2 });
    stops.unshift(database.close);

    const issuer = `http://localhost:${await freePort()}/`;
    const provider = await startProgram(fileOf('./provider.ts'), { ISSUER: issuer });
    stops.unshift(provider.stop);
    const driver = await startProgram(fileOf('./driver.ts'), {});
    stops.unshift(driver.stop);

    const secretKey = randomBytes(32);
    const sealer = createSealer([secretKey]);
    await database.transaction((tx) => ensureSigningKey(tx, sealer));
    await addCompanies(database, sealer, issuer, [COMPANY]);
    const port = await freePort();
    const origin = `http://localhost:${port}`;
    const env = {
      DATABASE_URL: url,
      SECRET_KEYS: secretKey.toString('base64'),
      PUBLIC_URL: origin,
      APP_URL: 'http://localhost:1/',
      JUMPCLOUD_ISSUERS: `us=${issuer}`,
      PORT: String(port),
      // A login is measured without the wait for the worker: the peers have none.
      LOGIN_WAIT: '0s',
      // As it is shipped, one line per request.
      LOG_LEVEL: 'info',
      // As an operator sets them for a load test: all logins here come from one address.
      RATE_LIMIT_PER_ADDRESS: '1000000000',
      RATE_LIMIT_PER_COMPANY: '1000000000',
    };
    return {
      issuer,
      database,
      sealer,
      env,
      origin,
      async startServer() {
        const server = await startRole(cli, 'server', env);
        stops.unshift(server.stop);
        return server;
      },
      logins: (order) =>
        drive(driver, { start: `${origin}/login/start?company=${COMPANY}`, origin, ...order }),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Companies whose people sign in by the provider. */
export async function addCompanies(
  database: Database,
  sealer: Sealer,
  issuer: string,
  slugs: string[],
): Promise<void> {
  await database.transaction(async (tx) => {
    for (const slug of slugs) await addCompany(tx, slug);
  });

  async function addCompany(tx: Transaction, slug: string): Promise<void> {
    await createCompany(tx, OPERATOR, { slug, name: slug, createsUsers: true });
    await addDomain(tx, OPERATOR, { slug, domain: `${slug}.test`, verifiedBy: 'operator' });
    await createSsoClient(tx, OPERATOR, sealer, {
      slug,
      issuer: { region: 'us', url: issuer },
      clientId: slug === COMPANY ? CLIENT_ID : `${CLIENT_ID}-of-${slug}`,
      clientSecret: CLIENT_SECRET,
      authMethod: 'client_secret_post',
      logoutAtProvider: false,
    });
    await activateSsoClient(tx, OPERATOR, slug);
  }
}

export const fileOf = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

async function drive({ child }: Measured, order: LoginOrder): Promise<LoginRound> {
  child.send(order);
  const [answer] = (await once(child, 'message')) as [{ done?: LoginRound; failed?: string }];
  if (answer.done === undefined) throw new Error(`a login failed: ${answer.failed}`);
  return answer.done;
}
