import t, { type Test } from 'tap';
import { httpBrowser } from '../../dev/browser.ts';
import { newId } from '../../src/ids.ts';
import { operator } from '../commands/operator.ts';
import { addCompany, addPerson, linkUser, startService } from '../support/service.ts';

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0';

async function start(t: Test) {
  const service = await startService(t);
  const acme = await addCompany(service, 'acme');
  const { sub, email } = addPerson(service, acme);
  const userId = await linkUser(service, acme, sub);
  const page = `${service.url}/account/sessions`;
  async function signIn(as = email, headers: Record<string, string> = {}) {
    const browser = httpBrowser({ stopAt: [service.appUrl], headers });
    await browser.signIn({ startUrl: `${service.url}/login/start?company=acme`, email: as });
    const read = async () => {
      const answer = await browser.fetch(`${service.url}/session`);
      return ((await answer.json()) as { state: string }).state;
    };
    return { browser, read, open: () => browser.get(page) };
  }
  const revoked = async () =>
    (
      await service.database.sql`SELECT convert_from(payload, 'UTF8')::jsonb AS data FROM outbox
        WHERE headers->>'ce_type' = 'user.sessions_revoked' ORDER BY id`
    ).map(({ data }) => data);
  return { service, acme, email, userId, page, signIn, revoked };
}

t.test('a person sees where they are signed in, ends one session, and all others', async (t) => {
  const { service, userId, email, signIn, revoked } = await start(t);
  const here = await signIn();
  const [there, far] = [await signIn(email, { 'user-agent': FIREFOX }), await signIn()];
  const page = await here.open();
  t.equal(page.status, 200);
  t.equal(page.headers.get('cache-control'), 'no-store');
  t.equal(page.$('.sessions li').length, 3);
  t.match(page.$('.sessions li').eq(0).text(), 'this browser');
  t.equal(page.$('.tag').length, 1);
  t.match(page.$('.sessions').text(), 'Firefox, Linux');
  t.match(page.$('.sessions').text(), 'Unknown browser');

  const row = page.$('.sessions li:contains(Firefox)');
  const id = row.find('input[name=session]').attr('value');
  const after = await here.browser.submit(page, {}, `form:has(input[value="${id}"])`);
  t.equal(after.$('[role=status]').text(), 'You are signed out there.');
  t.equal(after.$('.sessions li').length, 2);
  t.same([await here.read(), await there.read(), await far.read()], ['signed_in', 'none', 'signed_in']);
  t.match(await revoked(), [{ user_id: userId, by: `user:${userId}`, cause: 'person' }]);

  const alone = await here.browser.submit(after, {}, 'form:has(input[name=others])');
  t.match(alone.$('.card').text(), 'You are signed in nowhere else.');
  t.same([await here.read(), await far.read()], ['signed_in', 'none']);
  t.equal((await revoked()).length, 2);
  const run = operator(service.env.DATABASE_URL ?? '', service.env);
  t.match((await run('audit list --json')).json, [
    { actor: `user:${userId}`, action: 'sessions.revoke', details: { ended: 1 } },
    { actor: `user:${userId}`, action: 'sessions.revoke', details: { ended: 1 } },
  ]);
  t.match((await run(`sessions list --user ${userId} --json`)).json, [{ device: null }]);

  const out = await here.browser.submit(alone, {}, 'form[action="/logout"]');
  t.match(out.url, /\/login\?signed_out=1$/, 'this session ends by the sign-out');
});

t.test("nobody ends another person's session, or their own by this form", async (t) => {
  const { service, acme, signIn, page } = await start(t);
  const [here, own] = [await signIn(), await signIn()];
  const bob = addPerson(service, acme);
  await linkUser(service, acme, bob.sub);
  const other = await signIn(bob.email);
  const [theirs, mine] = await Promise.all(
    [other, here].map(async ({ open }) => (await open()).$('.sessions li strong').eq(0).attr('id') ?? ''),
  );
  const opened = await here.open();
  const token = opened.$('input[name=token]').last().attr('value') ?? '';
  const post = (fields: Record<string, string>, headers: Record<string, string> = {}) =>
    here.browser.fetch(`${page}/end`, {
      method: 'POST',
      body: new URLSearchParams(fields),
      headers: { 'sec-fetch-site': 'same-origin', ...headers },
    });
  t.equal((await post({ token, session: theirs ?? '' })).status, 303);
  t.equal((await post({ token, session: mine ?? '' })).status, 303);
  t.equal((await post({ token, session: newId() })).status, 303);
  t.same([await other.read(), await here.read(), await own.read()], ['signed_in', 'signed_in', 'signed_in']);

  const foreign = (await other.open()).$('input[name=token]').last().attr('value') ?? '';
  const logout = opened.$('form[action="/logout"] input').attr('value') ?? '';
  for (const [name, wrong] of Object.entries({ none: '', foreign, logout })) {
    t.equal((await post({ token: wrong, others: '1' })).status, 403, `token: ${name}`);
  }
  for (const headers of [
    { origin: 'https://evil.test' },
    { origin: new URL(service.appUrl).origin },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site', origin: 'null' },
  ]) {
    t.equal((await post({ token, others: '1' }, headers)).status, 403, JSON.stringify(headers));
  }
  t.equal((await post({ token })).status, 400);
  t.equal((await post({ token, session: "' OR true" })).status, 400);
  t.equal((await post({ others: '1' })).status, 400);
  t.equal(await own.read(), 'signed_in', 'nothing was ended');
  t.equal((await post({ token, others: '1' }, { 'sec-fetch-site': '' })).status, 403);
  t.equal((await post({ token, others: '1' }, { origin: service.url })).status, 303);
  t.equal(await own.read(), 'none');
});

t.test('without a session: the sign-in; refused: the page that says why', async (t) => {
  const { service, page, signIn } = await start(t);
  const stranger = await fetch(page, { redirect: 'manual' });
  t.same([stranger.status, stranger.headers.get('location')], [303, '/login']);
  const posted = await fetch(`${page}/end`, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({ token: 'x', others: '1' }),
  });
  t.same([posted.status, posted.headers.get('location')], [303, '/login']);
  const { browser, open } = await signIn();
  await service.database.sql`UPDATE companies SET status = 'disabled'`;
  const refused = await open();
  t.equal(refused.status, 403);
  t.equal(refused.url, `${service.url}/login/wait`);
  t.equal((await browser.fetch(page)).headers.get('location'), '/login/wait');
});
