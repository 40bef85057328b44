/** `npm run screenshots [-- PREFIX]`: each page, or those whose name begins so, from the running service, into docs/images/. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BrowserContextOptions } from 'playwright-core';
import { chromium } from '../dev/browser.ts';
import { startParts } from '../dev/environment.ts';
import { startRolesInProcess } from '../dev/roles.ts';
import { createStream } from '../dev/stream.ts';
import { PAGES, type Reach } from '../test/support/pages.ts';

const FOLDER = fileURLToPath(new URL('../docs/images/', import.meta.url));
const SIZES = { desktop: { width: 1100, height: 720 }, phone: { width: 390, height: 780 } };
/** Shown in another language and with a brand as well. */
const TRANSLATED = ['login-email', 'login-company', 'refused-not-linked', 'problem-start-again'];
const LOGO = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 220 48"><title>Paradime</title>
<circle cx="24" cy="24" r="20" fill="#7a1fa2"/><path d="M17 35V13h9a7.5 7.5 0 0 1 0 15h-5v7z" fill="#fff"/>
<text x="54" y="33" font-family="sans-serif" font-size="27" font-weight="700" fill="FILL">Paradime</text></svg>`;

async function shoot(
  env: Record<string, string>,
  pictures: [name: string, reach: Reach, options: BrowserContextOptions][],
): Promise<void> {
  const parts = await startParts({ logLevel: 'silent', env });
  const stream = createStream();
  const roles = await startRolesInProcess(parts.env, stream);
  const browser = await chromium();
  try {
    for (const [name, reach, options] of pictures) {
      const context = await browser.newContext(options);
      const page = await context.newPage();
      await reach(page, { parts, stream });
      await page.screenshot({ path: `${FOLDER}${name}.png`, fullPage: name.startsWith('setup-') });
      await context.close();
      console.log(name);
    }
  } finally {
    stream.resume();
    await browser.close();
    await roles.stop();
    await parts.stop();
  }
}

await mkdir(FOLDER, { recursive: true });
const folder = await mkdtemp(join(tmpdir(), 'sso-link-brand-'));
try {
  const only = process.argv[2] ?? '';
  const wanted = Object.entries(PAGES).filter(([name]) => name.startsWith(only));
  const everywhere = wanted.flatMap(([name, reach]) =>
    Object.entries(SIZES).flatMap(([size, viewport]) =>
      (['light', 'dark'] as const).map((colorScheme): [string, Reach, BrowserContextOptions] => [
        `${name}-${size}-${colorScheme}`,
        reach,
        { viewport, colorScheme, locale: 'en-US' },
      ]),
    ),
  );
  await shoot({}, everywhere);

  const [BRAND_LOGO, BRAND_LOGO_DARK] = [join(folder, 'logo.svg'), join(folder, 'dark.svg')];
  await writeFile(BRAND_LOGO, LOGO.replace('FILL', '#2a1038'));
  await writeFile(BRAND_LOGO_DARK, LOGO.replace('FILL', '#ffffff'));
  const brand = {
    ...{ PRODUCT_NAME: 'Paradime', BRAND_COLOR: '#7a1fa2', BRAND_LOGO, BRAND_LOGO_DARK },
    ...{ SUPPORT_URL: 'https://example.com/help', TERMS_URL: 'https://example.com/terms' },
    PRIVACY_URL: 'https://example.com/privacy',
  };
  const translated = TRANSLATED.filter((name) => name.startsWith(only)).flatMap((name) =>
    (
      [
        ['en-US', 'brand'],
        ['de-DE', 'german'],
        ['ja-JP', 'japanese'],
      ] as const
    ).flatMap(([locale, suffix]) =>
      (['light', 'dark'] as const).map((colorScheme): [string, Reach, BrowserContextOptions] => [
        `${name}-${suffix}-${colorScheme}`,
        PAGES[name] as Reach,
        { viewport: SIZES.desktop, colorScheme, locale },
      ]),
    ),
  );
  if (translated.length > 0) await shoot(brand, translated);
} finally {
  await rm(folder, { recursive: true, force: true });
}
