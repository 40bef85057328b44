/** A company without SSO, its setup link, DNS on loopback, and a JumpCloud with its application. */
import { randomBytes } from 'node:crypto';
import type { Test } from 'tap';
import { type HttpBrowser, httpBrowser, type Page } from '../../dev/browser.ts';
import { operator } from '../commands/operator.ts';
import { dnsServer, type Zone } from '../support/dns-server.ts';
import { noteSecret } from '../support/secret-leaks.ts';
import { startService, type TestService } from '../support/service.ts';

export interface Application {
  clientId: string;
  clientSecret: string;
}

export interface SetupWorld {
  service: TestService;
  zone: Zone;
  run: ReturnType<typeof operator>;
  sql: TestService['database']['sql'];
  /** A link of a company, as the operator prints it. */
  link(slug: string, purpose: 'setup' | 'secret' | 'replace'): Promise<string>;
  /** An application in the company's JumpCloud. */
  application(name: string): Application;
  /** Publishes the record that the page of a setup shows for a domain. */
  publish(page: Page, domain: string): void;
  person(email: string, application: Application, more?: { emailVerified?: unknown }): void;
}

export async function setupWorld(t: Test, env: Record<string, string> = {}): Promise<SetupWorld> {
  const zone: Zone = new Map();
  const dns = await dnsServer(t, zone);
  const service = await startService(t, { env: { DNS_SERVERS: dns, ...env } });
  const { database, jumpcloud, url } = service;
  const run = operator(database.url, service.env);
  let people = 0;
  return {
    ...{ service, zone, run, sql: database.sql },
    async link(slug, purpose) {
      const { out, err } = await run(`setup create ${slug} --for ${purpose}`);
      if (err) throw new Error(err);
      noteSecret(out.trim().slice(-43));
      return out.trim();
    },
    application(name) {
      const clientSecret = randomBytes(16).toString('hex');
      noteSecret(clientSecret);
      jumpcloud.addClient({
        ...{ clientId: name, clientSecret, redirectUris: [`${url}/login/callback`] },
      });
      return { clientId: name, clientSecret };
    },
    publish(page, domain) {
      const codes = page
        .$('.domain')
        .filter((_, node) => page.$(node).find('h3').text() === domain)
        .find('code');
      const [name = '', , text = ''] = codes.toArray().map((code) => page.$(code).text());
      if (!text.startsWith('sso-link=')) throw new Error(`no record of ${domain} at ${page.url}`);
      zone.set(name, [...((zone.get(name) as Buffer[][] | undefined) ?? []), [Buffer.from(text)]]);
    },
    person(email, { clientId }, more = {}) {
      people += 1;
      const sub = (0xabc000 + people).toString(16).padStart(24, '0');
      jumpcloud.addPerson({
        sub,
        email,
        givenName: 'Ada',
        familyName: 'Byron',
        clients: [clientId],
        ...more,
      });
    },
  };
}

/** A browser that has opened a link, on the page of its steps. */
export async function openLink(link: string): Promise<{ browser: HttpBrowser; page: Page }> {
  const browser = httpBrowser();
  const landing = await browser.get(link);
  return { browser, page: await browser.submit(landing) };
}

/** Sends a form of a step. */
export const submit = (
  browser: HttpBrowser,
  page: Page,
  action: string,
  values: Record<string, string> = {},
): Promise<Page> => browser.submit(page, values, `form[action="/setup/${action}"]`);

/** The state that a step shows. */
export const stateOf = (page: Page, step: string): string =>
  (page.$(`#${step}`).attr('class') ?? '').replace('step ', '');

/** What is said of the form that was sent. */
export const problemOf = (page: Page): string => page.$('#problem').text();

/** Tests the SSO client as a person, and returns to the steps. */
export async function testAs(browser: HttpBrowser, page: Page, email: string): Promise<Page> {
  const startUrl = page.$('#test a.button').attr('href') ?? '';
  noteSecret(new URL(startUrl).searchParams.get('test'));
  const result = await browser.signIn({ startUrl, email, waitMs: 0 });
  return browser.click(result, 'a[href="/setup#test"]');
}

/** From an opened `setup` link to the step Enable, with everything done before. */
export async function prepare(
  world: SetupWorld,
  link: string,
  { domain, application, email }: { domain: string; application: Application; email: string },
): Promise<{ browser: HttpBrowser; page: Page }> {
  const { browser, page: first } = await openLink(link);
  let page = first;
  if (!page.$('#domains').text().includes(domain)) page = await submit(browser, page, 'domains', { domain });
  if (page.$('.domain').length > 0) {
    world.publish(page, domain);
    page = await submit(browser, page, 'check', { domain });
  }
  const { clientId, clientSecret } = application;
  page = await submit(browser, page, 'client', { client_id: clientId, client_secret: clientSecret });
  return { browser, page: await testAs(browser, page, email) };
}
