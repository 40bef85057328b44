/** How each page of a setup link is reached: a company of its own for each, in the world of the demo. */
import { randomBytes } from 'node:crypto';
import type { Page } from 'playwright-core';
import type { Parts } from '../../dev/environment.ts';
import { recordClientTest } from '../../src/companies/client-tests.ts';
import { createCompany } from '../../src/companies/companies.ts';
import { addDomain } from '../../src/companies/domains.ts';
import { createSetupLink, type Purpose, revokeSetupLink } from '../../src/companies/setup-links.ts';
import { activateSsoClient, createSsoClient } from '../../src/companies/sso-clients.ts';
import type { Transaction } from '../../src/db/client.ts';
import { newId } from '../../src/ids.ts';
import { createSealer } from '../../src/seal.ts';
import type { Reach } from './pages.ts';

const BY = 'operator:demo';

interface SetupReach {
  purpose?: Purpose;
  /** A domain that an operator added. */
  domain?: boolean;
  /** The company's SSO client, tested and ready to be enabled; active for `secret` and `replace`. */
  client?: boolean;
  revoked?: boolean;
  /** On the page of the steps, which is opened unless it is false. */
  act?: ((page: Page) => Promise<unknown>) | false;
}

const reach =
  ({ purpose = 'setup', domain, client, revoked, act }: SetupReach): Reach =>
  async (page, { parts }) => {
    const url = await parts.database.transaction(async (tx) => {
      const slug = `setup-${randomBytes(4).toString('hex')}`;
      await createCompany(tx, BY, { slug, name: 'Zeta', createsUsers: true });
      const name = `${slug}.com`;
      if (domain) {
        await addDomain(tx, BY, { slug, domain: name, verifiedBy: 'operator' });
        // Before the link: what came later proves nothing for it.
        await tx.sql`UPDATE company_domains SET verified_at = now() - interval '1 day' WHERE domain = ${name}`;
        await addPeople(tx, name);
      }
      if (client) await addClient(tx, parts, slug, purpose !== 'setup');
      const link = await createSetupLink(tx, BY, { slug, purpose, publicUrl: parts.serviceUrl });
      if (revoked) await revokeSetupLink(tx, BY, { id: link.id });
      return link.url;
    });
    await page.goto(url);
    if (act === false) return;
    await page.getByRole('button').click();
    await page.locator('#steps').waitFor();
    await act?.(page);
  };

async function addPeople({ sql }: Transaction, domain: string): Promise<void> {
  for (const [id, verified] of [
    ['ada', true],
    ['bob', true],
    ['eve', false],
  ] as const) {
    const userId = `${id}-${domain}`;
    await sql`INSERT INTO users (id) VALUES (${userId})`;
    await sql`
      INSERT INTO social_accounts (id, user_id, provider, provider_user_id, email, email_verified)
      VALUES (${newId()}, ${userId}, 'google', ${userId}, ${`${id}@${domain}`}, ${verified})`;
  }
}

async function addClient(tx: Transaction, parts: Parts, slug: string, active: boolean): Promise<void> {
  const sealer = createSealer([Buffer.from(parts.env.SECRET_KEYS ?? '', 'base64')]);
  const { id: ssoClientId, version } = await createSsoClient(tx, BY, sealer, {
    ...{ slug, clientId: `${slug}-application`, clientSecret: 'not-asked-for', logoutAtProvider: false },
    authMethod: 'client_secret_post',
    issuer: { region: 'us', url: parts.jumpclouds.us?.issuer ?? '' },
  });
  const right = { hasEmail: true, emailVerified: true, domainProven: true, refreshToken: true };
  await recordClientTest(tx, { ssoClientId, version, rule: 13, outcome: 'linked', ...right });
  if (active) await activateSsoClient(tx, BY, slug, { allowNoDomain: true });
}

const send =
  (action: string, fields: Record<string, string> = {}) =>
  async (page: Page) => {
    const form = page.locator(`form[action="/setup/${action}"]`).first();
    for (const [name, value] of Object.entries(fields)) await form.locator(`[name=${name}]`).fill(value);
    await Promise.all([page.waitForEvent('load'), form.locator('button').click()]);
  };

export const SETUP_PAGES: Record<string, Reach> = {
  'setup-open': reach({ act: false }),
  'setup-steps': reach({}),
  'setup-domain': reach({ act: send('domains', { domain: 'zeta.example.com' }) }),
  'setup-domain-refused': reach({ act: send('domains', { domain: 'gmail.com' }) }),
  'setup-client-refused': reach({ act: send('client', { client_id: 'zeta', client_secret: 'wrong' }) }),
  'setup-ready': reach({ domain: true, client: true }),
  'setup-people': reach({
    ...{ domain: true, client: true },
    act: (page) => Promise.all([page.waitForURL('**/setup/people'), page.locator('#people a').click()]),
  }),
  'setup-done': reach({ domain: true, client: true, act: send('enable') }),
  'setup-secret': reach({ purpose: 'secret', client: true }),
  'setup-replace': reach({ purpose: 'replace', domain: true, client: true }),
  'setup-revoked': reach({ revoked: true, act: false }),
};
