/** The product's brand on our pages, read once at the start. */
import { readFile } from 'node:fs/promises';
import { type Config, separateSignInUrl } from '../config.ts';
import { codeOf, SsoLinkError } from '../errors.ts';
import { brandCss } from './brand-color.ts';
import type { PageSettings } from './page-context.ts';

/** The variables that say how pages look, and where their links lead. */
export const PAGES_CONFIG = [
  'PRODUCT_NAME',
  'APP_URL',
  'SOCIAL_LOGIN_URL',
  'BRAND_LOGO',
  'BRAND_LOGO_DARK',
  'BRAND_COLOR',
  'SUPPORT_URL',
  'TERMS_URL',
  'PRIVACY_URL',
] as const;

type PagesConfig = Config<(typeof PAGES_CONFIG)[number]>;

export interface BrandFile {
  path: string;
  type: 'text/css; charset=utf-8' | 'image/png' | 'image/svg+xml';
  content: Buffer;
}

export interface Pages {
  settings: PageSettings;
  files: BrandFile[];
}

const MAX_BYTES = 256 * 1024;
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** What an SVG picture does not need, and what would run or load something. It is also served under a CSP that forbids both. */
const ACTIVE = [
  /<\s*(?:script|foreignobject|iframe|object|embed|audio|video|animate|set|a)\b/i,
  /\son\w+\s*=/i,
  /javascript:/i,
  /<!(?:doctype|entity)/i,
  /@import/i,
  /(?:href|src)\s*=(?!\s*["']?\s*(?:#|data:image\/png))/i,
  /url\((?!\s*["']?#)/i,
];

/** @throws SsoLinkError `brand_invalid` where a file cannot be read or used */
export async function loadPages(config: PagesConfig): Promise<Pages> {
  const files: BrandFile[] = [];
  const add = (file: BrandFile): string => {
    files.push(file);
    return file.path;
  };
  const logo = async (name: 'BRAND_LOGO' | 'BRAND_LOGO_DARK', path: string) => {
    const content = await readLogo(name, config[name]);
    return content === undefined ? undefined : add({ path, ...content });
  };
  const [light, dark] = [
    await logo('BRAND_LOGO', '/assets/brand/logo'),
    await logo('BRAND_LOGO_DARK', '/assets/brand/logo-dark'),
  ];
  const css =
    config.BRAND_COLOR === ''
      ? undefined
      : add({
          path: '/assets/brand/style.css',
          type: 'text/css; charset=utf-8',
          content: Buffer.from(brandCss(config.BRAND_COLOR)),
        });
  const url = (value: string) => (value === '' ? undefined : value);
  return {
    files,
    settings: {
      productName: config.PRODUCT_NAME,
      appUrl: config.APP_URL,
      socialLoginUrl: separateSignInUrl(config),
      supportUrl: url(config.SUPPORT_URL),
      termsUrl: url(config.TERMS_URL),
      privacyUrl: url(config.PRIVACY_URL),
      brand: { ...(css && { css }), ...(light && { logo: light }), ...(dark && { logoDark: dark }) },
    },
  };
}

async function readLogo(name: string, file: string): Promise<Omit<BrandFile, 'path'> | undefined> {
  if (file === '') return undefined;
  const invalid = (why: string) => new SsoLinkError('brand_invalid', `${name} (${file}) ${why}`);
  const content = await readFile(file).catch((error: unknown) => {
    throw invalid(`cannot be read (${codeOf(error)})`);
  });
  if (content.length > MAX_BYTES) throw invalid('is larger than 256 KiB');
  if (content.subarray(0, PNG.length).equals(PNG)) return { type: 'image/png', content };
  const text = content.toString('utf8');
  if (!/<svg[\s>]/i.test(text)) throw invalid('is neither a PNG nor an SVG picture');
  const active = ACTIVE.map((part) => part.exec(text)?.[0]).find((found) => found !== undefined);
  if (active)
    throw invalid(`has a part that a picture does not need: ${active.trim()}. Export it as plain SVG`);
  return { type: 'image/svg+xml', content };
}
