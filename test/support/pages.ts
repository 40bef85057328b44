/** How each page is reached, for pictures and for checks of all of them. */
import type { Page } from 'playwright-core';
import type { Parts } from '../../dev/environment.ts';
import type { LocalStream } from '../../dev/stream.ts';
import { sealTestLink, TEST_LINK_TTL, type TestedClient } from '../../src/companies/test-link.ts';
import { createSealer } from '../../src/seal.ts';
import { SETUP_PAGES } from './setup-pages.ts';

export interface Reached {
  parts: Parts;
  /** Is paused by the waiting pages, which come last. */
  stream: LocalStream;
}

const FIREFOX = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0';

export type Reach = (page: Page, world: Reached) => Promise<unknown>;

const visit =
  (path: string): Reach =>
  (page, { parts }) =>
    page.goto(`${parts.serviceUrl}${path}`);

/** A sign-in, until the page that ends it shows its heading. */
const signIn =
  (
    company: string,
    email: string,
    options: { test?: boolean; paused?: boolean; until?: string } = {},
  ): Reach =>
  async (page, { parts, stream }) => {
    if (options.paused) stream.pause();
    const test = options.test ? { test: await testLink(parts, company) } : {};
    await page.goto(`${parts.serviceUrl}/login/start?${new URLSearchParams({ company, ...test })}`);
    await page.locator('input[name=email]').fill(email);
    await page.locator('input[name=password]').fill('password');
    await page.locator('input[name=password]').press('Enter');
    await page.locator(options.until ?? '.card').waitFor({ timeout: 40_000 });
  };

async function testLink(parts: Parts, company: string): Promise<string> {
  const [client] = await parts.database.sql<TestedClient[]>`
    SELECT k.id AS "ssoClientId", k.version FROM sso_clients k JOIN companies c ON c.id = k.company_id
    WHERE c.slug = ${company}`;
  const sealer = createSealer([Buffer.from(parts.env.SECRET_KEYS ?? '', 'base64')]);
  return sealTestLink(sealer, client as TestedClient, new Date(Date.now() + TEST_LINK_TTL));
}

/** The product is not there: its address is reached, and this is shown. */
const PRODUCT = { contentType: 'text/html', body: '<p class="card">The product</p>' };

/** Signed in by another browser before, and by this one. */
const sessions: Reach = async (page, world) => {
  const { appUrl, serviceUrl } = world.parts;
  // Of pictures that were taken before.
  await world.parts.database.sql`DELETE FROM sessions`;
  const browser = page.context().browser();
  const other = await browser?.newPage({ userAgent: FIREFOX });
  for (const one of [other, page]) {
    if (one === undefined) throw new Error('the page has no browser');
    await one.route(`${appUrl}/**`, (route) => route.fulfill(PRODUCT));
    await signIn('acme', 'ada@acme.test')(one, world);
  }
  await other?.context().close();
  await page.goto(`${serviceUrl}/account/sessions`);
};

export const PAGES: Record<string, Reach> = {
  'login-email': visit('/login'),
  'login-company': visit('/login?company=acme'),
  'login-no-sso': visit('/login?login_hint=bob%40nowhere.test'),
  'signed-out': visit('/login?signed_out=1'),
  'refused-not-linked': signIn('borealis', 'amy@borealis.test'),
  'refused-unverified': signIn('acme', 'uma@acme.test'),
  'refused-no-sso': visit('/login/start?company=nobody'),
  sessions,
  'test-right': signIn('acme', 'ada@acme.test', { test: true }),
  'test-to-do': signIn('acme', 'uma@acme.test', { test: true }),
  ...SETUP_PAGES,
  'problem-start-again': visit('/login/callback?state=unknown&code=unknown'),
  // From here on nothing is linked any more.
  waiting: signIn('acme', 'grace@acme.test', { paused: true }),
  'waiting-long': signIn('acme', 'grace@acme.test', { paused: true, until: '#long:not([hidden])' }),
};
