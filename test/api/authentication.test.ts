import { request as httpRequest } from 'node:http';
import t from 'tap';
import { revokeApiKey } from '../../src/api-keys/api-keys.ts';
import { createBearerKey } from '../../src/bearer-keys.ts';
import { bytesOf, testApi } from './api.ts';

t.test('invalid, expired and revoked keys have one answer', async (t) => {
  const { database, ask, key } = await testApi(t);
  const expired = await key({ name: 'expired' });
  await database.sql`UPDATE api_keys SET expires_at = now() WHERE name = 'expired'`;
  const revoked = await key({ name: 'revoked' });
  await database.transaction((tx) => revokeApiKey(tx, 'operator:test', 'revoked'));
  const wrong = [null, '', 'x', createBearerKey().key, expired, revoked];
  const answers = await Promise.all(wrong.map((one) => ask('GET /v1/companies', { key: one })));
  for (const answer of answers) t.same(bytesOf(answer), bytesOf(answers[0] as never));
  t.match(answers[0], {
    statusCode: 401,
    headers: { 'content-type': /^application\/problem\+json/, 'www-authenticate': 'Bearer' },
  });
  t.match(answers[0]?.json(), { status: 401, code: 'key_invalid', title: 'Unauthorized' });
  t.equal((await ask('GET /v1/nothing', { key: null })).statusCode, 401, 'also where no route is');
  t.equal((await ask('GET /v1/nothing')).statusCode, 404);
  t.equal((await ask('GET /elsewhere', { key: null })).statusCode, 404);
});

t.test('the caller is authenticated before a body is read', async (t) => {
  const { app } = await testApi(t);
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.address() as { port: number };
  const status = await new Promise((resolve, reject) => {
    const request = httpRequest({ port, host: '127.0.0.1', method: 'POST', path: '/v1/companies' });
    request.setHeader('content-type', 'application/json').setHeader('content-length', 1_000);
    request.on('error', reject).on('response', (answer) => {
      resolve(answer.statusCode);
      request.destroy();
    });
    // The body never comes.
    request.flushHeaders();
  });
  t.equal(status, 401);
});

t.test('a key without the scope is refused, whatever a header or the body says', async (t) => {
  const { ask, key } = await testApi(t);
  const reader = await key({ scopes: ['companies:read'] });
  const answer = await ask('POST /v1/companies', {
    key: reader,
    body: { slug: 'acme', name: 'Acme' },
    headers: { 'x-forwarded-user': 'admin', 'x-actor': 'operator:ada' },
  });
  t.match(answer.json(), { status: 403, code: 'scope_missing', detail: /companies:write/ });
  const named = await ask('POST /v1/companies', {
    body: { slug: 'acme', name: 'Acme', actor: 'operator:ada' },
  });
  t.match(named.json(), { status: 400, code: 'request_invalid' });
});

t.test('each key has a rate limit of its own', async (t) => {
  const { ask, key } = await testApi(t, { RATE_LIMIT_PER_KEY: '2' });
  const [one, other] = [await key(), await key()];
  const statuses = [];
  for (let i = 0; i < 3; i += 1) statuses.push((await ask('GET /v1/companies', { key: one })).statusCode);
  t.same(statuses, [200, 200, 429]);
  const limited = await ask('GET /v1/companies', { key: one });
  t.match(limited.json(), { code: 'rate_limited' });
  t.match(limited.headers, { 'retry-after': /^\d+$/ });
  t.equal((await ask('GET /v1/companies', { key: other })).statusCode, 200);
});

t.test('another method of a path is 405', async (t) => {
  const { ask } = await testApi(t);
  const answer = await ask('DELETE /v1/companies');
  t.match(answer, { statusCode: 405, headers: { allow: 'GET, POST' } });
});
