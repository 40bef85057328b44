import { setTimeout as delay } from 'node:timers/promises';
import * as cheerio from 'cheerio';
import { CookieJar } from 'tough-cookie';

export interface Page {
  /** 0 where the address lies beneath `stopAt` and wasn't fetched. */
  status: number;
  url: string;
  html: string;
  headers: Headers;
  /** The addresses that answered with a redirect, in order. */
  redirects: string[];
  $: cheerio.CheerioAPI;
}

export interface HttpBrowserOptions {
  /** Redirects to addresses that start so end the walk: an application that isn't there. */
  stopAt?: string[];
  /** Default 10. */
  maxRedirects?: number;
  headers?: Record<string, string>;
  /** The cookies of another one, to continue in the same browser. */
  jar?: CookieJar;
}

export interface SignInOptions {
  /** /login/start?company=… of the service, or any address that leads to the provider's form. */
  startUrl: string;
  email: string;
  password?: string;
  /** How long a page that refreshes itself is followed. Default 20 s; 0 returns the waiting page. */
  waitMs?: number;
}

export interface HttpBrowser {
  jar: CookieJar;
  /** Opens an address as if typed, and follows redirects. */
  get(url: string): Promise<Page>;
  /** Sends a form of the page, its other fields as they are; the first form where no selector is given. */
  submit(page: Page, values?: Record<string, string>, form?: string): Promise<Page>;
  /** Follows the link that the selector names. */
  click(page: Page, link: string): Promise<Page>;
  /** One request with this browser's cookies, redirects not followed: what a script of `origin` would do. */
  fetch(url: string, init?: RequestInit & { origin?: string }): Promise<Response>;
  /** Start address, the provider's form, callback, waiting page, landing. */
  signIn(options: SignInOptions): Promise<Page>;
}

type Send = { url: string; method: string; body?: URLSearchParams; from?: string };

/** A browser over plain HTTP: cookies, redirects, forms; no scripts. Each call makes a fresh one. */
export function httpBrowser(options: HttpBrowserOptions = {}): HttpBrowser {
  const { stopAt = [], maxRedirects = 10 } = options;
  // As Chromium does, `Secure` and `__Host-` cookies are kept on http://localhost.
  const jar = options.jar ?? new CookieJar(undefined, { allowSecureOnLocal: true, prefixSecurity: 'silent' });

  async function request(url: string, init: RequestInit, from: string | undefined): Promise<Response> {
    const crossSite = from !== undefined && new URL(from).hostname !== new URL(url).hostname;
    const sameSiteContext = !crossSite ? 'strict' : init.method === 'POST' ? 'none' : 'lax';
    const headers = new Headers(init.headers);
    const cookie = await jar.getCookieString(url, { sameSiteContext });
    if (cookie) headers.set('cookie', cookie);
    const response = await fetch(url, { ...init, headers, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) {
      await jar.setCookie(line, url, { ignoreError: true, sameSiteContext });
    }
    return response;
  }

  async function navigate(first: Send): Promise<Page> {
    const redirects: string[] = [];
    let { url, method, body } = first;
    while (redirects.length <= maxRedirects) {
      if (stopAt.some((prefix) => url.startsWith(prefix))) return page(0, url, '', new Headers(), redirects);
      const headers: Record<string, string> = {
        accept: 'text/html,application/xhtml+xml',
        'sec-fetch-site': site(first.from, url),
        ...options.headers,
      };
      if (method === 'POST' && first.from) headers.origin = new URL(first.from).origin;
      const init: RequestInit = { method, headers, ...(body && { body }) };
      const response = await request(url, init, first.from);
      const location = response.headers.get('location');
      if (!location || response.status < 300 || response.status > 399) {
        return page(response.status, url, await response.text(), response.headers, redirects);
      }
      await response.body?.cancel();
      redirects.push(url);
      url = new URL(location, url).href;
      if (response.status !== 307 && response.status !== 308) [method, body] = ['GET', undefined];
    }
    throw new Error(`more than ${maxRedirects} redirects: ${redirects.join(' ')}`);
  }

  const browser: HttpBrowser = {
    jar,
    get: (url) => navigate({ url, method: 'GET' }),
    async submit(from, values = {}, selector = 'form') {
      const form = from.$(selector).first();
      if (form.length === 0) throw new Error(`no form ${selector} at ${from.url} (${from.status})`);
      const fields = new URLSearchParams(form.serializeArray().map(({ name, value }) => [name, value]));
      for (const [name, value] of Object.entries(values)) fields.set(name, value);
      const url = new URL(form.attr('action') ?? '', from.url);
      if (form.attr('method')?.toLowerCase() === 'post') {
        return navigate({ url: url.href, method: 'POST', body: fields, from: from.url });
      }
      url.search = fields.toString();
      return navigate({ url: url.href, method: 'GET', from: from.url });
    },
    async click(from, link) {
      const href = from.$(link).first().attr('href');
      if (href === undefined) throw new Error(`no link ${link} at ${from.url} (${from.status})`);
      return navigate({ url: new URL(href, from.url).href, method: 'GET', from: from.url });
    },
    fetch(url, { origin, ...init } = {}) {
      const headers = new Headers(init.headers);
      if (origin) {
        headers.set('origin', origin);
        headers.set('sec-fetch-site', site(origin, url));
      }
      return request(url, { ...init, headers }, origin);
    },
    async signIn({ startUrl, email, password = 'password', waitMs = 20_000 }) {
      let at = await browser.get(startUrl);
      if (at.$('input[name=email]').length > 0 && at.$('input[name=password]').length > 0) {
        const redirects = at.redirects;
        at = await browser.submit(at, { email, password });
        at.redirects.unshift(...redirects);
      }
      const deadline = Date.now() + waitMs;
      for (let next = refresh(at); next && Date.now() < deadline; next = refresh(at)) {
        await delay(Math.min(next.seconds * 1000, 250));
        at = await navigate({ url: next.url, method: 'GET', from: at.url });
      }
      return at;
    },
  };
  return browser;
}

function page(status: number, url: string, html: string, headers: Headers, redirects: string[]): Page {
  let parsed: cheerio.CheerioAPI | undefined;
  return {
    status,
    url,
    html,
    headers,
    redirects,
    get $() {
      // No scripts run here, so what stands in noscript holds.
      parsed ??= cheerio.load(html, { scriptingEnabled: false });
      return parsed;
    },
  };
}

/** `<meta http-equiv="refresh">` or the header: how a page without a script continues. */
function refresh({ $, headers, url }: Page): { seconds: number; url: string } | undefined {
  const content = $('meta[http-equiv=refresh]').attr('content') ?? headers.get('refresh');
  const match = content?.match(/^\s*(\d+(?:\.\d+)?)\s*(?:[;,]\s*(?:url\s*=\s*)?['"]?([^'"]*)['"]?)?/i);
  return match ? { seconds: Number(match[1]), url: new URL(match[2] || url, url).href } : undefined;
}

/** Fetch Metadata, as far as one registrable domain is one host here. */
function site(from: string | undefined, to: string): string {
  if (!from) return 'none';
  if (new URL(from).origin === new URL(to).origin) return 'same-origin';
  return new URL(from).hostname === new URL(to).hostname ? 'same-site' : 'cross-site';
}
