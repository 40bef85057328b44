import t from 'tap';
import { bearerKeyId } from '../../src/bearer-keys.ts';
import { hashToken } from '../../src/tokens.ts';
import { testDatabase } from '../support/database.ts';
import { operator } from './operator.ts';

t.test('API keys', async (t) => {
  const { url, sql } = await testDatabase(t);
  const run = operator(url);
  await run('company create acme --name Acme');
  const shown: string[] = [];

  t.test('a key is printed once; the database stores its hash', async (t) => {
    const printed = await run('api-keys create billing --scope users:read users:read companies:read');
    const key = printed.out.trim();
    t.match(printed, { exitCode: 0, err: '' });
    t.match(key, /^ssol_[0-9a-z]{12}_[\w-]{43}_[0-9a-f]{8}$/);
    const [row] = await sql`SELECT id, hash FROM api_keys`;
    t.equal(row?.id, bearerKeyId(key));
    t.same(row?.hash, hashToken(key));
    const limited = await run('api-keys create acme --scope users:write --company acme --expires 30d --json');
    const [json] = limited.json;
    t.match(json, { name: 'acme', scopes: ['users:write'], company: 'acme', created_by: 'operator:olga' });
    t.equal(Math.round((Date.parse(json.expires_at) - Date.now()) / 86_400_000), 30);
    shown.push(key, json.key);
  });

  t.test('the list has no secret', async (t) => {
    const { json } = await run('api-keys list --json');
    t.match(json, [
      { name: 'billing', scopes: ['companies:read', 'users:read'], company: null, expires_at: null },
      { name: 'acme', scopes: ['users:write'], company: 'acme', last_used_at: null },
    ]);
    t.notOk(Object.keys(json[0]).some((name) => ['key', 'hash'].includes(name)));
  });

  t.test('mistakes are refused, each with its code', async (t) => {
    for (const [command, code] of [
      ['api-keys create Bad_Name --scope users:read', 'name_invalid'],
      ['api-keys create x --scope users:delete', 'scope_unknown'],
      ['api-keys create x --scope users:read --company nobody', 'company_not_found'],
      ['api-keys create x --scope users:read --expires 999999d', 'expiry_invalid'],
      ['api-keys create billing --scope users:read', 'api_key_exists'],
      ['api-keys revoke nobody', 'api_key_not_found'],
    ] as const) {
      const refused = await run(`${command} --json`);
      t.match(refused, { exitCode: 1, out: '' }, command);
      t.match(JSON.parse(refused.err), { error: code }, command);
    }
    t.match(await run('api-keys create x'), { exitCode: 1, err: /--scope/ });
  });

  t.test('a revoked key leaves the list, its name is free, and its id stays', async (t) => {
    const [revoked] = (await run('api-keys revoke billing --json')).json;
    t.match(revoked, { name: 'billing', changed: true });
    t.match((await run('api-keys list --json')).json, [{ name: 'acme' }]);
    t.match(await run(`api-keys revoke ${revoked.id}`), { exitCode: 0, out: /was already revoked/ });
    t.match(await run('api-keys create billing --scope audit:read'), { exitCode: 0 });
    const all = (await run('api-keys list --revoked --json')).json;
    t.same(
      all.map((row) => [row.name, row.revoked_at !== null]),
      [
        ['billing', true],
        ['acme', false],
        ['billing', false],
      ],
    );
  });

  t.test('creation and revocation are in the audit log, without the key', async (t) => {
    const log =
      await sql`SELECT actor, action, details FROM audit_log WHERE action LIKE 'api_key.%' ORDER BY id`;
    t.same(
      log.map((row) => `${row.actor} ${row.action} ${row.details.name}`),
      [
        'operator:olga api_key.create billing',
        'operator:olga api_key.create acme',
        'operator:olga api_key.revoke billing',
        'operator:olga api_key.create billing',
      ],
    );
    const text = JSON.stringify([log, await sql`SELECT * FROM api_keys`]);
    for (const key of shown) t.notOk(text.includes(key.split('_').slice(2).join('_')));
  });
});
