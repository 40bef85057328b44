import t from 'tap';
import { operator } from '../commands/operator.ts';
import { testDatabase } from '../support/database.ts';
import { noteSecret } from '../support/secret-leaks.ts';

t.test('a link is printed once, listed without its token, and revoked', async (t) => {
  const { url, sql } = await testDatabase(t);
  const run = operator(url, { PUBLIC_URL: 'https://account.test' });
  await run('company create acme --name Acme');
  const { out } = await run('setup create acme --for setup');
  const [, token = ''] = /^https:\/\/account\.test\/setup\/([\w-]{43})\n$/.exec(out) ?? [];
  noteSecret(token);
  t.not(token, '');
  const [row] = await sql`SELECT * FROM setup_links`;
  t.match(row, { purpose: 'setup', requires_proof: false, created_by: 'operator:olga' });
  t.equal(row?.token_hash.length, 32);
  t.notMatch(JSON.stringify(row), token);
  const days = (new Date(row?.expires_at).getTime() - Date.now()) / 86_400_000;
  t.ok(days > 6.9 && days <= 7, 'a week');
  const [listed] = (await run('setup list acme --json')).json;
  t.match(listed, { company: 'acme', purpose: 'setup', state: 'open', revoked_at: null });
  t.notMatch(JSON.stringify(listed), /token|hash/);
  t.match(await run(`setup revoke ${listed.id}`), { exitCode: 0, out: /is revoked/ });
  t.match(await run(`setup revoke ${listed.id}`), { exitCode: 0, out: /was already revoked/ });
  t.match((await run('setup list --json')).json, [{ state: 'revoked' }]);
  t.notMatch(JSON.stringify(await sql`SELECT * FROM audit_log`), token);
});

t.test('a purpose is for a company that it fits', async (t) => {
  const { url, sql } = await testDatabase(t);
  const run = operator(url, { PUBLIC_URL: 'https://account.test' });
  await run('company create acme --name Acme');
  for (const [command, code] of [
    ['setup create nobody --for setup', 'company_not_found'],
    ['setup create acme --for secret', 'client_not_active'],
    ['setup create acme --for replace', 'client_not_active'],
    ['setup create acme --for setup --expires 31d', 'expiry_invalid'],
    ['setup revoke 00000000-0000-7000-8000-000000000000', 'setup_link_not_found'],
  ] as const) {
    t.match(await run(`${command} --json`), { exitCode: 1, err: new RegExp(code) }, command);
  }
  t.match(await run('setup create acme --for all'), { exitCode: 1, err: /Allowed choices/ });

  const requiresProof = async () => (await sql`SELECT requires_proof FROM setup_links ORDER BY id`).at(-1);
  await run('setup create acme --for setup');
  t.match(await requiresProof(), { requires_proof: false }, 'nobody of the company ever signed in by SSO');
  await run('client create acme --client-id one --region us --no-check', 'the-secret-of-acme\n');
  await run('client activate acme --allow-no-domain');
  t.match((await run('setup list acme --json')).json, [{ state: 'fulfilled' }], 'activated another way');
  t.match(await run('setup create acme --for setup --json'), { exitCode: 1, err: /client_active/ });
  await run('setup create acme --for secret');
  t.match(await requiresProof(), { requires_proof: false });
  await run('setup create acme --for replace');
  t.match(await requiresProof(), { requires_proof: true });
  await run('client disable acme');
  await run('setup create acme --for setup');
  t.match(await requiresProof(), { requires_proof: true }, 'the company had SSO before');
});
