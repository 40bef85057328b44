/** Puts the people and companies of dev/fixtures.ts where they belong: into the database and the JumpClouds. */
import { createHash, createHmac } from 'node:crypto';
import { importAccounts } from '../src/accounts/import.ts';
import { createCompany, listCompanies } from '../src/companies/companies.ts';
import { addDomain } from '../src/companies/domains.ts';
import { activateSsoClient, createSsoClient } from '../src/companies/sso-clients.ts';
import type { Database } from '../src/db/client.ts';
import { createSealer } from '../src/seal.ts';
import { ensureSigningKey } from '../src/sessions/signing-keys.ts';
import { ACCOUNTS, COMPANIES, PEOPLE } from './fixtures.ts';
import type { JumpCloud } from './jumpcloud.ts';

const OPERATOR = 'operator:demo';

/**
 * Safe to run again on the same database, with JumpClouds that were started again: a client's secret
 * follows from the key that seals it.
 * @param callback the redirect URI
 */
export async function seed(
  database: Database,
  secretKey: Buffer,
  jumpclouds: Record<'us' | 'eu', JumpCloud>,
  callback: string,
): Promise<void> {
  const sealer = createSealer([secretKey]);
  await database.transaction((tx) => ensureSigningKey(tx, sealer));
  const known = new Set((await listCompanies(database)).map((company) => company.slug));
  for (const company of COMPANIES) {
    const { issuer, addClient } = jumpclouds[company.region];
    const clientId = `${company.slug}-client`;
    const clientSecret = createHmac('sha256', secretKey).update(clientId).digest('base64url');
    addClient({ clientId, clientSecret, redirectUris: [callback] });
    if (known.has(company.slug)) continue;
    await database.transaction(async (tx) => {
      await createCompany(tx, OPERATOR, company);
      await addDomain(tx, OPERATOR, { ...company, verifiedBy: 'operator' });
      await createSsoClient(tx, OPERATOR, sealer, {
        slug: company.slug,
        issuer: { region: company.region, url: issuer },
        clientId,
        clientSecret,
        authMethod: 'client_secret_post',
        logoutAtProvider: false,
      });
      await activateSsoClient(tx, OPERATOR, company.slug);
    });
  }
  for (const person of PEOPLE) {
    const [givenName, familyName] = person.name.split(' ');
    const { region } = COMPANIES.find((c) => c.slug === person.company) ?? COMPANIES[0];
    jumpclouds[region].addPerson({
      sub: createHash('sha256').update(person.email).digest('hex').slice(0, 24),
      email: person.email,
      emailVerified: person.emailVerified ?? 'true',
      clients: [`${person.company}-client`],
      ...(givenName && { givenName }),
      ...(familyName && { familyName }),
      ...(person.groups && { groups: person.groups }),
    });
  }
  await importAccounts(database, OPERATOR, 'the demo', lines());
}

async function* lines() {
  for (const account of ACCOUNTS) yield `${JSON.stringify(account)}\n`;
}
