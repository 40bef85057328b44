/** client/src/api.ts against the role's own app, with a real database. */
import type { AddressInfo } from 'node:net';
import t from 'tap';
import { createApiClient, items } from '../../client/src/api.ts';
import { ROUTES } from '../../client/src/api-operations.ts';
import { testApi } from '../api/api.ts';
import { operations } from '../api/operations.ts';

t.test('the administrative API by its client', async (t) => {
  const { app, key } = await testApi(t);
  await app.listen({ port: 0, host: '127.0.0.1' });
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  const api = createApiClient({ url, key: await key() });

  const created = await api.createCompany({ body: { slug: 'acme', name: 'Acme' } }, { idempotencyKey: 'k1' });
  t.equal(created.status, 'active');
  const again = await api.createCompany({ body: { slug: 'acme', name: 'Acme' } }, { idempotencyKey: 'k1' });
  t.same(again, created);
  for (const slug of ['beta', 'gamma']) await api.createCompany({ body: { slug, name: slug } });
  const slugs: string[] = [];
  for await (const company of items(api.listCompanies, { limit: 1 })) slugs.push(company.slug);
  t.same(slugs, ['acme', 'beta', 'gamma']);

  async function* lines() {
    for (const n of [1, 2]) {
      const account = { provider: 'google', provider_user_id: `${n}`, email: null };
      yield `${JSON.stringify({ user_id: `u/${n}`, company: 'acme', ...account })}\n`;
    }
    yield 'no json\n';
  }
  const told = [];
  for await (const line of api.importAccounts(lines())) told.push(line);
  t.match(told, [
    { type: 'bad_line', line: 3 },
    { type: 'summary', users: 2, accounts: 2, bad: 1 },
  ]);
  t.match(await api.getUser({ user_id: 'u/1' }), { user_id: 'u/1', accounts: [{ email: null }] });
  t.equal(await api.deleteUser({ user_id: 'u/1' }), undefined);

  await t.rejects(api.getCompany({ slug: 'none' }), { code: 'company_not_found', facts: { status: '404' } });
  const wrong = createApiClient({ url, key: 'ssol_x' });
  await t.rejects(wrong.listCompanies({}), { code: 'key_invalid', facts: { status: '401' } });
  const away = createApiClient({ url: 'http://127.0.0.1:1', key: 'x' });
  await t.rejects(away.listCompanies({}), { code: 'api_unreachable' });
});

t.test('it has a function for each operation', async (t) => {
  const all = (await operations()).filter(({ path }) => path.startsWith('/v1/'));
  t.same(
    Object.entries({ ...ROUTES, importAccounts: 'POST /v1/accounts/import' }).sort(),
    all.map(({ operationId, method, path }) => [operationId, `${method} ${path}`]).sort(),
  );
});
