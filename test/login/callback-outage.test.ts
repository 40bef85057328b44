import t, { type Test } from 'tap';
import { httpBrowser } from '../../dev/browser.ts';
import { addCompany, addPerson, linkUser, startService } from '../support/service.ts';

/** A browser that has signed in at JumpCloud and is about to call the callback. */
async function beforeCallback(t: Test) {
  const service = await startService(t);
  const acme = await addCompany(service, 'acme');
  const ada = addPerson(service, acme);
  await linkUser(service, acme, ada.sub);
  const browser = httpBrowser({ stopAt: [`${service.url}/login/callback`, service.appUrl] });
  const { url: callback } = await browser.signIn({
    startUrl: `${service.url}/login/start?company=acme&return_to=${encodeURIComponent(`${service.appUrl}/x`)}`,
    email: ada.email,
  });
  const other = httpBrowser({ stopAt: [service.appUrl], jar: browser.jar });
  /** Sends the callback while nobody gets at a table. */
  const whileLocked = (table: string) =>
    service.database.transaction(async ({ sql }) => {
      await sql`LOCK TABLE ${sql(table)} IN ACCESS EXCLUSIVE MODE`;
      return other.get(callback);
    });
  return { service, callback, browser: other, whileLocked };
}

t.test('a 503 before the code was exchanged: a reload signs in', async (t) => {
  const { service, callback, browser, whileLocked } = await beforeCallback(t);
  t.equal((await whileLocked('sso_clients')).status, 503);
  t.equal((await browser.get(callback)).url, `${service.appUrl}/x`);
  const session = await browser.fetch(`${service.url}/session`);
  t.equal(session.status, 200);
});

t.test('a 503 after it: a reload offers to start again, with company and return_to', async (t) => {
  const { service, callback, browser, whileLocked } = await beforeCallback(t);
  t.equal((await whileLocked('outbox')).status, 503);
  const page = await browser.get(callback);
  t.not(page.status, 503);
  const again = page.$('a.button').attr('href') ?? '';
  t.match(again, /company=acme/);
  t.match(decodeURIComponent(again), `${service.appUrl}/x`);
  t.equal((await service.database.sql`SELECT FROM logins`).length, 0, 'nothing was recorded');
});
