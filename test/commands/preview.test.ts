import t from 'tap';
import { testDatabase } from '../support/database.ts';
import { operator } from './operator.ts';

t.test('a preview counts, and lists each account when told to', async (t) => {
  const { url, sql } = await testDatabase(t);
  const run = operator(url);
  await run('company create acme --name Acme --no-create-users');
  t.match(await run('preview acme'), { exitCode: 0, out: /no social account is in a domain/ });
  t.match(await run('preview nobody'), { exitCode: 1, err: /no company 'nobody'/ });
  await run('domain add acme acme.example --verified-by operator');
  const line = (id: string, verified: boolean) =>
    JSON.stringify({
      user_id: id,
      provider: 'google',
      provider_user_id: id,
      email: `${id}@acme.example`,
      email_verified: verified,
    });
  await run('accounts import -', [line('ada', true), line('bob', true), line('eve', false)].join('\n'));

  t.match(
    (await run('preview acme')).out,
    /^OUTCOME +REASON +COUNT\nlinked +- +2\nrefused +social_email_unverified +1\n$/,
  );
  t.same((await run('preview acme --json')).json, [
    { type: 'count', outcome: 'linked', reason: null, count: 2 },
    { type: 'count', outcome: 'refused', reason: 'social_email_unverified', count: 1 },
  ]);
  const { json } = await run('preview acme --list --json');
  t.match(
    json.filter((row) => row.email === 'eve@acme.example'),
    [{ type: 'account', provider: 'google', outcome: 'refused', user_id: 'eve', would_be: null }],
  );
  t.equal(json.length, 5);
  t.match(
    (await run('preview acme --list')).out,
    /^linked +- +ada@acme\.example {2}\(google of user 'ada'\)\n/m,
  );
  t.equal((await sql`SELECT 1 FROM sso_identities`).length, 0, 'nothing is written');
});
