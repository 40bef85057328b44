/** `npm run screenshots`: each page, from the running service, into docs/images/. */
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { chromium } from '../dev/browser.ts';
import { startParts } from '../dev/environment.ts';
import { startRolesInProcess } from '../dev/roles.ts';
import { createStream } from '../dev/stream.ts';
import { sealTestLink, TEST_LINK_TTL, type TestedClient } from '../src/companies/test-link.ts';
import { createSealer } from '../src/seal.ts';

const FOLDER = fileURLToPath(new URL('../docs/images/', import.meta.url));
const SIZES = { desktop: { width: 1100, height: 720 }, phone: { width: 390, height: 780 } };

const parts = await startParts({ logLevel: 'silent' });
const stream = createStream();
const roles = await startRolesInProcess(parts.env, stream);
const browser = await chromium();
const at = (path: string) => `${parts.serviceUrl}${path}`;

async function signIn(page: Page, company: string, email: string, test?: string): Promise<void> {
  await page.goto(at(`/login/start?${new URLSearchParams({ company, ...(test && { test }) })}`));
  await page.locator('input[name=email]').fill(email);
  await page.locator('input[name=password]').fill('password');
  await page.locator('input[name=password]').press('Enter');
}

async function testLink(company: string): Promise<string> {
  const [client] = await parts.database.sql<TestedClient[]>`
    SELECT k.id AS "ssoClientId", k.version FROM sso_clients k JOIN companies c ON c.id = k.company_id
    WHERE c.slug = ${company}`;
  const sealer = createSealer([Buffer.from(parts.env.SECRET_KEYS ?? '', 'base64')]);
  return sealTestLink(sealer, client as TestedClient, new Date(Date.now() + TEST_LINK_TTL));
}

/** How each page is reached. */
const PAGES: Record<string, (page: Page) => Promise<unknown>> = {
  'login-email': (page) => page.goto(at('/login')),
  'login-company': (page) => page.goto(at('/login?company=acme')),
  'login-no-sso': (page) => page.goto(at('/login?login_hint=bob%40nowhere.test')),
  'signed-out': (page) => page.goto(at('/login?signed_out=1')),
  'refused-not-linked': async (page) => {
    await signIn(page, 'borealis', 'amy@borealis.test');
    await page.getByRole('heading', { name: 'We could not connect you' }).waitFor();
  },
  'refused-unverified': async (page) => {
    await signIn(page, 'acme', 'uma@acme.test');
    await page.getByRole('heading', { name: 'Your email isn’t verified' }).waitFor();
  },
  'test-right': async (page) => {
    await signIn(page, 'acme', 'ada@acme.test', await testLink('acme'));
    await page.getByRole('heading', { name: 'This was a test' }).waitFor();
  },
  'test-to-do': async (page) => {
    await signIn(page, 'acme', 'uma@acme.test', await testLink('acme'));
    await page.getByRole('heading', { name: 'This was a test' }).waitFor();
  },
  'problem-start-again': (page) => page.goto(at('/login/callback?state=unknown&code=unknown')),
  // From here on nothing is linked any more.
  waiting: async (page) => {
    stream.pause();
    await signIn(page, 'acme', 'grace@acme.test');
    await page.getByRole('heading', { name: 'Signing you in' }).waitFor();
  },
  'waiting-long': async (page) => {
    await signIn(page, 'acme', 'grace@acme.test');
    await page.getByText('takes longer than usual').waitFor();
  },
};

await mkdir(FOLDER, { recursive: true });
try {
  for (const [name, reach] of Object.entries(PAGES)) {
    for (const [size, viewport] of Object.entries(SIZES)) {
      for (const colorScheme of ['light', 'dark'] as const) {
        const context = await browser.newContext({ viewport, colorScheme });
        const page = await context.newPage();
        await reach(page);
        await page.screenshot({ path: `${FOLDER}${name}-${size}-${colorScheme}.png` });
        await context.close();
      }
    }
    console.log(name);
  }
} finally {
  stream.resume();
  await browser.close();
  await roles.stop();
  await parts.stop();
}
