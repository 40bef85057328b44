import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { testDatabase } from '../support/database.ts';
import { operator } from './operator.ts';

const line = (id: string, more: object = {}) =>
  `${JSON.stringify({
    user_id: id,
    provider: 'google',
    provider_user_id: id,
    email: `${id}@acme.example`,
    email_verified: true,
    ...more,
  })}\n`;

t.test('accounts import, from a file and from standard input', async (t) => {
  const { url, sql } = await testDatabase(t);
  const run = operator(url);
  await run('company create acme --name Acme');
  const file = join(t.testdir(), 'accounts.ndjson');
  await writeFile(file, line('u1', { company: 'acme' }) + line('u2'));

  t.match(await run(`accounts import ${file}`), {
    exitCode: 0,
    err: '',
    out: '2 lines: 2 users and 2 accounts written, 0 accounts removed, 0 users erased, 0 lines unchanged, 0 bad, 0 conflicts\n',
  });
  const mixed = await run('accounts import - --json', `nonsense\n${line('u3')}`);
  t.match(mixed, { exitCode: 2, err: '' });
  t.same(mixed.json, [
    { type: 'bad_line', line: 1, reason: 'not JSON' },
    {
      type: 'summary',
      lines: 2,
      users: 1,
      accounts: 1,
      removed: 0,
      erased: 0,
      unchanged: 0,
      bad: 1,
      conflicts: 0,
      late_matches: 0,
    },
  ]);
  await sql`UPDATE users SET company_set_by = 'link' WHERE id = 'u1'`;
  await run('company create globex --name Globex');
  const conflict = await run('accounts import -', line('u1', { company: 'globex' }));
  t.match(conflict, {
    exitCode: 2,
    err: "line 1: conflict, user 'u1' belongs to company 'acme' by a link, and the line says 'globex'\n",
  });
  t.match(await run(`accounts import ${file}.none`), { exitCode: 1, err: /cannot be read \(ENOENT\)/ });
  t.match(await run(`accounts import ${t.testdirName}`), { exitCode: 1, err: /cannot be read/ });
});

t.test('users are suspended, resumed and deleted', async (t) => {
  const { url, sql } = await testDatabase(t);
  const run = operator(url);
  await run('accounts import -', line('u1'));
  t.match((await run('users suspend u1 --json')).json, [
    { user_id: 'u1', status: 'suspended', changed: true },
  ]);
  t.match(await run('users suspend u1'), { exitCode: 0, out: "user 'u1' was already suspended\n" });
  t.match((await run('users resume u1 --json')).json, [{ status: 'active', changed: true }]);
  t.match(await run('users resume nobody'), { exitCode: 1, err: /no user 'nobody'/ });
  t.match((await run('users delete u1 --json')).json, [{ status: 'deleted', changed: true }]);
  t.match(await run('users resume u1'), { exitCode: 1, err: /deleted: that is final/ });
  t.same(
    (await sql`SELECT actor, action FROM audit_log WHERE target = 'u1' ORDER BY id`).map((row) => ({
      ...row,
    })),
    ['suspend', 'resume', 'delete'].map((verb) => ({ actor: 'operator:olga', action: `users.${verb}` })),
  );
});
