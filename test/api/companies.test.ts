import t from 'tap';
import { bytesOf, testApi } from './api.ts';

t.test('a company is created, read, changed and listed', async (t) => {
  const { ask, database } = await testApi(t);
  const created = await ask('POST /v1/companies', { body: { slug: 'acme', name: ' Acme Ltd ' } });
  t.match(created, { statusCode: 201, headers: { location: '/v1/companies/acme' } });
  t.match(created.json(), { slug: 'acme', name: 'Acme Ltd', status: 'active', creates_users: true });
  const again = await ask('POST /v1/companies', { body: { slug: 'acme', name: 'Acme' } });
  t.match(again.json(), { status: 409, code: 'company_exists', detail: /'acme'/ });
  t.match((await ask('POST /v1/companies', { body: { slug: 'beta', name: '  ' } })).json(), {
    status: 422,
    code: 'name_invalid',
  });
  const body = { status: 'disabled', creates_users: false };
  t.match((await ask('PATCH /v1/companies/acme', { body })).json(), body);
  t.match((await ask('GET /v1/companies/acme')).json(), { name: 'Acme Ltd', ...body });
  const audited =
    await database.sql`SELECT actor, action FROM audit_log WHERE action LIKE 'company%' ORDER BY id`;
  t.match(
    audited.map(({ actor, action }) => `${String(actor).replace(/\d+/, 'N')} ${action}`),
    ['key:key-N company.create', 'key:key-N company.update', 'key:key-N company.disable'],
  );
});

t.test('a list is read page by page, by its Link header', async (t) => {
  const { ask, company } = await testApi(t);
  for (const slug of ['c', 'a', 'e', 'b', 'd']) await company(slug);
  const slugs: string[] = [];
  let next: string | undefined = '/v1/companies?limit=2';
  while (next !== undefined) {
    const page = await ask(`GET ${next}`);
    slugs.push(...page.json().items.map((item: { slug: string }) => item.slug));
    next = /<(.+)>; rel="next"/.exec(String(page.headers.link ?? ''))?.[1];
  }
  t.same(slugs, ['a', 'b', 'c', 'd', 'e']);
});

t.test('a key of one company sees that company and nothing else', async (t) => {
  const { ask, company, key } = await testApi(t);
  await company('acme');
  await company('beta');
  const ofAcme = await key({ company: 'acme' });
  const list = (await ask('GET /v1/companies', { key: ofAcme })).json();
  t.match(list.items, [{ slug: 'acme' }]);
  t.equal(list.items.length, 1);
  const other = await ask('GET /v1/companies/beta', { key: ofAcme });
  t.same(bytesOf(other), bytesOf(await ask('GET /v1/companies/none', { key: ofAcme })));
  t.equal(other.statusCode, 404);
  const creating = await ask('POST /v1/companies', { key: ofAcme, body: { slug: 'new', name: 'New' } });
  t.match(creating.json(), { status: 403, code: 'key_of_one_company' });
});

t.test('domains are added, moved, listed and removed', async (t) => {
  const { ask, company, key } = await testApi(t);
  await company('acme');
  await company('beta');
  const put = (slug: string, body: object, by?: string) =>
    ask(`PUT /v1/companies/${slug}/domains/acme.test`, {
      body: { verified_by: 'operator', ...body },
      ...(by && { key: by }),
    });
  t.match((await put('acme', {})).json(), { domain: 'acme.test', company: 'acme', verified_by: 'operator' });
  t.match((await put('acme', {})).statusCode, 200, 'once more changes nothing');
  t.match((await put('beta', {})).json(), { status: 409, code: 'domain_taken', detail: /'acme'/ });
  t.match((await put('beta', { move_from: 'beta' })).json(), { status: 409, code: 'domain_taken' });
  t.match((await ask('GET /v1/companies/acme/domains')).json(), {
    items: [{ domain: 'acme.test' }],
    next: null,
  });
  t.match((await ask('DELETE /v1/companies/beta/domains/acme.test')).json(), {
    status: 404,
    code: 'domain_not_found',
  });
  t.match((await put('beta', { move_from: 'acme' })).json(), { company: 'beta' });
  t.match((await put('acme', {}, await key({ company: 'acme' }))).json(), {
    status: 403,
    code: 'key_of_one_company',
  });
  t.equal((await ask('DELETE /v1/companies/beta/domains/acme.test')).statusCode, 204);
  t.same((await ask('GET /v1/companies/beta/domains')).json().items, []);
});

t.test('a company proves a domain: the record is the one of the command', async (t) => {
  const { ask, company, key } = await testApi(t);
  await company('acme');
  const ofAcme = await key({ company: 'acme' });
  const record = () => ask('POST /v1/companies/acme/domains/acme.test/challenge', { key: ofAcme, body: {} });
  const first = (await record()).json();
  t.match(first, { name: '_sso-link-challenge.acme.test', text: /.{43}/ });
  t.same((await record()).json(), first, 'the same until a new one is requested');
});
