/** The real server against the hostile provider, and a browser's sign-in to it, judged. */
import type { Test } from 'tap';
import { type HttpBrowser, httpBrowser, type Page } from '../../../dev/browser.ts';
import { type SsoAuthenticated, ssoAuthenticated } from '../../../src/events/sso-authenticated.ts';
import { SESSION_COOKIE } from '../../../src/http/cookies.ts';
import { type HostileProvider, startHostileProvider } from '../hostile-provider.ts';
import { noteSecret } from '../secret-leaks.ts';
import { addCompany, startService, type TestCompany, type TestService } from '../service.ts';

export interface HostileService extends TestService<HostileProvider> {
  provider: HostileProvider;
  acme: TestCompany;
  /** Everything that the server logged, at the most verbose level. */
  logs: string[];
  /** A browser that stops where the product begins, and whose cookies are remembered as secrets. */
  browser(headers?: Record<string, string>): HttpBrowser;
  /** How many logins are recorded, of a company where one is named. */
  logins(company?: string): Promise<number>;
  /** One whole sign-in, from /login/start to the end. */
  signIn(options?: SignIn): Promise<Attempted>;
  /** A sign-in up to the provider's answer, which is not yet followed. */
  begin(options?: SignIn): Promise<Begun>;
  /**
   * Opens an address in a browser, a callback's mostly, and tells what came of it.
   * @param company whose rows count: others may be under way at others
   */
  visit(url: string | URL, browser?: HttpBrowser, company?: string): Promise<Attempted>;
}

export interface Begun {
  browser: HttpBrowser;
  /** What /login/start answered. */
  start: Response;
  /** Where it led. */
  authorize: URL;
  /** Where the provider sent the browser. */
  callback: URL;
}

export interface SignIn {
  company?: string;
  browser?: HttpBrowser;
  /** More of the query of /login/start. */
  query?: Record<string, string>;
}

export interface Attempted {
  page: Page;
  browser: HttpBrowser;
  /** Rows that it wrote. */
  recorded: number;
  tokenCalls: number;
  /** The session that the browser holds since then. */
  session: string | undefined;
}

/** One server, one database, one provider and the company `acme`, for a file's tests. */
export async function startHostileService(
  t: Test,
  options: { env?: Record<string, string>; provider?: HostileProvider } = {},
): Promise<HostileService> {
  const provider = options.provider ?? (await startHostileProvider());
  const logs: string[] = [];
  const base = await startService(t, {
    provider,
    logs: (line) => logs.push(line),
    env: { LOG_LEVEL: 'trace', RATE_LIMIT_PER_ADDRESS: '1000000', ...options.env },
  });
  const acme = await addCompany(base, 'acme');
  // What it says on raw sockets is noted here; the rest the witness saw.
  t.teardown(() => provider.secrets.forEach(noteSecret));

  const service: HostileService = {
    ...base,
    provider,
    acme,
    logs,
    browser(headers) {
      return httpBrowser({ stopAt: [base.appUrl], ...(headers && { headers }) });
    },
    async logins(company) {
      const { sql } = base.database;
      const [row] = await sql<{ n: number }[]>`
        SELECT count(*)::int AS n FROM logins l JOIN companies c ON c.id = l.company_id
        WHERE ${company === undefined ? sql`true` : sql`c.slug = ${company}`}`;
      return row?.n ?? 0;
    },
    signIn: ({ company = 'acme', browser, query = {} } = {}) =>
      service.visit(startUrl(base.url, { company, ...query }), browser, company),
    async begin({ company = 'acme', browser = service.browser(), query = {} } = {}) {
      const start = await browser.fetch(startUrl(base.url, { company, ...query }));
      const authorize = new URL(start.headers.get('location') ?? '');
      const answer = await fetch(authorize, { redirect: 'manual' });
      return { browser, start, authorize, callback: new URL(answer.headers.get('location') ?? '') };
    },
    async visit(url, browser = service.browser(), company = undefined) {
      const [logins, calls] = [await service.logins(company), provider.calls('token')];
      const before = await cookieOf(browser, base.url, SESSION_COOKIE);
      const page = await browser.get(String(url));
      const session = await cookieOf(browser, base.url, SESSION_COOKIE);
      if (session) provider.secrets.add(session);
      return {
        page,
        browser,
        recorded: (await service.logins(company)) - logins,
        tokenCalls: provider.calls('token') - calls,
        session: session === before ? undefined : session,
      };
    },
  };
  return service;
}

/** What the newest login told the topic. */
export async function lastEvent({ database }: HostileService): Promise<SsoAuthenticated> {
  const [row] = await database.sql<{ payload: Buffer }[]>`
    SELECT payload FROM outbox WHERE topic = ${ssoAuthenticated.topic} ORDER BY id DESC LIMIT 1`;
  return ssoAuthenticated.parse(row?.payload ?? null);
}

export function startUrl(url: string, query: Record<string, string>): string {
  return `${url}/login/start?${new URLSearchParams(query)}`;
}

export async function cookieOf(browser: HttpBrowser, url: string, name: string): Promise<string | undefined> {
  return (await browser.jar.getCookies(url)).find((cookie) => cookie.key === name)?.value;
}

/** Signed in: a row, a session, and the waiting page or the product. */
export function accepted(t: Test, { page, recorded, session }: Attempted, name: string): void {
  const went = { there: page.status === 0 || page.status === 200, recorded, session: session !== undefined };
  t.same(went, { there: true, recorded: 1, session: true }, `${name}: accepted`);
}

/** Refused by a page that says what to do: no row, no session, and as many token calls as given. */
export function refused(
  t: Test,
  { page, recorded, session, tokenCalls }: Attempted,
  name: string,
  { status = 400, ...calls }: { status?: number; tokenCalls?: number } = {},
): void {
  const said = page.$('[role=alert]').text() !== '' && page.$('a.button').text() !== '';
  const went = { status: page.status, recorded, session: session !== undefined, said };
  const found = calls.tokenCalls === undefined ? went : { ...went, tokenCalls };
  t.same(found, { status, recorded: 0, session: false, said: true, ...calls }, `${name}: refused`);
}
