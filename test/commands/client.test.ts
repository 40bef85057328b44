import t, { type Test } from 'tap';
import { type JumpCloud, startJumpCloud } from '../../dev/jumpcloud.ts';
import { createSealer } from '../../src/seal.ts';
import { testDatabase } from '../support/database.ts';
import { operator, SECRET_KEY } from './operator.ts';

const SECRET = 'x+/%:&secret';
const sealer = createSealer([Buffer.from(SECRET_KEY, 'base64')]);

async function world(t: Test) {
  const [us, eu] = await Promise.all([startJumpCloud(), startJumpCloud()]);
  t.teardown(() => Promise.all([us.stop(), eu.stop()]));
  const database = await testDatabase(t);
  const run = operator(database.url, {
    JUMPCLOUD_ISSUERS: `us=${us.issuer},eu=${eu.issuer}`,
    PUBLIC_URL: 'https://account.example.com',
  });
  await run('company create acme --name Acme');
  await run('company create globex --name Globex');
  await run('domain add acme acme.example --verified-by operator');
  return { us, eu, run, ...database };
}

function application(at: JumpCloud, clientId: string, authMethod?: 'client_secret_basic') {
  at.addClient({
    clientId,
    clientSecret: SECRET,
    redirectUris: ['https://account.example.com/login/callback'],
    ...(authMethod && { authMethod }),
  });
}

t.test('the region is found by asking, and never asked of the operator', async (t) => {
  const { us, eu, run, sql } = await world(t);
  application(eu, 'c1');
  const created = await run('client create acme --client-id c1 --json', `${SECRET}\n`);
  t.match(created, { exitCode: 0, err: '' });
  t.match(created.json, [
    { company: 'acme', region: 'eu', issuer: eu.issuer, client_id: 'c1', status: 'draft', version: 1 },
  ]);
  t.notMatch(created.out, SECRET, 'the secret is not shown');
  t.equal(us.requests.count('token'), 1, 'the other region was asked, too');

  const [row] = await sql`SELECT id, client_secret FROM sso_clients`;
  t.notMatch(row?.client_secret, SECRET);
  t.equal(sealer.open(row?.client_secret, `sso_clients:${row?.id}`), SECRET, 'sealed, without the newline');
  const [logged] = await sql`SELECT * FROM audit_log WHERE action = 'client.create'`;
  t.match(logged, { actor: 'operator:olga', details: { client_id: 'c1' } });
  t.notMatch(JSON.stringify(logged), /secret&/);
});

