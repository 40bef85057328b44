import type { Browser, Page } from 'playwright-core';

/** One landing: what a person sees between JumpCloud and the product. */
export interface Landing {
  /** Milliseconds from the callback's request to the product's first paint. */
  ms: number;
  /** Whether a page of ours was painted on the way: the waiting page. */
  waitingPage: boolean;
}

interface Painted {
  url: string;
  /** Milliseconds since the epoch. */
  at: number;
}

/**
 * A fresh profile that has seen the product, so that the first landing does not pay for a new process or connection.
 * @returns what signs in from the address, by a provider that asks nothing
 */
export async function openProfile(
  browser: Browser,
  { origin, appUrl }: { origin: string; appUrl: string },
): Promise<{ signIn(startUrl: string): Promise<Landing>; close(): Promise<void> }> {
  const context = await browser.newContext();
  const page = await context.newPage();
  const painted: Painted[] = [];
  await context.exposeBinding('__painted', (_source, entry: Painted) => void painted.push(entry));
  await context.addInitScript(reportPaint);
  await page.goto(`${origin}/login`);
  await page.goto(appUrl);

  return {
    async signIn(startUrl) {
      const callback = page.waitForRequest((request) => request.url().startsWith(`${origin}/login/callback`));
      await page.goto(startUrl, { waitUntil: 'commit' });
      await page.waitForURL(appUrl);
      const began = (await callback).timing().startTime;
      // The paint of the page before may be reported as late as now.
      const since = (prefix: string) => painted.find(({ url, at }) => at >= began && url.startsWith(prefix));
      const product = await paintOf(page, () => since(appUrl));
      return { ms: product.at - began, waitingPage: since(origin) !== undefined };
    },
    close: () => context.close(),
  };
}

/** Runs in each page, before its own scripts. */
function reportPaint(): void {
  const report = (globalThis as unknown as { __painted(entry: Painted): void }).__painted;
  new PerformanceObserver((list) => {
    for (const { name, startTime } of list.getEntries()) {
      if (name !== 'first-contentful-paint') continue;
      report({ url: location.href, at: performance.timeOrigin + startTime });
    }
  }).observe({ type: 'paint', buffered: true });
}

/** The report comes by another way than the page's events. */
async function paintOf(page: Page, find: () => Painted | undefined): Promise<Painted> {
  for (const deadline = Date.now() + 10_000; ; ) {
    const found = find();
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`${page.url()} was not painted`);
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
  }
}
