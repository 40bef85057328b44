import t from 'tap';
import { testApi } from './api.ts';
import { signedIn } from './person.ts';

const NOBODY = { status: 404, code: 'user_not_found' };

t.test('a user and an account are mirrored, changed, suspended and erased', async (t) => {
  const { ask, company, database } = await testApi(t);
  await company('acme');
  t.match((await ask('GET /v1/users/u1')).json(), NOBODY);
  const created = await ask('PUT /v1/users/u1', { body: { company: 'acme', name: 'Ada' } });
  t.match(created, { statusCode: 201 });
  t.match(created.json(), { user_id: 'u1', company: 'acme', name: 'Ada', status: 'active', accounts: [] });
  const path = '/v1/users/u1/accounts/google/108';
  const body = { email: 'Ada@Acme.test', email_verified: true };
  t.match((await ask(`PUT ${path}`, { body })).json(), { email: 'ada@acme.test', email_verified: true });
  t.match((await ask(`GET ${path}`)).json(), { provider: 'google', provider_user_id: '108' });
  const kept = await ask('PUT /v1/users/u1', { body: { company: 'acme', status: 'suspended' } });
  t.match(kept.json(), { name: 'Ada', status: 'suspended', accounts: [{ provider_user_id: '108' }] });
  t.match((await ask('PUT /v1/users/u1', { body: { company: 'none' } })).json(), {
    status: 422,
    code: 'company_unknown',
  });
  t.match((await ask(`PUT ${path}`, { body: { ...body, email: 'no address' } })).json(), {
    code: 'email_invalid',
  });
  t.match((await ask('PUT /v1/users/u2/accounts/google/1', { body })).json(), NOBODY);
  t.equal((await ask(`DELETE ${path}`)).statusCode, 204);
  t.match((await ask(`DELETE ${path}`)).json(), { status: 404, code: 'account_not_found' });
  t.equal((await ask('DELETE /v1/users/u1')).statusCode, 204);
  t.match((await ask('GET /v1/users/u1')).json(), { name: null, status: 'deleted', accounts: [] });
  t.match((await ask('PUT /v1/users/u1', { body: { company: null } })).json(), {
    status: 409,
    code: 'user_deleted',
  });
  const actions = await database.sql`SELECT action FROM audit_log WHERE target = 'u1' ORDER BY id`;
  t.same(
    actions.map(({ action }) => action),
    ['users.put', 'accounts.put', 'users.suspend', 'accounts.remove', 'users.delete'],
  );
});

t.test('a link holds the company of a user', async (t) => {
  const { ask, company, database } = await testApi(t);
  await company('acme');
  await company('beta');
  await signedIn(database, 'acme', 'ada');
  const moved = await ask('PUT /v1/users/ada', { body: { company: 'beta' } });
  t.match(moved.json(), { status: 409, code: 'company_set_by_link', detail: /'acme'/ });
});

t.test('a key of one company changes its users, and creates, moves and takes none', async (t) => {
  const { ask, company, database, key } = await testApi(t);
  await company('acme');
  await company('beta');
  await signedIn(database, 'acme', 'ada');
  await signedIn(database, 'beta', 'bob');
  const ofAcme = await key({ company: 'acme' });
  const put = (id: string, body: object) => ask(`PUT /v1/users/${id}`, { key: ofAcme, body });
  t.match((await put('ada', { company: 'acme', name: 'Ada L.' })).json(), { name: 'Ada L.' });
  t.match((await put('bob', { company: 'acme' })).json(), NOBODY);
  t.match((await put('new', { company: 'acme' })).json(), NOBODY);
  t.match((await put('ada', { company: 'beta' })).json(), { status: 404, code: 'company_not_found' });
  t.match((await put('ada', { company: null })).json(), { status: 403, code: 'key_of_one_company' });
  const body = { email: 'x@acme.test', email_verified: true };
  const taken = await ask('PUT /v1/users/ada/accounts/google/g-bob', { key: ofAcme, body });
  t.match(taken.json(), { status: 404, code: 'account_not_found' });
});

t.test('an import streams lines in and what was rejected out', async (t) => {
  const { ask, company, database, key } = await testApi(t);
  await company('acme');
  const line = (n: number, more: object = {}) =>
    JSON.stringify({
      ...{ user_id: `u${n}`, company: 'acme', provider: 'google', provider_user_id: `${n}` },
      ...{ email: `u${n}@acme.test`, email_verified: true, ...more },
    });
  const lines = [
    ...Array.from({ length: 4_500 }, (_, n) => line(n)),
    'no json',
    line(1, { company: 'none' }),
  ];
  const ndjson = { headers: { 'content-type': 'application/x-ndjson' }, body: lines.join('\n') };
  const answer = await ask('POST /v1/accounts/import', ndjson);
  t.match(answer.headers, { 'content-type': 'application/x-ndjson' });
  const told = answer.body
    .trim()
    .split('\n')
    .map((text) => JSON.parse(text));
  t.match(told, [
    { type: 'bad_line', line: 4_501, reason: 'not JSON' },
    { type: 'bad_line', line: 4_502, reason: /company/ },
    { type: 'summary', lines: 4_502, users: 4_500, accounts: 4_500, bad: 2, conflicts: 0 },
  ]);
  const [users] = await database.sql`SELECT count(*)::int AS count FROM users`;
  t.equal(users?.count, 4_500);
  t.match(
    (await ask('POST /v1/accounts/import', { ...ndjson, key: await key({ company: 'acme' }) })).json(),
    {
      status: 403,
      code: 'key_of_one_company',
    },
  );
  const zip = await ask('POST /v1/accounts/import', { ...ndjson, body: 'user_id,email\n1,2\n' });
  t.match(zip.json(), { status: 422, code: 'import_format' });
  t.equal((await ask('POST /v1/accounts/import', { body: {} })).statusCode, 422);
});
