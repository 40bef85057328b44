import t from 'tap';
import { httpBrowser } from '../../dev/browser.ts';
import { newId } from '../../src/ids.ts';
import { addCompany, addPerson, linkUser, startService } from '../support/service.ts';
import { operator } from './operator.ts';

t.test('sessions are listed and ended by user, identity, client and company', async (t) => {
  const service = await startService(t);
  const { sql } = service.database;
  const acme = await addCompany(service, 'acme');
  const run = operator(service.env.DATABASE_URL ?? '', service.env);
  const { sub, email } = addPerson(service, acme);
  const userId = await linkUser(service, acme, sub);
  const signIn = async () => {
    const browser = httpBrowser({ stopAt: [service.appUrl] });
    await browser.signIn({ startUrl: `${service.url}/login/start?company=acme`, email });
    const read = async () =>
      (await (await browser.fetch(`${service.url}/session`)).json()) as { state: string; identity: string };
    return { read };
  };
  const revoked = async () =>
    (
      await sql`SELECT convert_from(payload, 'UTF8')::jsonb AS data FROM outbox
        WHERE headers->>'ce_type' = 'user.sessions_revoked' ORDER BY id`
    ).map(({ data }) => data);
  const { identity } = await (await signIn()).read();

  for (const whose of [
    `--user ${userId}`,
    `--identity ${identity}`,
    `--client ${acme.ssoClientId}`,
    '--company acme',
  ]) {
    await run('sessions revoke --company acme');
    const [one, two] = [await signIn(), await signIn()];
    t.match((await run(`sessions list ${whose} --json`)).json, [
      { sso_identity_id: identity, company: 'acme' },
      { sso_identity_id: identity, company: 'acme' },
    ]);
    const said = whose === '--company acme' ? { company: 'acme', not_before: /Z$/ } : { ended: 2 };
    t.match((await run(`sessions revoke ${whose} --json`)).json, [{ ...said, changed: true }], whose);
    for (const session of [one, two]) t.same(await session.read(), { state: 'none' }, whose);
    t.match((await run(`sessions list ${whose}`)).out, 'no session');
    const ofAll = whose === '--company acme';
    t.match((await revoked()).at(-1), {
      ...{ sso_identity_id: ofAll ? null : identity, user_id: ofAll ? null : userId },
      ...{ company_id: acme.id, by: 'operator:olga' },
    });
    t.match(await (await signIn()).read(), { state: 'signed_in' }, 'a later session is not ended');
  }

  t.match(await run('sessions revoke --json'), { exitCode: 1, err: /sessions_unnamed/ });
  t.match(await run(`sessions revoke --user x --identity ${newId()} --json`), {
    exitCode: 1,
    err: /sessions_unnamed/,
  });
});
