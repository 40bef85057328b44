/** axe-core on every page, in light, dark and forced colors; and every page at 320 px and at 200 %. */
import axe from 'axe-core';
import t from 'tap';
import { chromium, chromiumAvailable } from '../../dev/browser.ts';
import { startParts } from '../../dev/environment.ts';
import { startRolesInProcess } from '../../dev/roles.ts';
import { createStream } from '../../dev/stream.ts';
import { PAGES, type Reach } from '../support/pages.ts';

const skip = (await chromiumAvailable()) ? false : 'Chromium is not installed';

t.test('every page', { skip, timeout: 300_000 }, async (t) => {
  const parts = await startParts({
    logLevel: 'silent',
    env: {
      BRAND_COLOR: '#ffcc00',
      SUPPORT_URL: 'https://example.com/help',
      TERMS_URL: 'https://example.com/t',
    },
  });
  t.teardown(() => parts.stop());
  const stream = createStream();
  const roles = await startRolesInProcess(parts.env, stream);
  t.teardown(() => roles.stop());
  const browser = await chromium();
  t.teardown(() => browser.close());
  for (const [name, reach] of Object.entries(PAGES) as [string, Reach][]) {
    // The CSP of our pages would keep axe-core out.
    const context = await browser.newContext({ bypassCSP: true, locale: 'de-DE' });
    const page = await context.newPage();
    await reach(page, { parts, stream });
    await page.addScriptTag({ content: axe.source });
    for (const media of [
      { colorScheme: 'light' },
      { colorScheme: 'dark' },
      { forcedColors: 'active' },
    ] as const) {
      await page.emulateMedia({ colorScheme: 'light', forcedColors: 'none', ...media });
      const violations = await page.evaluate(async () => {
        const { violations } = await (globalThis as unknown as { axe: typeof axe }).axe.run();
        return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
      });
      t.same(violations, [], `${name}, ${Object.values(media)[0]}`);
    }
    // 640 px at 200 % are 320 px.
    await page.setViewportSize({ width: 320, height: 640 });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    t.ok(wide <= 320, `${name} at 320 px needs no sideways scrolling (${wide} px)`);
    // Only the text is enlarged: a browser's own setting (WCAG 2.2, 1.4.4).
    await page.setViewportSize({ width: 640, height: 800 });
    const cut = await page.evaluate(() => {
      document.documentElement.style.fontSize = '200%';
      const all = [...document.querySelectorAll<HTMLElement>('.card, .card *')];
      return {
        wide: document.documentElement.scrollWidth,
        cut: all
          .filter(
            (one) => getComputedStyle(one).overflow !== 'visible' && one.scrollWidth > one.clientWidth + 1,
          )
          .map((one) => one.outerHTML),
      };
    });
    t.same(cut, { wide: 640, cut: [] }, `${name} with text at 200 %`);
    await context.close();
  }
});
