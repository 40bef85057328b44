import t from 'tap';
import { httpBrowser } from '../../dev/browser.ts';
import { CATALOGUES } from '../../src/pages/languages.ts';
import { addCompany, addPerson, startService } from '../support/service.ts';

type Tree = { [name: string]: Tree | string | ((...args: string[]) => string) };

/** What JumpCloud's Admin Portal, which is in English, calls its fields. */
const JUMPCLOUD_LABELS = ['setup.jumpcloud.label', 'setup.jumpcloud.authentication', 'setup.client.secret'];

/** Every text of a catalogue, by its path. */
function textsOf(tree: Tree, path = ''): Map<string, string> {
  const found = Object.entries(tree).flatMap(([name, value]) => {
    if (typeof value === 'string') return [[path + name, value] as const];
    if (typeof value === 'function') return [[path + name, value('«1»', '«2»')] as const];
    return [...textsOf(value, `${path}${name}.`)];
  });
  return new Map(found);
}

t.test('each catalogue has a text of its own for everything, and keeps what is put into it', async (t) => {
  const [english, ...others] = CATALOGUES.map((messages) => textsOf(messages as unknown as Tree));
  for (const texts of others) {
    const language = texts.get('locale') ?? '';
    t.same([...texts.keys()], [...(english?.keys() ?? [])], language);
    for (const [path, text] of texts) {
      const original = english?.get(path) ?? '';
      t.ok(text.trim() === text || path.endsWith('reference'), `${language} ${path} has no spaces around it`);
      for (const part of ['«1»', '«2»', 'JumpCloud'].filter((part) => original.includes(part))) {
        // Some languages do not name JumpCloud twice.
        if (part !== 'JumpCloud') t.ok(text.includes(part), `${language} ${path} keeps ${part}`);
      }
      const isName = /^(locale|test\.(domain|organization))$/.test(path);
      if (JUMPCLOUD_LABELS.includes(path))
        t.equal(text, original, `${language} ${path} is JumpCloud's label`);
      else if (original.length > 12) t.not(text, original, `${language} ${path} is translated`);
      else t.ok(isName || text.length > 0);
    }
  }
});

t.test('Accept-Language, and ui_locales before it, for the pages that follow, too', async (t) => {
  const service = await startService(t);
  const acme = await addCompany(service, 'acme');
  const ada = addPerson(service, acme);
  const shown = async (path: string, headers: Record<string, string> = {}, jar = httpBrowser().jar) => {
    const page = await httpBrowser({ headers, jar }).get(service.url + path);
    return [page.$('html').attr('lang'), page.headers.get('content-language'), page.$('h1').text()];
  };
  t.same(await shown('/login'), ['en', 'en', 'Sign in to SSO Link']);
  t.same(await shown('/login', { 'accept-language': 'de-AT,de;q=0.9,en;q=0.8' }), [
    'de',
    'de',
    'Bei SSO Link anmelden',
  ]);
  t.same((await shown('/login', { 'accept-language': 'nl, ja;q=0.5' }))[0], 'ja');
  t.same((await shown('/login', { 'accept-language': 'nl' }))[0], 'en');
  t.same((await shown('/login', { 'accept-language': `${'x'.repeat(9_000)}` }))[0], 'en');
  const { jar } = httpBrowser();
  const english = { 'accept-language': 'en' };
  t.same((await shown('/login?ui_locales=sv%20fr', english, jar))[0], 'fr');
  t.same((await shown('/login/callback?state=unknown', english, jar))[2], 'Veuillez recommencer');
  t.same((await shown('/login?ui_locales=sv', english))[0], 'en', 'none that we have');
  t.same((await shown('/login?ui_locales=<script>', english))[0], 'en');

  const answer = await fetch(`${service.url}/login/start?company=acme&ui_locales=es`, { redirect: 'manual' });
  const asked = new URL(answer.headers.get('location') ?? '').searchParams;
  t.equal(asked.get('ui_locales'), 'es', 'JumpCloud is told');
  service.jumpcloud.unassign(ada.sub, acme.clientId);
});
