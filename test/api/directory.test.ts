import t from 'tap';
import { authenticateDirectory } from '../../src/directory/tokens.ts';
import { storeDirectoryUser } from '../support/directory.ts';
import { testApi } from './api.ts';
import { signedIn } from './person.ts';

const DIRECTORY = '/v1/companies/acme/directory';

t.test('a directory is enabled, and gets its tokens', async (t) => {
  const { ask, company, database, key } = await testApi(t);
  await company('acme');
  const ofAcme = await key({ company: 'acme', scopes: ['directory:read', 'directory:write'] });
  const send = async (line: string, body?: object, headers?: Record<string, string>) =>
    ask(line, { key: ofAcme, ...(body && { body }), ...(headers && { headers }) });
  const enabled = await send(`PATCH ${DIRECTORY}`, { enabled: true });
  t.match(enabled.json(), { company: 'acme', enabled: true, blocked: 0, unblocked: 0 });

  const once = { 'idempotency-key': 'one' };
  const created = await send(`POST ${DIRECTORY}/tokens`, undefined, once);
  t.equal(created.statusCode, 201);
  const { token, id, scim_url } = created.json();
  t.equal(scim_url, 'https://account.test/scim/v2');
  t.match(await authenticateDirectory(database, token), { company: 'acme' });
  t.equal(
    (await send(`POST ${DIRECTORY}/tokens`, undefined, once)).json().token,
    token,
    'repeated, not another',
  );
  const listed = await send(`GET ${DIRECTORY}/tokens`);
  t.match(listed.json().items, [{ id, created_by: /^key:/, revoked_at: null, last_used_at: /Z$/ }]);
  t.notMatch(listed.body, token, 'and nowhere else');
  t.equal((await send(`POST ${DIRECTORY}/tokens`)).statusCode, 201);
  t.match((await send(`POST ${DIRECTORY}/tokens`)).json(), {
    status: 409,
    code: 'directory_tokens_exhausted',
  });
  for (const _ of ['now', 'before'])
    t.equal((await send(`DELETE ${DIRECTORY}/tokens/${id}`)).statusCode, 204);
  t.equal(await authenticateDirectory(database, token), null);
  t.equal((await send(`GET ${DIRECTORY}/tokens`)).json().items.length, 1);
  t.equal((await send(`GET ${DIRECTORY}/tokens?revoked=true`)).json().items.length, 2);
  t.match((await send(`DELETE ${DIRECTORY}/tokens/aaaaaaaaaaaa`)).json(), { status: 404 });

  const reader = await key({ company: 'acme', scopes: ['directory:read'] });
  t.equal((await ask(`POST ${DIRECTORY}/tokens`, { key: reader })).statusCode, 403);
});

t.test('users page by page, by state; one is forgotten', async (t) => {
  const { ask, company, database } = await testApi(t);
  await company('acme');
  const { companyId, identityId, userId } = await signedIn(database, 'acme', 'ada');
  const store = (userName: string, over = {}) =>
    storeDirectoryUser(database, companyId, { userName, ...over });
  const ada = await store('ada@acme.test', { active: false, identity: identityId });
  for (const name of ['b', 'c', 'd']) await store(`${name}@acme.test`);
  await store('e@acme.test', { deleted: true });
  t.match((await ask(`PATCH ${DIRECTORY}`, { body: { enabled: true } })).json(), { blocked: 1 });
  t.match((await ask(`GET ${DIRECTORY}`)).json(), {
    ...{ enabled: true, users: 4, active_users: 3, deleted_users: 1, tokens: 0, last_used_at: null },
    ...{ bound_identities: 1, blocked_identities: 1, mass_change: false },
  });
  const first = (await ask(`GET ${DIRECTORY}/users?limit=3`)).json();
  t.match(first.items[0], {
    ...{ id: ada, user_name: 'ada@acme.test', state: 'inactive', sso_identity_id: identityId },
    ...{ bound_by: 'external_id', user_id: userId, sign_in: 'inactive', updated_at: /Z$/ },
  });
  const rest = (await ask(`GET ${DIRECTORY}/users?limit=3&after=${first.next}`)).json();
  t.same([first.items.length, rest.items.length, rest.next], [3, 2, null]);
  t.match((await ask(`GET ${DIRECTORY}/users?state=deleted`)).json().items, [{ user_name: 'e@acme.test' }]);
  t.equal((await ask(`GET ${DIRECTORY}/users?state=away`)).statusCode, 400);
  const forgotten = await ask(`DELETE ${DIRECTORY}/users/${encodeURIComponent('ADA@acme.test')}`);
  t.same(forgotten.json(), { forgotten: [ada], unblocked: 1 });
  t.equal((await ask(`DELETE ${DIRECTORY}/users/${ada}`)).statusCode, 404);
  t.match((await ask(`PATCH ${DIRECTORY}`, { body: { enabled: false } })).json(), { enabled: false });
});
