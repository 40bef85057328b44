/** From the operator's one command to a colleague's first linked sign-in, as an admin does it in a browser. */
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import t, { type Test } from 'tap';
import { chromium, chromiumAvailable } from '../../dev/browser.ts';
import { kafkaAvailable } from '../../dev/kafka.ts';
import { command, rolesAsProcesses } from '../../dev/roles.ts';
import { linkResult } from '../../src/events/link-result.ts';
import { install } from '../faults/installation.ts';
import { dnsServer, type Zone } from '../support/dns-server.ts';
import { noteSecret } from '../support/secret-leaks.ts';
import { until } from '../support/until.ts';

const skip = (await chromiumAvailable()) ? false : 'Chromium is not installed';
const kafka = await kafkaAvailable();

interface Installed {
  url: string;
  appUrl: string;
  env: Record<string, string>;
  zone: Zone;
  clientId: string;
  clientSecret: string;
}

const DOMAIN = 'zeta.com';
const [ADMIN, COLLEAGUE] = ['ada@zeta.com', 'bob@zeta.com'];

async function installed(t: Test) {
  const zone: Zone = new Map();
  const dns = await dnsServer(t, zone);
  const people = [{ sub: 'c'.repeat(24), email: COLLEAGUE, userId: 'u-bob', company: 'other' }];
  const made = await install({ people, env: { DNS_SERVERS: dns } });
  t.teardown(made.stop);
  const { jumpcloud, url, env } = made;
  const app = { clientId: 'zeta-application', clientSecret: 'the-secret-that-jumpcloud-shows-once' };
  noteSecret(app.clientSecret);
  jumpcloud.addClient({ ...app, redirectUris: [`${url}/login/callback`] });
  jumpcloud.addPerson({ sub: 'a'.repeat(24), email: ADMIN, givenName: 'Ada', clients: [app.clientId] });
  jumpcloud.assign('c'.repeat(24), app.clientId);
  const roles = await rolesAsProcesses(env);
  t.teardown(roles.stop);
  await command(['company', 'create', 'zeta', '--name', 'Zeta'], env);
  const browser = await chromium();
  t.teardown(() => browser.close());
  return { ...made, ...app, zone, browser };
}

