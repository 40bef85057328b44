import t from 'tap';
import { testDatabase } from '../support/database.ts';
import { operator } from './operator.ts';

t.test('companies', async (t) => {
  const { url, sql } = await testDatabase(t);
  const run = operator(url);

  const created = await run(['company', 'create', 'acme', '--name', 'Acme Ltd', '--json']);
  t.match(created, { exitCode: 0, err: '' });
  t.match(created.json, [{ slug: 'acme', name: 'Acme Ltd', creates_users: true, status: 'active' }]);
  await run(['company', 'create', 'globex', '--name', 'Globex\u001b[31m', '--no-create-users']);

  t.test('a second of the same slug is refused', async (t) => {
    const again = await run(['company', 'create', 'acme', '--name', 'Other', '--json']);
    t.match(again, { exitCode: 1, out: '' });
    t.match(JSON.parse(again.err), { error: 'company_exists' });
  });

  t.test('what is no slug is refused in words', async (t) => {
    for (const slug of ['Acme', 'a_b', '-a', 'a--b', 'a'.repeat(64)]) {
      const refused = await run(['company', 'create', '--name', 'x', '--', slug]);
      t.match(refused, { exitCode: 1, out: '', err: /^sso-link: '.*' is no slug: .*\n$/ }, slug);
    }
  });

  t.test('the list is a table for people and JSON lines for programs', async (t) => {
    const { out } = await run('company list');
    const [head, acme, globex] = out.split('\n');
    t.match(head, /^SLUG +NAME +STATUS +CREATES USERS +CREATED$/);
    t.match(acme, /^acme +Acme Ltd +active +yes +\d{4}-/);
    t.match(globex, /^globex +Globex\uFFFD\[31m +active +no /, 'a name cannot steer the terminal');
    t.match((await run('company list --json')).json, [
      { slug: 'acme' },
      { slug: 'globex', creates_users: false },
    ]);
  });

  t.test('disabled and enabled, once', async (t) => {
    t.match((await run('company disable acme --json')).json, [{ status: 'disabled', changed: true }]);
    t.match((await run('company disable acme --json')).json, [{ status: 'disabled', changed: false }]);
    t.match(await run('company enable acme'), { exitCode: 0, out: "company 'acme' is active\n" });
    t.match(await run('company enable nobody'), { exitCode: 1, err: /no company 'nobody'/ });
  });

  t.test('name and the making of users change, the slug never', async (t) => {
    const renamed = await run(['company', 'update', 'acme', '--name', ' Acme Inc. ', '--json']);
    t.match(renamed.json, [{ slug: 'acme', name: 'Acme Inc.', creates_users: true, changed: true }]);
    t.match((await run('company update acme --no-create-users --json')).json, [
      { name: 'Acme Inc.', creates_users: false, changed: true },
    ]);
    t.match(await run('company update acme --no-create-users'), { out: "company 'acme' was so already\n" });
    t.match((await run('company update acme --create-users --json')).json, [{ creates_users: true }]);
    t.match(await run('company update acme'), { exitCode: 1, err: /at least one option/ });
    t.match(await run(['company', 'update', 'acme', '--name', ' ']), { exitCode: 1, err: /1 to 200/ });
    t.match(await run('company update nobody --create-users'), { exitCode: 1, err: /no company 'nobody'/ });
    const [first] = await sql`SELECT details FROM audit_log WHERE action = 'company.update' ORDER BY id`;
    t.match(first?.details, { from: { name: 'Acme Ltd' }, to: { name: 'Acme Inc.' } });
  });

  t.test('each change is in the audit log under its operator', async (t) => {
    const log = await sql`SELECT actor, action, target, details FROM audit_log ORDER BY id`;
    t.same(
      log.map((row) => `${row.actor} ${row.action} ${row.target}`),
      [
        'operator:olga company.create acme',
        'operator:olga company.create globex',
        'operator:olga company.disable acme',
        'operator:olga company.enable acme',
        ...Array(3).fill('operator:olga company.update acme'),
      ],
    );
  });
});

t.test('domains', async (t) => {
  const { url, sql } = await testDatabase(t);
  const run = operator(url);
  await run('company create acme --name Acme');
  await run('company create globex --name Globex');

  t.test('a domain is written in the form that is compared', async (t) => {
    const added = await run('domain add acme BÜCHER.example. --verified-by operator --json');
    t.match(added.json, [
      { domain: 'xn--bcher-kva.example', company: 'acme', verified_by: 'operator', changed: true },
    ]);
    const again = await run('domain add acme bücher.example --verified-by operator --json');
    t.match(again.json, [{ changed: false }]);
  });

  t.test('only a company’s own domain will do', async (t) => {
    for (const [domain, code] of [
      ['gmail.com', 'domain_freemail'],
      ['GoogleMail.com', 'domain_freemail'],
      ['tutanota.com', 'domain_freemail'],
      ['posteo.de', 'domain_freemail'],
      ['mozmail.com', 'domain_freemail'],
      ['co.uk', 'domain_public_suffix'],
      ['com', 'domain_invalid'],
      ['github.io', 'domain_public_suffix'],
      ['127.0.0.1', 'domain_invalid'],
      ['@acme.com', 'domain_invalid'],
      ['acme.com/x', 'domain_invalid'],
    ] as const) {
      const refused = await run(`domain add acme ${domain} --verified-by operator --json`);
      t.match(refused, { exitCode: 1, out: '' }, domain);
      t.match(JSON.parse(refused.err), { error: code }, domain);
    }
    t.match(await run('domain add acme acme.com'), { exitCode: 1, err: /--verified-by/ });
  });

  t.test('it has one owner, and moves only when told so', async (t) => {
    await run('domain add acme acme.com --verified-by operator');
    const taken = await run('domain add globex acme.com --verified-by operator');
    t.match(taken, { exitCode: 1, err: /acme\.com belongs to company 'acme'/ });
    const moved = await run('domain move globex acme.com --json');
    t.match(moved.json, [{ company: 'globex', from: 'acme', changed: true }]);
    t.match(await run('domain move globex other.com'), { exitCode: 1, err: /belongs to no company/ });
    t.match(await run('domain remove acme acme.com'), {
      exitCode: 1,
      err: /company 'globex', not to 'acme'/,
    });
    t.match((await run('domain list globex --json')).json, [{ domain: 'acme.com' }]);
    t.match(await run('domain remove globex ACME.com'), { exitCode: 0 });
    t.match(
      (await run('domain list')).out,
      /^DOMAIN +COMPANY +VERIFIED BY +VERIFIED AT\nxn--bcher-kva.example +acme /,
    );
  });

  t.test('two companies add the same domain at once: one gets it', async (t) => {
    const both = await Promise.all(
      ['acme', 'globex'].map((slug) => run(`domain add ${slug} race.example --verified-by operator`)),
    );
    t.same(both.map((answer) => answer.exitCode).sort(), [0, 1]);
  });

  t.test('a domain’s way is in the audit log', async (t) => {
    const log = await sql`SELECT action, details FROM audit_log WHERE target = 'acme.com' ORDER BY id`;
    t.match(
      [...log],
      [
        { action: 'domain.add' },
        { action: 'domain.move', details: { from: 'acme' } },
        { action: 'domain.remove' },
      ],
    );
  });
});
