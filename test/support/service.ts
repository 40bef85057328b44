import { randomBytes } from 'node:crypto';
import { pino } from 'pino';
import type { Test } from 'tap';
import { freePort } from '../../dev/free-port.ts';
import { type JumpCloud, type JumpCloudOptions, startJumpCloud } from '../../dev/jumpcloud.ts';
import { createCompany } from '../../src/companies/companies.ts';
import { addDomain } from '../../src/companies/domains.ts';
import { readConfig } from '../../src/config.ts';
import { newId, ssoIdentityId } from '../../src/ids.ts';
import type { Tracing } from '../../src/observability/trace.ts';
import { SERVER_CONFIG, startServer } from '../../src/roles/server.ts';
import { createSealer, type Sealer } from '../../src/seal.ts';
import { ensureSigningKey } from '../../src/sessions/signing-keys.ts';
import { type TestDatabase, testDatabase } from './database.ts';
import { noteSecret, watchedLog } from './secret-leaks.ts';

const OPERATOR = 'operator:test';

/** What a company's set-up asks of whatever plays JumpCloud. */
type Provider = Pick<JumpCloud, 'issuer' | 'addClient' | 'stop'>;

export interface TestService<P extends Provider = JumpCloud> {
  url: string;
  appUrl: string;
  database: TestDatabase;
  sealer: Sealer;
  env: Record<string, string>;
  jumpcloud: P;
  /** Stops the server before the test's end. */
  stop(): Promise<void>;
}

/**
 * The real server on a port of its own, a real database, and a JumpCloud that signs really.
 * @param options.provider plays JumpCloud in place of the friendly stand-in
 */
export async function startService<P extends Provider = JumpCloud>(
  t: Test,
  options: {
    env?: Record<string, string>;
    jumpcloud?: JumpCloudOptions;
    provider?: P;
    logs?: (line: string) => void;
    tracing?: Tracing;
    /** One that exists, where `env.DATABASE_URL` leads to it by another way. */
    database?: TestDatabase;
  } = {},
): Promise<TestService<P>> {
  const watched = watchedLog(t, 'the server');
  const database = options.database ?? (await testDatabase(t));
  const jumpcloud = options.provider ?? ((await startJumpCloud(options.jumpcloud)) as unknown as P);
  t.teardown(() => jumpcloud.stop());
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const appUrl = `http://localhost:${await freePort()}/app`;
  const env = {
    DATABASE_URL: database.url,
    DATABASE_POOL: '4',
    PUBLIC_URL: url,
    APP_URL: appUrl,
    SOCIAL_LOGIN_URL: `${appUrl}/social`,
    SECRET_KEYS: randomBytes(32).toString('base64'),
    JUMPCLOUD_ISSUERS: `us=${jumpcloud.issuer}`,
    HOST: 'localhost',
    PORT: String(port),
    METRICS_PORT: '0',
    LOG_LEVEL: 'trace',
    // Most tests run no worker: nobody is held for a result that never comes.
    LOGIN_WAIT: '0s',
    ...options.env,
  };
  const config = readConfig(env, SERVER_CONFIG);
  const sealer = createSealer(config.SECRET_KEYS);
  await database.transaction((tx) => ensureSigningKey(tx, sealer));
  noteSecret(env.SECRET_KEYS);
  const log = pino(
    { level: config.LOG_LEVEL },
    {
      write(line: string) {
        watched.write(line);
        options.logs?.(line);
      },
    },
  );
  const { tracing } = options;
  const server = await startServer({ config, log, ...(tracing && { tracing }) });
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= server.stop();
    return stopped;
  };
  t.teardown(stop);
  return { url, appUrl, database, sealer, env, jumpcloud, stop };
}

export interface TestCompany {
  id: string;
  slug: string;
  clientId: string;
  clientSecret: string;
  ssoClientId: string;
}

/** A company with a proven domain `<slug>.test` and an active SSO client, known to JumpCloud as well. */
export async function addCompany(
  service: TestService<Provider>,
  slug: string,
  options: {
    createsUsers?: boolean;
    authMethod?: 'client_secret_post' | 'client_secret_basic';
    refreshTokens?: boolean;
  } = {},
): Promise<TestCompany> {
  const { database, jumpcloud, sealer } = service;
  const authMethod = options.authMethod ?? 'client_secret_post';
  const [clientId, clientSecret, ssoClientId] = [`${slug}-client`, randomBytes(16).toString('hex'), newId()];
  noteSecret(clientSecret);
  jumpcloud.addClient({
    clientId,
    clientSecret,
    authMethod,
    redirectUris: [`${service.url}/login/callback`],
    refreshTokens: options.refreshTokens ?? true,
  });
  const company = await database.transaction(async (tx) => {
    const created = await createCompany(tx, OPERATOR, {
      slug,
      name: titled(slug),
      createsUsers: options.createsUsers ?? true,
    });
    await addDomain(tx, OPERATOR, { slug, domain: `${slug}.test`, verifiedBy: 'operator' });
    // Tests look at the events of what they do themselves.
    await tx.sql`DELETE FROM outbox WHERE topic = 'sso.companies'`;
    return created;
  });
  await database.sql`
    INSERT INTO sso_clients (id, company_id, region, issuer, client_id, client_secret, auth_method, status)
    VALUES (${ssoClientId}, ${company.id}, 'us', ${jumpcloud.issuer}, ${clientId},
      ${sealer.seal(clientSecret, `sso_clients:${ssoClientId}`)}, ${authMethod}, 'active')`;
  return { id: company.id, slug, clientId, clientSecret, ssoClientId };
}

let people = 0;

/** A person of the company's directory, assigned to its application. */
export function addPerson(
  service: TestService,
  company: TestCompany,
  person: { email?: string; emailVerified?: unknown; claims?: Record<string, unknown> } = {},
): { sub: string; email: string } {
  people += 1;
  const sub = people.toString(16).padStart(24, '0');
  const email = person.email ?? `person${people}@${company.slug}.test`;
  service.jumpcloud.addPerson({
    sub,
    givenName: 'Ada',
    familyName: 'Byron',
    clients: [company.clientId],
    ...person,
    email,
  });
  return { sub, email };
}

/** The product's user whom this person's SSO identity is linked to, as if a worker had decided it before. */
export async function linkUser(
  service: TestService<Provider>,
  company: TestCompany,
  sub: string,
): Promise<string> {
  const userId = newId();
  const identityId = ssoIdentityId(company.id, service.jumpcloud.issuer, sub);
  await service.database.sql`
    INSERT INTO users (id, company_id, company_set_by, name) VALUES (${userId}, ${company.id}, 'link', 'Ada Byron')`;
  await service.database.sql`
    INSERT INTO sso_identities (id, company_id, issuer, subject, user_id, linked_at)
    VALUES (${identityId}, ${company.id}, ${service.jumpcloud.issuer}, ${sub}, ${userId}, now())
    ON CONFLICT (id) DO UPDATE SET user_id = excluded.user_id, linked_at = now()`;
  return userId;
}

function titled(slug: string): string {
  return slug.charAt(0).toUpperCase() + slug.slice(1);
}
