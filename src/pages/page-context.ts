/** What every page knows of the installation, and the person's language. */
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Messages } from './messages/en.ts';

export interface PageSettings {
  productName: string;
  /** The product. */
  appUrl: string;
  /** The product's other way in; undefined where it has none, or none that does not lead back here. */
  socialLoginUrl: string | undefined;
  supportUrl: string | undefined;
  termsUrl: string | undefined;
  privacyUrl: string | undefined;
  /** Paths of the files that show the product's brand. */
  brand: { css?: string; logo?: string; logoDark?: string };
}

export interface PageContext extends PageSettings {
  messages: Messages;
}

export const Page = createContext<PageContext | undefined>(undefined);

/** Of the page that is being rendered (`sendPage`). */
export function usePage(): PageContext {
  const page = useContext(Page);
  if (page === undefined) throw new TypeError('a page is rendered by sendPage');
  return page;
}