t.test('a wrong secret or method is refused, and nothing is saved', async (t) => {
  const { us, run, sql } = await world(t);
  application(us, 'post');
  application(us, 'basic', 'client_secret_basic');
  for (const [command, secret] of [
    ['client create acme --client-id post', 'wrong'],
    ['client create acme --client-id nobody', SECRET],
    ['client create acme --client-id basic', SECRET],
    ['client create acme --client-id post --auth-method client_secret_basic', SECRET],
  ] as const) {
    const refused = await run(command, secret);
    t.match(refused, { exitCode: 1, err: /client secret.*Client Authentication Type/ }, command);
    t.match(await run(`${command} --json`, secret), { err: /^{"error":"client_credential_wrong"/ });
  }
  us.requests.clear();
  t.match(await run('client create nobody --client-id post', SECRET), {
    exitCode: 1,
    err: /no company 'nobody'/,
  });
  t.equal(us.requests.count(), 0, 'for a company that is not there nobody is asked');
  t.equal((await sql`SELECT 1 FROM sso_clients`).length, 0);
  const basic = 'client create acme --client-id basic --auth-method client_secret_basic';
  t.match(await run(basic, SECRET), { exitCode: 0 });
});

t.test('a provider that gives no clear answer is named', async (t) => {
  const { us, eu, run } = await world(t);
  application(us, 'c1');
  await eu.outage('500');
  t.match(await run('client create acme --client-id c2', SECRET), {
    exitCode: 1,
    err: /could not be checked \(eu: .*answered 500/,
  });
  await eu.outage('refuse');
  t.match(await run('client create acme --client-id c2', SECRET), { err: /eu: .*could not be reached/ });
  t.match(await run('client create acme --client-id c2 --region us', SECRET), { err: /asked: us/ });
  t.match(await run('client create acme --client-id c1', SECRET), { exitCode: 0 }, 'the right one answered');
  t.match(await run('client create globex --client-id c3 --region mars', SECRET), {
    err: /names no region 'mars'/,
  });
  t.match(await run('client create globex --client-id c3 --no-check', SECRET), { err: /give --region/ });
  t.match(await run('client create globex --client-id c3 --no-check --region eu', SECRET), { exitCode: 0 });
  t.match(await run('client create globex --client-id c4 --region us', ''), {
    err: /has no client secret/,
  });
});

t.test('a draft becomes active, and takes the place of the one before', async (t) => {
  const { us, run, sql } = await world(t);
  for (const id of ['c1', 'c2', 'c3']) application(us, id);
  const create = (slug: string, id: string) => run(`client create ${slug} --client-id ${id} --json`, SECRET);
  const states = async () =>
    Object.fromEntries(
      (await sql`SELECT client_id, status, version FROM sso_clients`).map((c) => [
        c.client_id,
        `${c.status} ${c.version}`,
      ]),
    );

  t.match(await run('client activate acme'), { exitCode: 1, err: /has no SSO client/ });
  await create('acme', 'c1');
  t.match(await create('acme', 'c2'), { exitCode: 1, err: /client_draft_exists/ });
  t.match(await create('globex', 'c1'), { exitCode: 1, err: /client_taken.*company 'acme'/ });
  us.requests.clear();
  t.match((await run('client activate acme --json')).json, [
    { status: 'active', changed: true, replaced: null },
  ]);
  t.equal(us.requests.count(), 0, 'activation asks nobody');

  const [second] = (await create('acme', 'c2')).json;
  const activated = await run('client activate acme --json');
  t.match(activated.json, [{ id: second.id, status: 'active', changed: true }]);
  t.same(await states(), { c1: 'disabled 2', c2: 'active 1' });
  t.match(
    (await run('client activate acme --json')).json,
    [{ changed: false }],
    'once more brings nobody back',
  );
  t.same(await states(), { c1: 'disabled 2', c2: 'active 1' });

  t.match((await run('client disable acme --json')).json, [
    { client_id: 'c2', status: 'disabled', version: 2 },
  ]);
  t.match((await run('client disable acme --json')).json, [{ changed: false }]);
  t.match((await run('client activate acme --json')).json, [{ client_id: 'c2' }], 'the one disabled last');
  const first = activated.json[0].replaced;
  t.match((await run(`client activate acme --sso-client ${first} --json`)).json, [{ client_id: 'c1' }]);
  t.same(await states(), { c1: 'active 2', c2: 'disabled 3' });
  t.match(await run(`client activate globex --sso-client ${first}`), {
    exitCode: 1,
    err: /has no SSO client/,
  });

  t.match(
    (await run('client list acme')).out,
    /^COMPANY +ID +REGION .*\nacme +\S+ +us +c1 +client_secret_post +active/,
  );
  t.notMatch((await run('client list --json')).out, /secret"|company_id/);
});

t.test('a company without a domain is not turned on, unless told so', async (t) => {
  const { us, run, sql } = await world(t);
  application(us, 'c1');
  await run('client create globex --client-id c1', SECRET);
  t.match(await run('client activate globex'), {
    exitCode: 1,
    err: /no proven domain, so every new person would be refused: run `domain add` first/,
  });
  t.match([...(await sql`SELECT status FROM sso_clients`)], [{ status: 'draft' }]);
  t.match(await run('client activate globex --allow-no-domain'), { exitCode: 0, out: /is active/ });
  t.match(await run('client activate globex'), { exitCode: 0, out: /was already active/ });
});

t.test('an update is checked, and raises the version', async (t) => {
  const { us, eu, run, sql } = await world(t);
  application(us, 'c1');
  application(eu, 'c2');
  await run('client create acme --client-id c1', SECRET);
  await run('client activate acme');

  t.match(await run('client update acme'), { exitCode: 1, err: /at least one option/ });
  t.match(await run('client update globex --client-id c2'), { exitCode: 1, err: /has no SSO client/ });
  us.rotateSecret('c1', 'rotated');
  t.match(await run('client update acme --client-secret-stdin', 'wrong'), { exitCode: 1 });
  const rotated = await run('client update acme --client-secret-stdin --json', 'rotated\r\n');
  t.match(rotated.json, [{ status: 'active', version: 2, client_id: 'c1' }]);
  const [row] = await sql`SELECT id, client_secret FROM sso_clients`;
  t.equal(sealer.open(row?.client_secret, `sso_clients:${row?.id}`), 'rotated');

  us.requests.clear();
  const logout = await run('client update acme --logout-at-provider --json');
  t.match(logout.json, [{ logout_at_provider: true, version: 3 }]);
  t.equal(us.requests.count('token'), 0, 'a switch of ours is nothing to ask JumpCloud about');

  const moved = await run('client update acme --client-id c2 --client-secret-stdin --json', SECRET);
  t.match(moved.json, [{ client_id: 'c2', region: 'eu', issuer: eu.issuer, logout_at_provider: true }]);
  const blind = await run('client update acme --client-id c9 --no-check --json');
  t.match(blind.json, [{ client_id: 'c9', region: 'eu', version: 5 }], 'unasked, the region stays');
  await run('client update acme --auth-method client_secret_basic --no-check');
  const audited = await sql`SELECT details FROM audit_log WHERE action = 'client.update' ORDER BY id`;
  t.match(
    audited.map(({ details }) => (typeof details === 'string' ? JSON.parse(details) : details)),
    [
      { secret_changed: true, auth_method: 'client_secret_post', logout_at_provider: false },
      { secret_changed: false, logout_at_provider: true },
      { client_id: 'c2', logout_at_provider: true },
      { client_id: 'c9' },
      { auth_method: 'client_secret_basic' },
    ],
  );
});
