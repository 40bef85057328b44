import t from 'tap';
import { addClientSecret } from '../../src/companies/client-secrets.ts';
import { createSealer } from '../../src/seal.ts';
import { operator, SECRET_KEY } from '../commands/operator.ts';
import { testDatabase } from '../support/database.ts';
import { eventsOf } from './topic.ts';

t.test('each change of a company’s sign-in is a state, by who made it', async (t) => {
  const database = await testDatabase(t);
  const { sql, url } = database;
  const run = operator(url, {
    JUMPCLOUD_ISSUERS: 'us=http://localhost:1/',
    PUBLIC_URL: 'https://account.test',
  });
  /** What a command published of each company, by its slug. */
  const after = async (command: string, stdin?: string) => {
    const [last] = await sql`SELECT coalesce(max(id), 0) AS id FROM outbox`;
    const { exitCode, err } = await run(command, stdin);
    t.equal(exitCode, 0, `${command} ${err}`);
    await sql`DELETE FROM outbox WHERE id <= ${last?.id}`;
    const events = await eventsOf(sql, 'sso.companies');
    t.same(
      events.map(({ subject }) => subject),
      events.map(({ data }) => Object(data).company_id),
      'the key is the company’s id',
    );
    return events.map(({ data }) => {
      const { company_id: _, at: __, ...rest } = Object(data);
      return rest;
    });
  };
  const base = {
    ...{ company: 'acme', name: 'Acme', status: 'active', domains: [], sso: 'off' },
    unproven_domains: [],
    ...{ secret_expires_on: null, changed_by: 'operator:olga' },
  };
  const domains = ['acme.example', 'acme.test'];
  t.same(await after('company create acme --name Acme'), [base]);
  t.same((await after('company create globex --name Globex')).length, 1);
  t.same(await after('domain add acme acme.test --verified-by operator'), [
    { ...base, domains: ['acme.test'] },
  ]);
  t.same(await after('domain add acme acme.test --verified-by operator'), [], 'nothing changed');
  t.same(await after('domain add acme acme.example --verified-by operator'), [{ ...base, domains }]);
  t.same(await after('company update acme --name New'), [{ ...base, domains, name: 'New' }]);
  const named = { ...base, domains, name: 'New' };
  t.same(await after('company update acme --no-create-users'), [], 'of this it says nothing');
  t.same(await after('client create acme --client-id c --region us --no-check', 'a-secret'), [
    { ...named, sso: 'draft' },
  ]);
  t.same(await after('client activate acme'), [{ ...named, sso: 'active' }]);
  t.same(await after('client secret add acme --no-check --expires 2031-02-03', 'a-secret'), [
    { ...named, sso: 'active', secret_expires_on: '2031-02-03' },
  ]);
  t.same(await after('client secret add acme --no-check', 'another-secret'), [{ ...named, sso: 'active' }]);
  const [secret] = await sql`SELECT id FROM sso_client_secrets WHERE expires_on IS NULL`;
  t.match(await after(`client secret retire acme ${secret?.id}`), [{ secret_expires_on: '2031-02-03' }]);
  t.match(await after('company disable acme'), [{ status: 'disabled', sso: 'active' }]);
  t.match(await after('company enable acme'), [{ status: 'active' }]);
  t.match(await after('domain move globex acme.example --verified-by operator'), [
    { company: 'acme', domains: ['acme.test'] },
    { company: 'globex', domains: ['acme.example'] },
  ]);
  t.match(await after('domain remove acme acme.test'), [{ company: 'acme', domains: [] }]);
  t.match(await after('client disable acme'), [{ sso: 'off', secret_expires_on: null }]);

  const sealer = createSealer([Buffer.from(SECRET_KEY, 'base64')]);
  await addClientSecret({ database, sealer }, 'key:billing', {
    ...{ slug: 'acme', secret: 'yet-another-one', check: false },
  });
  t.match((await eventsOf(sql, 'sso.companies')).at(-1), { data: { changed_by: 'key:billing' } });
});

t.test('of two changes at once the later event has both', async (t) => {
  const database = await testDatabase(t);
  const run = operator(database.url);
  await run('company create acme --name Acme');
  const names = Array.from({ length: 6 }, (_, n) => `acme-${n}.test`);
  const done = await Promise.all(
    names.map((domain) => run(`domain add acme ${domain} --verified-by operator`)),
  );
  t.same(
    done.map(({ exitCode }) => exitCode),
    names.map(() => 0),
  );
  const events = await eventsOf(database.sql, 'sso.companies');
  t.same(
    events.map(({ data }) => Object(data).domains.length),
    [0, 1, 2, 3, 4, 5, 6],
  );
});