/** A fresh profile; an error in the console of a page of ours fails the test, a breach of the CSP above all. */
async function open(t: Test, browser: Browser, url: string, options: BrowserContextOptions): Promise<Page> {
  const context = await browser.newContext(options);
  t.teardown(() => context.close());
  const page = await context.newPage();
  page.on('console', (message) => {
    // Chromium reports the answer of a link that is over as an error, too.
    const isExpected = /status of 410/.test(message.text());
    if (message.type() === 'error' && !isExpected && message.location().url.startsWith(url))
      t.fail(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => t.fail(error.message));
  return page;
}

/** Counts what is typed, and uses the keyboard alone: what Tab does not reach is not there. */
function keyboard(page: Page) {
  const typed: string[] = [];
  const reach = async (target: Locator) => {
    await target.waitFor();
    for (let presses = 0; presses < 120; presses += 1) {
      if (await target.evaluate((node) => node === document.activeElement)) return;
      await page.keyboard.press('Tab');
    }
    throw new Error(`Tab does not reach ${target}`);
  };
  return {
    typed,
    reach,
    async type(label: string, text: string) {
      await reach(page.getByLabel(label, { exact: true }));
      await page.keyboard.insertText(text);
      typed.push(text);
    },
    async press(role: 'button' | 'link', name: string) {
      await reach(page.getByRole(role, { name, exact: true }).first());
      await page.keyboard.press('Enter');
    },
  };
}

async function atJumpCloud(page: Page, email: string): Promise<void> {
  await page.locator('input[name=email]').fill(email);
  await page.locator('input[name=password]').fill('password');
  await page.locator('input[name=password]').press('Enter');
}

const isDone = (page: Page, step: string) => page.locator(`#${step}.done`).waitFor({ timeout: 30_000 });

/** @returns what was typed, and how long it took, in milliseconds */
async function enable(page: Page, link: string, world: Installed, scripts: boolean) {
  const { typed, type, press, reach } = keyboard(page);
  const started = performance.now();
  await page.goto(link);
  await press('button', 'Begin');
  await page.getByRole('heading', { name: 'Set up single sign-on for Zeta' }).waitFor();
  await page.getByRole('heading', { name: 'Prove your domain' }).waitFor();
  if (page.url() !== `${world.url}/setup`) throw new Error(`the token is in the address bar: ${page.url()}`);

  await type('Domain', DOMAIN);
  await page.keyboard.press('Enter');
  const value = page.locator('#record-0-text');
  await value.waitFor();
  let text = await value.textContent();
  if (scripts) {
    await reach(page.locator('button[data-copy="record-0-text"]'));
    await page.keyboard.press('Enter');
    await page.getByText('Copied').waitFor();
    text = await page.evaluate(() => navigator.clipboard.readText());
  }
  world.zone.set((await page.locator('#record-0-host').textContent()) ?? '', [[Buffer.from(text ?? '')]]);
  // With scripts the page sees it by itself.
  if (!scripts) await press('button', 'Check now');
  await isDone(page, 'domains');

  await type('Client ID', world.clientId);
  await type('Client Secret', world.clientSecret);
  await page.keyboard.press('Enter');
  await isDone(page, 'client');

  await press('link', 'Start the test');
  await atJumpCloud(page, ADMIN);
  await page.getByText('This was a test').first().waitFor();
  await press('link', 'Back to the setup');
  await isDone(page, 'test');
  await press('link', 'Show who will be linked');
  await page.getByText('Sign in to the account they have: 1').waitFor();
  await page.getByText(COLLEAGUE).waitFor();
  await press('link', 'Back to the setup');
  await press('button', 'Enable');
  await page.getByText('Single sign-on is enabled for Zeta.').waitFor();
  await page.getByRole('link', { name: 'Continue with JumpCloud' }).waitFor();
  return { typed, ms: performance.now() - started };
}

for (const scripts of [true, false]) {
  const how = scripts ? 'with JavaScript' : 'without JavaScript';
  t.test(
    `a company enables SSO by itself, ${how}, on a real Kafka`,
    { skip: skip || !kafka.available, timeout: 300_000 },
    async (t) => {
      const world = await installed(t);
      const { url, appUrl, env, browser, records } = world;
      const [line = ''] = (await command(['setup', 'create', 'zeta', '--for', 'setup'], env)).split('\n');
      noteSecret(line.slice(-43));
      const page = await open(t, browser, url, {
        javaScriptEnabled: scripts,
        ...(scripts && { permissions: ['clipboard-read', 'clipboard-write'] }),
      });
      const { typed, ms } = await enable(page, line, world, scripts);
      t.same(
        typed,
        [DOMAIN, world.clientId, world.clientSecret],
        'one domain, Client ID, Client Secret; nothing else',
      );
      t.comment(
        `${how}: ${Math.round(ms)} ms from the link to enabled; typed or pasted: ${typed.join('').length} characters in ${typed.length} fields`,
      );

      const signInUrl =
        /open (\S+) and choose/.exec((await page.locator('#colleagues').textContent()) ?? '')?.[1] ?? '';
      const colleague = await open(t, browser, url, { javaScriptEnabled: scripts });
      await colleague.route(`${appUrl}**`, (route) => route.fulfill({ body: 'the product' }));
      const started = performance.now();
      await colleague.goto(signInUrl);
      await colleague.getByRole('link', { name: 'Continue with JumpCloud' }).click();
      await atJumpCloud(colleague, COLLEAGUE);
      await colleague.waitForURL(`${appUrl}**`, { timeout: 30_000 });
      t.comment(`${how}: ${Math.round(performance.now() - started)} ms for the colleague's first sign-in`);
      await until(async () => (await records(linkResult.topic)).length === 1);
      const [record] = await records(linkResult.topic);
      t.match(
        linkResult.parse(record?.value ?? null),
        { outcome: 'linked', user_id: 'u-bob' },
        'linked to the account of before',
      );

      const trail = (await command(['audit', 'list', '--company', 'zeta', '--json'], env)).trim().split('\n');
      const acts = trail
        .map((entry) => JSON.parse(entry) as { actor: string; action: string; target: string })
        .reverse();
      t.same(
        acts.map(({ actor, action }) => `${actor.replace(/:.*/, '')} ${action}`),
        [
          'operator company.create',
          'operator setup_link.create',
          'setup setup_link.open',
          'setup domain.challenge',
          'setup domain.add',
          'setup client.create',
          'setup client.activate',
        ],
      );
      t.comment(acts.map(({ actor, action, target }) => `${actor}  ${action}  ${target}`).join('\n'));
      await page.goto(line);
      await page.getByRole('heading', { name: 'This setup link has done its work' }).waitFor();
    },
  );
}
