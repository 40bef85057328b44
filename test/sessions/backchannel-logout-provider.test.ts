/** Back-channel logout by the logout tokens of oidc-provider: it signs, sends, and says what came of it. */
import t, { type Test } from 'tap';
import { httpBrowser } from '../../dev/browser.ts';
import { startLogoutProvider } from '../support/logout-provider.ts';
import { addCompany, linkUser, startService } from '../support/service.ts';

async function start(t: Test, options: { sessionRequired: boolean }) {
  const provider = await startLogoutProvider(options);
  const service = await startService(t, { provider });
  const acme = await addCompany(service, 'acme');
  const zeta = await addCompany(service, 'zeta');
  async function signIn(slug: string, email: string) {
    const browser = httpBrowser({ stopAt: [service.appUrl] });
    await browser.get(`${service.url}/login/start?company=${slug}&login_hint=${email}`);
    return {
      read: async () =>
        ((await (await browser.fetch(`${service.url}/session`)).json()) as { state: string }).state,
      /** At the provider. */
      async signOut() {
        const page = await browser.get(`${provider.issuer}/session/end`);
        await browser.submit(page);
      },
    };
  }
  const revoked = async () =>
    (
      await service.database.sql`SELECT convert_from(payload, 'UTF8')::jsonb AS data FROM outbox
        WHERE headers->>'ce_type' = 'user.sessions_revoked' ORDER BY id`
    ).map(({ data }) => data);
  return { provider, service, acme, zeta, signIn, revoked };
}

t.test('a token with sid ends one session', async (t) => {
  const { provider, service, acme, signIn, revoked } = await start(t, { sessionRequired: true });
  const ada = 'ada@acme.test';
  const userId = await linkUser(service, acme, ada);
  const [one, two] = [await signIn('acme', ada), await signIn('acme', ada)];
  t.same([await one.read(), await two.read()], ['signed_in', 'signed_in']);
  await one.signOut();
  t.same(provider.outcomes, ['ended']);
  t.same([await one.read(), await two.read()], ['none', 'signed_in']);
  t.match(await revoked(), [
    { user_id: userId, company_id: acme.id, by: 'provider:us', cause: 'provider', sso_identity_id: String },
  ]);
});

t.test('a token without sid ends all sessions of the person, and of no other', async (t) => {
  const { provider, service, acme, signIn, revoked } = await start(t, { sessionRequired: false });
  const [ada, bob] = ['ada@acme.test', 'bob@acme.test'];
  for (const sub of [ada, bob]) await linkUser(service, acme, sub);
  const [one, two, other] = [await signIn('acme', ada), await signIn('acme', ada), await signIn('acme', bob)];
  await two.signOut();
  t.same(provider.outcomes, ['ended']);
  t.same([await one.read(), await two.read(), await other.read()], ['none', 'none', 'signed_in']);
  t.equal((await revoked()).length, 1, 'one event for one person');
});

t.test('the same person at two companies: each client gets its own token', async (t) => {
  const { provider, service, acme, zeta, signIn, revoked } = await start(t, { sessionRequired: false });
  const ada = 'ada@acme.test';
  for (const company of [acme, zeta]) await linkUser(service, company, ada);
  const [here, there] = [await signIn('acme', ada), await signIn('zeta', ada)];
  await here.signOut();
  t.same(provider.outcomes, ['ended']);
  t.same([await here.read(), await there.read()], ['none', 'signed_in']);
  t.same(
    (await revoked()).map(({ company_id }) => company_id),
    [acme.id],
  );
});
