import t from 'tap';
import { newId } from '../../src/ids.ts';
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

t.test('an account whose email signs in as another user is listed with both', async (t) => {
  const { url, sql } = await testDatabase(t);
  const run = operator(url);
  await run('company create acme --name Acme');
  await run('domain add acme acme.example --verified-by operator');
  const [company] = await sql`SELECT id FROM companies`;
  // Nia came by SSO before the import, and has a user of her own since.
  await sql`INSERT INTO users (id, company_id, company_set_by) VALUES ('u-new', ${company?.id}, 'link')`;
  await sql`
    INSERT INTO sso_identities (id, company_id, issuer, subject, email, email_verified, user_id, last_login_at)
    VALUES (${newId()}, ${company?.id}, 'i', 's', 'nia@acme.example', true, 'u-new', now())`;
  const account = {
    user_id: 'u-nia',
    provider: 'google',
    provider_user_id: 'nia',
    email: 'nia@acme.example',
  };
  await run('accounts import -', JSON.stringify({ ...account, email_verified: true }));

  t.match((await run('preview acme')).out, /signs in as another user: 1 of the accounts/);
  t.match(
    (await run('preview acme --list')).out,
    /^already_linked .*nia@acme\.example {2}\(google of user 'u-nia', who is another: the person is user 'u-new'\)/m,
  );
  const { json } = await run('preview acme --list --json');
  t.match(json[0], { type: 'account', user_id: 'u-nia', would_be: 'u-new' });
  t.match(
    json.find(({ type }) => type === 'signs_in_as_another_user'),
    { count: 1 },
  );
});

t.test('users of the company whom no email leads to are counted, and named when asked', async (t) => {
  const { url, sql } = await testDatabase(t);
  const run = operator(url);
  await run('company create acme --name Acme');
  const line = (id: string, email: string, more: object = {}) =>
    JSON.stringify({
      ...{ user_id: id, provider: 'google', provider_user_id: id, email, email_verified: true },
      ...{ company: 'acme', ...more },
    });
  await run(
    'accounts import -',
    [
      line('ada', 'ada@acme.example'),
      line('bob', 'bob@gmail.example'),
      line('eve', 'eve@acme.example', { email_verified: false }),
      line('zoe', 'zoe@gmail.example', { company: null }),
      line('lin', 'lin@gmail.example'),
    ].join('\n'),
  );
  t.match(await run('preview acme'), { out: /4 of its users .*each would be refused \(domain_not_owned\)/ });
  await run('domain add acme acme.example --verified-by operator');
  const [company] = await sql`SELECT id FROM companies`;
  await sql`
    INSERT INTO sso_identities (id, company_id, issuer, subject, user_id)
    VALUES (${newId()}, ${company?.id}, 'i', 's', 'lin')`;

  t.match(
    (await run('preview acme')).out,
    /not found by email: 2 of its users have no verified social account .* would get a new user \(user_created\)/,
  );
  t.match((await run('preview acme --json')).json.at(-1), {
    type: 'not_found_by_email',
    outcome: 'user_created',
    count: 2,
  });
  const listed = (await run('preview acme --json --list')).json.filter((row) => row.type === 'user');
  t.same(
    listed.map((row) => row.user_id),
    ['bob', 'eve'],
    'nor ada by her email, nor lin by her identity',
  );
  t.match((await run('preview acme --list')).out, /^user_created +- +not found by email: user 'bob'$/m);
  await sql`UPDATE companies SET creates_users = false`;
  t.match(await run('preview acme'), { out: /would be known to nobody \(no_match\)/ });
});
