import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import t, { type Test } from 'tap';
import { chromium, chromiumAvailable } from '../../dev/browser.ts';
import { type Parts, startParts } from '../../dev/environment.ts';
import { startProduct } from '../../dev/product.ts';
import { startRolesInProcess } from '../../dev/roles.ts';
import { createStream, type LocalStream } from '../../dev/stream.ts';

const ADA = 'ada@acme.test';
const skip = (await chromiumAvailable()) ? false : 'Chromium is not installed';

interface World {
  parts: Parts;
  stream: LocalStream;
  browser: Browser;
}

async function startWorld(t: Test, env: Record<string, string> = {}): Promise<World> {
  const parts = await startParts({ logLevel: 'silent', env });
  t.teardown(() => parts.stop());
  const stream = createStream();
  const roles = await startRolesInProcess(parts.env, stream);
  t.teardown(() => roles.stop());
  const product = await startProduct({
    port: Number(new URL(parts.appUrl).port),
    serviceUrl: parts.serviceUrl,
  });
  t.teardown(() => product.stop());
  const browser = await chromium();
  t.teardown(() => browser.close());
  return { parts, stream, browser };
}

/** A fresh profile; an error in the console of a page of ours fails the test, a breach of the CSP above all. */
async function open(
  t: Test,
  { browser, parts: { serviceUrl } }: World,
  options: BrowserContextOptions = {},
): Promise<Page> {
  const context = await browser.newContext(options);
  t.teardown(() => context.close());
  const page = await context.newPage();
  page.on('console', (message) => {
    // Chromium reports an answer of 400, 401 or 403 as an error, too: those are /session and the pages of a refusal.
    const expected =
      /status of 40[013]/.test(message.text()) || !message.location().url.startsWith(serviceUrl);
    if (message.type() === 'error' && !expected) t.fail(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => t.fail(error.message));
  return page;
}

async function toJumpCloud(page: Page, parts: Parts, email: string): Promise<void> {
  await page.goto(`${parts.serviceUrl}/login?return_to=${encodeURIComponent(parts.appUrl)}`);
  await page.getByLabel('Work email').fill(email);
  await page.getByRole('button', { name: 'Continue' }).click();
}

async function atJumpCloud(page: Page, email: string): Promise<void> {
  await page.locator('input[name=email]').fill(email);
  await page.locator('input[name=password]').fill('password');
  await page.locator('input[name=password]').press('Enter');
}

t.test('from the work email to the product, and out again', { skip }, async (t) => {
  const world = await startWorld(t);
  const { parts } = world;
  const page = await open(t, world);

  await page.goto(parts.appUrl);
  await page.getByRole('link', { name: 'Sign in' }).click();
  await page.getByLabel('Work email').fill(ADA);
  await page.keyboard.press('Enter');
  await atJumpCloud(page, ADA);
  await page.waitForURL(`${parts.appUrl}/`);
  await page.getByText('Signed in as Ada Byron, user u-ada of acme.').waitFor();
  t.pass('the product knows who is signed in, by the verified token');

  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByText('You are signed out.').waitFor();
  await page.getByRole('link', { name: 'Continue with JumpCloud' }).waitFor();
  t.pass('the company is remembered: the next time is one press');
  await page.goto(parts.appUrl);
  await page.getByText('Nobody is signed in (none).').waitFor();
});

t.test('without JavaScript', { skip }, async (t) => {
  const world = await startWorld(t);
  const { parts } = world;
  const page = await open(t, world, { javaScriptEnabled: false });
  await toJumpCloud(page, parts, ADA);
  await atJumpCloud(page, ADA);
  await page.waitForURL(`${parts.appUrl}/`);
  t.equal(page.url(), `${parts.appUrl}/`);
});

t.test('two tabs at once', { skip }, async (t) => {
  const world = await startWorld(t);
  const { parts } = world;
  const first = await open(t, world);
  const second = await first.context().newPage();
  await toJumpCloud(first, parts, ADA);
  await toJumpCloud(second, parts, ADA);
  await atJumpCloud(first, ADA);
  await first.getByRole('heading', { name: 'Please start again' }).waitFor();
  await atJumpCloud(second, ADA);
  await second.waitForURL(`${parts.appUrl}/`);
  await first.getByRole('link', { name: 'Sign in again' }).click();
  await first.getByRole('link', { name: 'Continue with JumpCloud' }).click();
  await first.waitForURL(`${parts.appUrl}/`);
  await second.getByText('Signed in as Ada Byron').waitFor();
  t.pass('JumpCloud knows the last tab alone: the first one starts again, and both land');
});

t.test(
  'with Kafka away the login succeeds, and the waiting page says something sensible',
  { skip },
  async (t) => {
    const world = await startWorld(t);
    const { parts, stream } = world;
    stream.pause();
    const page = await open(t, world);
    await toJumpCloud(page, parts, ADA);
    await atJumpCloud(page, ADA);
    await page.getByRole('heading', { name: 'Signing you in' }).waitFor();
    await page.getByText('takes longer than usual').waitFor({ timeout: 30_000 });
    await page.getByText('Nothing is lost').waitFor();
    t.pass('after a while the page says that it takes longer, and what to do');
    stream.resume();
    await page.waitForURL(`${parts.appUrl}/`, { timeout: 20_000 });
    t.pass('the page went on by itself when Kafka was back');
  },
);

t.test('a refusal says what to do next, and nothing about other accounts', { skip }, async (t) => {
  const world = await startWorld(t);
  const { parts } = world;
  const page = await open(t, world);
  await page.goto(`${parts.serviceUrl}/login?company=acme`);
  await page.getByRole('link', { name: 'Continue with JumpCloud' }).click();
  await atJumpCloud(page, 'ivo@acme.test');
  await page.getByRole('heading', { name: 'We could not connect you to an account' }).waitFor();
  await page.getByRole('link', { name: 'Other ways to sign in' }).click();
  await page.getByRole('heading', { name: 'The product’s own sign-in' }).waitFor();
  t.pass('the other way leads to the product’s own sign-in, and not back here');
  await page.goto(parts.appUrl);
  await page.getByRole('heading', { name: 'We could not connect you to an account' }).waitFor();
  t.pass('the product sends whoever is refused to the page that says why');
  await page.getByRole('link', { name: 'Use another email' }).click();
  await page.getByLabel('Work email').waitFor();
  await page.goBack();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByText('You are signed out.').waitFor();
  t.pass('a form of our own page signs out, although the browser tells no origin');
});

t.test(
  'a product without other ways to sign in: no press leads back to the same refusal',
  { skip },
  async (t) => {
    const world = await startWorld(t, { SOCIAL_LOGIN_URL: '', SUPPORT_URL: 'https://support.test/help' });
    const { parts } = world;
    const page = await open(t, world);
    await page.goto(`${parts.serviceUrl}/login?company=acme`);
    await page.getByRole('link', { name: 'Continue with JumpCloud' }).click();
    await atJumpCloud(page, 'ivo@acme.test');
    await page.getByRole('heading', { name: 'We could not connect you to an account' }).waitFor();
    t.equal(await page.getByText('Other ways to sign in').count(), 0);
    const links = await page
      .locator('.card a')
      .evaluateAll((all) => all.map((one) => one.getAttribute('href')));
    const reference = await page.locator('.reference').textContent();
    t.equal(
      links[0],
      `https://support.test/help?reference=${reference}`,
      'somebody who can help comes first',
    );
    await page.goto(parts.appUrl);
    await page.getByRole('heading', { name: 'We could not connect you to an account' }).waitFor();
    await page.getByRole('link', { name: 'Use another email' }).click();
    await page.getByLabel('Work email').waitFor();
    t.pass('another email is asked for');
  },
);

t.test('where a person is signed in: two browsers, and one of them is ended', { skip }, async (t) => {
  const world = await startWorld(t);
  const { parts } = world;
  const signIn = async (options: BrowserContextOptions = {}) => {
    const page = await open(t, world, options);
    await toJumpCloud(page, parts, ADA);
    await atJumpCloud(page, ADA);
    await page.waitForURL(`${parts.appUrl}/`);
    return page;
  };
  const firefox = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0';
  const [there, here] = [await signIn({ userAgent: firefox }), await signIn()];
  await here.goto(`${parts.serviceUrl}/account/sessions`);
  await here.getByText('this browser').waitFor();
  await here.getByText('Firefox, Windows').waitFor();
  await here.getByRole('button', { name: 'Sign out there' }).click();
  await here.getByRole('status').getByText('You are signed out there.').waitFor();
  await here.getByText('You are signed in nowhere else.').waitFor();
  await there.goto(parts.appUrl);
  await there.getByText('Nobody is signed in (none).').waitFor();
  await signIn();
  await here.reload();
  await here.getByRole('button', { name: 'Sign out everywhere else' }).click();
  await here.getByText('You are signed in nowhere else.').waitFor();
  await here.getByRole('button', { name: 'Sign out', exact: true }).click();
  await here.getByText('You are signed out.').waitFor();
});

t.test('a button copies the reference', { skip }, async (t) => {
  const world = await startWorld(t);
  const page = await open(t, world, { permissions: ['clipboard-read', 'clipboard-write'] });
  await page.goto(`${world.parts.serviceUrl}/login/callback?state=unknown&code=unknown`);
  await page.getByRole('button', { name: 'Copy' }).click();
  await page.getByRole('button', { name: 'Copied' }).waitFor();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  t.equal(copied, await page.locator('.reference').textContent());
});
