import t from 'tap';
import { createApiKey, listApiKeys, type NewApiKey, revokeApiKey } from '../../src/api-keys/api-keys.ts';
import { authenticateApiKey } from '../../src/api-keys/authenticate.ts';
import { createBearerKey } from '../../src/bearer-keys.ts';
import { createCompany } from '../../src/companies/companies.ts';
import { testDatabase } from '../support/database.ts';

t.test('a key is recognized until it expires or is revoked', async (t) => {
  const database = await testDatabase(t);
  const { sql } = database;
  const create = (input: NewApiKey) => database.transaction((tx) => createApiKey(tx, 'operator:ada', input));

  t.test('it names the caller, the scopes and the company', async (t) => {
    const company = await database.transaction((tx) =>
      createCompany(tx, 'operator:ada', { slug: 'acme', name: 'Acme', createsUsers: true }),
    );
    const { id, key } = await create({ name: 'acme-only', scopes: ['users:read'], company: 'acme' });
    t.strictSame(await authenticateApiKey(database, key), {
      id,
      actor: 'key:acme-only',
      scopes: new Set(['users:read']),
      companyId: company.id,
    });
  });

  t.test('an unknown key, a wrong secret and a malformed key identify no caller', async (t) => {
    const { id } = await create({ name: 'wrong', scopes: ['users:read'] });
    const other = createBearerKey();
    await sql`UPDATE api_keys SET id = ${other.id} WHERE id = ${id}`;
    t.equal(await authenticateApiKey(database, other.key), null, 'the right id with another secret');
    t.equal(await authenticateApiKey(database, createBearerKey().key), null, 'unknown');
    for (const text of ['', 'ssol', `${other.key}0`]) {
      t.equal(await authenticateApiKey(database, text), null, text);
    }
  });

  t.test('expired and revoked', async (t) => {
    const { id, key } = await create({ name: 'expiring', scopes: ['users:read'], expiresIn: 60_000 });
    t.ok(await authenticateApiKey(database, key));
    await sql`UPDATE api_keys SET expires_at = now() WHERE id = ${id}`;
    t.equal(await authenticateApiKey(database, key), null);

    const revoked = await create({ name: 'revoked', scopes: ['users:read'] });
    t.ok(await authenticateApiKey(database, revoked.key));
    await database.transaction((tx) => revokeApiKey(tx, 'operator:ada', 'revoked'));
    t.equal(await authenticateApiKey(database, revoked.key), null);
  });

  t.test('the last use is written at most every five minutes', async (t) => {
    const { id, key } = await create({ name: 'used', scopes: ['users:read'] });
    const lastUse = async () => {
      const all = await listApiKeys(database, { revoked: false });
      return all.find((row) => row.id === id)?.lastUsedAt?.getTime();
    };
    t.equal(await lastUse(), undefined);
    await authenticateApiKey(database, key);
    const first = await lastUse();
    t.type(first, 'number');
    await authenticateApiKey(database, key);
    t.equal(await lastUse(), first, 'a second use within five minutes');
    await sql`UPDATE api_keys SET last_used_at = now() - interval '5 minutes 1 second' WHERE id = ${id}`;
    await authenticateApiKey(database, key);
    t.ok(Number(await lastUse()) >= Number(first), 'a use after five minutes');
  });
});
