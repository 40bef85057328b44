import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import t from 'tap';
import { httpBrowser } from '../../dev/browser.ts';
import { addCompany, addPerson, linkUser, startService } from '../support/service.ts';

const read = (file: string) => readFile(new URL(`../../${file}`, import.meta.url), 'utf8');

t.test('the backend of docs/integrating.md believes our token, and no other', async (t) => {
  const service = await startService(t);
  const acme = await addCompany(service, 'acme');
  const ada = addPerson(service, acme);
  const userId = await linkUser(service, acme, ada.sub);
  const browser = httpBrowser({ stopAt: [service.appUrl] });
  await browser.signIn({ startUrl: `${service.url}/login/start?company=acme`, email: ada.email });
  const { token } = (await (await browser.fetch(`${service.url}/session`)).json()) as { token: string };

  const [, code = ''] =
    /```js\n(import [^`]*createSessionVerifier[^`]*)```/.exec(await read('docs/integrating.md')) ?? [];
  const here = code
    .replace('sso-link-client/session', new URL('../../client/src/session.ts', import.meta.url).href)
    .replaceAll('https://account.example.com', service.url)
    .replaceAll('https://app.example.com', new URL(service.appUrl).origin);
  const backend = async (name: string, text: string) => {
    const file = join(t.testdir(), name);
    await writeFile(file, text);
    return (await import(pathToFileURL(file).href)) as { whoIs(token: string): Promise<unknown> };
  };
  const { whoIs } = await backend('product.mjs', here);
  t.match(await whoIs(token), { userId, company: 'acme', loginId: String });
  t.equal(await whoIs(`${token}x`), undefined);
  const elsewhere = await backend(
    'other.mjs',
    here.replace(new URL(service.appUrl).origin, 'http://other.test'),
  );
  t.equal(await elsewhere.whoIs(token), undefined, 'a token for another origin');
});

t.test('no page has the package installed by a name that a stranger could take', async (t) => {
  for (const file of ['README.md', 'docs/events.md', 'docs/integrating.md', 'examples/consumer/README.md']) {
    t.notMatch(await read(file), /npm (install|i|add) (?:.* )?sso-link(?![-\w./])/, file);
  }
});
