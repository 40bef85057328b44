/** The product's brand on our pages, read once at the start. */
import { readFile } from 'node:fs/promises';
import { type Config, separateSignInUrl } from '../config.ts';
import { codeOf, SsoLinkError } from '../errors.ts';
import { type Picture, readPicture } from '../picture.ts';
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
  type: 'text/css; charset=utf-8' | Picture['type'];
  content: Buffer;
}

export interface Pages {
  settings: PageSettings;
  files: BrandFile[];
}

/** @throws SsoLinkError `picture_invalid` where a file cannot be read or used */
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

async function readLogo(name: string, file: string): Promise<Picture | undefined> {
  if (file === '') return undefined;
  const content = await readFile(file).catch((error: unknown) => {
    throw new SsoLinkError('picture_invalid', `${name} (${file}) cannot be read (${codeOf(error)})`);
  });
  return readPicture(`${name} (${file})`, content);
}
