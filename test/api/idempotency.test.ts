import t from 'tap';
import { testApi } from './api.ts';

t.test('a POST that is sent again gets the first answer and does nothing', async (t) => {
  const { ask, database, key } = await testApi(t);
  const create = (slug: string, name: string, by?: string) =>
    ask('POST /v1/companies', {
      body: { slug, name },
      headers: { 'idempotency-key': 'k-1' },
      ...(by !== undefined && { key: by }),
    });
  const first = await create('acme', 'Acme');
  const again = await create('acme', 'Acme');
  t.match(again, { statusCode: 201, body: first.body, headers: { 'idempotent-replayed': 'true' } });
  t.equal(again.headers.location, first.headers.location);
  t.match((await create('acme', 'Other')).json(), { status: 422, code: 'idempotency_key_reused' });
  t.match(
    (await create('beta', 'Beta', await key())).statusCode,
    201,
    'another caller has keys of their own',
  );

  await database.sql`UPDATE api_requests SET created_at = now() - interval '25 hours'`;
  t.match((await create('gamma', 'Gamma')).statusCode, 201, 'after 24 hours it is a new request');
  await database.sql`UPDATE api_requests SET answer = NULL`;
  t.match((await create('gamma', 'Gamma')).json(), { status: 409, code: 'idempotency_key_in_progress' });
  const stored = await database.sql`SELECT answer FROM api_requests`;
  t.notMatch(JSON.stringify(stored), /Gamma/);
});

t.test('requests at the same moment run once', async (t) => {
  const { ask, database } = await testApi(t);
  const body = { slug: 'acme', name: 'Acme' };
  const all = await Promise.all(
    Array.from({ length: 5 }, () =>
      ask('POST /v1/companies', { body, headers: { 'idempotency-key': 'same' } }),
    ),
  );
  const statuses = all.map(({ statusCode }) => statusCode);
  t.ok(statuses.includes(201));
  t.ok(statuses.every((status) => status === 201 || status === 409));
  const [audited] =
    await database.sql`SELECT count(*)::int AS count FROM audit_log WHERE action = 'company.create'`;
  t.equal(audited?.count, 1);
});
