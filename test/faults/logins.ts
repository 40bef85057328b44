import { createHash } from 'node:crypto';
import { createCompany } from '../../src/companies/companies.ts';
import { addDomain } from '../../src/companies/domains.ts';
import type { Database } from '../../src/db/client.ts';
import { directoryAtLogin } from '../../src/directory/login-binding.ts';
import { newId } from '../../src/ids.ts';
import { recordLogin } from '../../src/login/record.ts';
import type { Sealer } from '../../src/seal.ts';
import { randomToken } from '../../src/tokens.ts';

const ISSUER = 'http://localhost/jumpcloud/';
const AT_ONCE = 8;

/** Each tenth login is somebody's second. */
const sometimesAgain = (n: number): number => (n % 10 === 9 ? n - 9 : n);

/**
 * Records logins as the callback does, of one company: people with an account, people without, people who come
 * twice, and some whose email is unverified or of a foreign domain.
 * @param personOf whose the n-th login is
 */
export async function recordLogins(
  database: Database,
  sealer: Sealer,
  count: number,
  personOf = sometimesAgain,
): Promise<void> {
  const ssoClientId = newId();
  const company = await database.transaction(async (tx) => {
    const created = await createCompany(tx, 'operator:test', {
      slug: 'acme',
      name: 'Acme',
      createsUsers: true,
    });
    await addDomain(tx, 'operator:test', { slug: 'acme', domain: 'acme.test', verifiedBy: 'operator' });
    return created;
  });
  await database.sql`
    INSERT INTO sso_clients (id, company_id, region, issuer, client_id, client_secret, status)
    VALUES (${ssoClientId}, ${company.id}, 'us', ${ISSUER}, 'acme-client', 'sealed', 'active')`;
  await accountsOfEveryThird(database, count);

  let next = 0;
  const recorder = async () => {
    for (let n = next++; n < count; n = next++) {
      const person = personOf(n);
      const outcome = await recordLogin(
        database,
        {
          state: randomToken(),
          nonce: '',
          verifier: '',
          ssoClientId,
          ssoClientVersion: 1,
          returnTo: 'http://localhost/',
          sessionToken: randomToken(),
          company: 'acme',
          startedAt: Date.now(),
        },
        {
          company: { ...company, hasDirectory: false },
          issuer: ISSUER,
          subject: createHash('sha256').update(`${person}`).digest('hex').slice(0, 24),
          profile: {
            email: `person${person}@${person % 20 === 5 ? 'elsewhere' : 'acme'}.test`,
            emailVerified: person % 20 !== 7,
            name: `Person ${person}`,
            groups: [],
            organization: null,
            unexpected: {},
          },
          tokens: { accessToken: 'unused' },
          sid: null,
          device: null,
          trace: {},
          previousSession: undefined,
        },
        { sealer, sessionAbsolute: 86_400_000, directory: directoryAtLogin },
      );
      if (outcome.outcome !== 'recorded') throw new Error(`login ${n}: ${outcome.outcome}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, recorder));
}

async function accountsOfEveryThird({ sql }: Database, count: number): Promise<void> {
  await sql`
    INSERT INTO users (id) SELECT 'user-' || n FROM generate_series(0, ${count}::int, 3) AS n`;
  await sql`
    INSERT INTO social_accounts (id, user_id, provider, provider_user_id, email, email_verified)
    SELECT gen_random_uuid(), 'user-' || n, 'google', 'google-' || n, 'person' || n || '@acme.test', true
    FROM generate_series(0, ${count}::int, 3) AS n`;
}
