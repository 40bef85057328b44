import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { httpBrowser } from '../../dev/browser.ts';
import { readConfig } from '../../src/config.ts';
import { loadPages, PAGES_CONFIG } from '../../src/pages/brand.ts';
import { brandCss, contrast } from '../../src/pages/brand-color.ts';
import { createRandom } from '../support/random.ts';
import { addCompany, startService } from '../support/service.ts';

const SVG =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path id="a" d="M0 0h9v9z"/><use href="#a"/></svg>';
const folder = await mkdtemp(join(tmpdir(), 'sso-link-test-brand-'));
t.teardown(() => rm(folder, { recursive: true, force: true }));

async function file(name: string, content: string | Buffer): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

const load = (env: Record<string, string>) =>
  loadPages(readConfig({ APP_URL: 'https://app.example.com', ...env }, PAGES_CONFIG));

t.test('whatever the color, text can be read on buttons and on both backgrounds', async (t) => {
  const next = createRandom(7);
  const random = () =>
    `#${Math.floor(next() * 2 ** 24)
      .toString(16)
      .padStart(6, '0')}`;
  for (const color of ['#000000', '#ffffff', '#ffff00', '#777777', ...Array.from({ length: 300 }, random)]) {
    const [light, dark] = [
      ...brandCss(color).matchAll(/--accent:(#\w+);--accent-text:(#\w+);--link:(#\w+)/g),
    ];
    const [, accent = '', text = '', link = ''] = light ?? [];
    t.equal(accent, color);
    const [, darkAccent = '', darkText = '', darkLink = ''] = dark ?? [];
    const contrasts = [
      contrast(accent, text),
      contrast(link, '#f4f5f3'),
      contrast(darkAccent, darkText),
      contrast(darkLink, '#1b211f'),
    ];
    t.ok(Math.min(...contrasts) >= 4.5, `${color}: ${contrasts.map((value) => value.toFixed(1))}`);
  }
});

t.test('a logo is a plain picture, or the start says what is wrong', async (t) => {
  const { settings, files } = await load({ BRAND_LOGO: await file('logo.svg', SVG) });
  t.same(settings.brand, { logo: '/assets/brand/logo' });
  t.match(files, [{ type: 'image/svg+xml' }]);
  for (const [part, why] of [
    ['<script>alert(1)</script>', /a part that a picture does not need/],
    ['<g onload="alert(1)"/>', /does not need/],
    ['<a href="javascript:alert(1)"/>', /does not need/],
    ['<image href="https://evil.test/x.png"/>', /does not need/],
    ['<foreignObject/>', /does not need/],
    ['<style>@import "x"</style>', /does not need/],
    ['<path fill="url(https://evil.test/)"/>', /does not need/],
  ] as const) {
    const BRAND_LOGO = await file('bad.svg', SVG.replace('</svg>', `${part}</svg>`));
    await t.rejects(load({ BRAND_LOGO }), { code: 'picture_invalid', message: why }, part);
  }
  await t.rejects(
    load({ BRAND_LOGO: await file('a.svg', `<!DOCTYPE svg [<!ENTITY x "y">]>${SVG}`) }),
    /plain SVG/,
  );
  await t.rejects(load({ BRAND_LOGO: await file('a.gif', 'GIF89a') }), /neither a PNG nor an SVG/);
  await t.rejects(load({ BRAND_LOGO: await file('big.svg', SVG.padEnd(300_000)) }), /256 KiB/);
  await t.rejects(load({ BRAND_LOGO: join(folder, 'none.svg') }), /BRAND_LOGO .* cannot be read \(ENOENT\)/);
  for (const [name, value] of [
    ['BRAND_COLOR', 'red'],
    ['SUPPORT_URL', 'http://example.com'],
    ['SUPPORT_URL', 'mailto:a@b.test?bcc=c@d.test'],
    ['TERMS_URL', 'javascript:alert(1)'],
  ] as const) {
    await t.rejects(async () => load({ [name]: value }), new RegExp(name));
  }
});

t.test('the pages carry it, and a picture that is opened on its own runs nothing', async (t) => {
  const service = await startService(t, {
    env: {
      PRODUCT_NAME: 'Paradime',
      BRAND_LOGO: await file('logo.svg', SVG),
      BRAND_LOGO_DARK: await file('dark.png', Buffer.from('89504e470d0a1a0a00', 'hex')),
      BRAND_COLOR: '#7A1FA2',
      SUPPORT_URL: 'mailto:help@example.com',
      TERMS_URL: 'https://example.com/terms',
      PRIVACY_URL: 'https://example.com/privacy',
    },
  });
  await addCompany(service, 'acme');
  const browser = httpBrowser();
  const { $, html } = await browser.get(`${service.url}/login`);
  t.equal($('title').text(), 'Sign in to Paradime');
  t.equal($('.product img').attr('alt'), 'Paradime');
  t.equal($('source').attr('srcset'), '/assets/brand/logo-dark');
  t.same(
    $('.legal a')
      .toArray()
      .map((link) => $(link).attr('href')),
    ['https://example.com/terms', 'https://example.com/privacy'],
  );
  t.notMatch(html, /<style|style=/, 'nothing inline: the CSP stays');
  for (const [path, type] of [
    ['logo', 'image/svg+xml'],
    ['logo-dark', 'image/png'],
    ['style.css', 'text/css; charset=utf-8'],
  ] as const) {
    const answer = await fetch(`${service.url}/assets/brand/${path}`);
    t.equal(answer.headers.get('content-type'), type);
    if (type.startsWith('image')) t.match(answer.headers.get('content-security-policy'), /sandbox/);
  }
  const problem = await browser.get(`${service.url}/login/callback?state=x`);
  const reference = problem.$('.reference').text();
  t.match(reference, /^[0-9a-f-]{36}$/);
  t.equal(problem.$('.detail a').attr('href'), `mailto:help@example.com?subject=${reference}`);
});
