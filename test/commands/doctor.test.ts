import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import t, { type Test } from 'tap';
import { freePort } from '../../dev/free-port.ts';
import { startJumpCloud } from '../../dev/jumpcloud.ts';
import { checkIssuer, checkSite } from '../../src/commands/doctor-checks.ts';
import { createSealer } from '../../src/seal.ts';
import { testDatabase } from '../support/database.ts';
import { operator, SECRET_KEY } from './operator.ts';
import { seed } from './seed.ts';

async function world(t: Test) {
  const [database, jumpcloud] = await Promise.all([testDatabase(t), startJumpCloud()]);
  t.teardown(() => jumpcloud.stop());
  const env = {
    JUMPCLOUD_ISSUERS: `us=${jumpcloud.issuer}`,
    PUBLIC_URL: 'https://account.example.com',
    APP_URL: 'https://app.example.com',
    // Nothing listens there, whatever else runs on this machine.
    PORT: String(await freePort()),
  };
  const doctor = async (more: Record<string, string> = {}) => {
    const answer = await operator(database.url, { ...env, ...more })('doctor --json');
    const found = Object.fromEntries(answer.json.map((line) => [line.check, line]));
    const failed = answer.json.filter((line) => line.status === 'fail').map((line) => line.check);
    return { ...answer, found, failed };
  };
  return { ...database, jumpcloud, env, doctor };
}

t.test('all is well', async (t) => {
  const { url, env, doctor } = await world(t);
  await operator(url)('migrate');
  const { exitCode, found, failed } = await doctor();
  t.same(failed, []);
  t.equal(exitCode, 0);
  t.match(found, {
    database: { status: 'ok', detail: /^PostgreSQL \d+.*, its clock -?\d+\.\d s off ours$/ },
    pooler: { status: 'ok', detail: /^none/ },
    migrations: { status: 'ok' },
    'signing key': { detail: / is current$/ },
    'sealed values': { detail: '1 open' },
    'client secrets': { detail: 'none is refused, none expires within 30 days' },
    'issuer us': { detail: /has \d keys, its clock -?0\.\d s off ours/ },
    domain: { detail: 'all on https://example.com' },
    brokers: { status: 'skipped' },
    server: { status: 'skipped', detail: /^nothing listens at/ },
    worker: { status: 'skipped', detail: /`sso-link worker`/ },
  });
  const { out } = await operator(url, env)('doctor');
  t.match(out, /^ok {4}configuration +all variables are right\nok {4}database +PostgreSQL/);
});

t.test('what is wrong is named, with what to do', async (t) => {
  const { url, sql, env, doctor, jumpcloud } = await world(t);

  t.test('a step of the set-up that was left out', async (t) => {
    const { exitCode, failed, found } = await doctor();
    t.equal(exitCode, 1);
    t.same(failed, ['signing key']);
    t.match(found['signing key'].detail, /run `sso-link migrate`/);
    await sql`DELETE FROM drizzle.__drizzle_migrations
      WHERE id = (SELECT max(id) FROM drizzle.__drizzle_migrations)`;
    t.match((await doctor()).found, {
      migrations: { status: 'fail', detail: /^1 of \d+ are missing: run `sso-link migrate`$/ },
      'signing key': { status: 'skipped' },
    });
    await sql`DROP SCHEMA drizzle CASCADE`;
    t.match((await doctor()).found.migrations, { status: 'fail', detail: /^(\d+) of \1 are missing/ });
    await sql`DROP SCHEMA public CASCADE`;
    await sql`CREATE SCHEMA public`;
    t.match(await operator(url)('migrate'), { exitCode: 0 });
    t.same((await doctor()).failed, []);
  });

  t.test('a key of SECRET_KEYS that was lost', async (t) => {
    const other = createSealer([Buffer.alloc(32)]);
    await seed({ sql }).company('acme', other);
    const { failed, found } = await doctor();
    t.same(failed, ['sealed values', 'SSO clients']);
    t.match(found['sealed values'].detail, /1 of sso_clients\.client_secret/);
    t.match(found['SSO clients'].detail, /acme \(https:\/\/issuer\.example\/\)/);
    const both = await doctor({ SECRET_KEYS: `${SECRET_KEY},${Buffer.alloc(32).toString('base64')}` });
    t.match(both.found['sealed values'], {
      status: 'ok',
      detail: '3 open, 2 by an older key: `keys reseal`',
    });
    await sql`UPDATE sso_client_secrets SET expires_on = now()::date + 20`;
    await sql`UPDATE sso_clients SET status = 'active'`;
    t.match((await doctor()).found['client secrets'], {
      status: 'ok',
      detail: /^1 expire within 30 days: acme/,
    });
    await sql`UPDATE sso_client_secrets SET expires_on = now()::date + 5`;
    t.match((await doctor()).found['client secrets'], {
      status: 'fail',
      detail: /^the client secret of 1 expires soon: acme \(.*`client secret add`$/,
    });
    await sql`UPDATE sso_client_secrets SET last_worked_at = now() - interval '1 h', last_refused_at = now()`;
    t.match((await doctor()).found['client secrets'], {
      detail: /^JumpCloud refuses the client secret of 1: acme;/,
    });
    await sql`UPDATE sso_clients SET status = 'disabled'`;
    t.match((await doctor()).found['SSO clients'], {
      status: 'ok',
      detail: '0 active, all of listed issuers',
    });
    await sql`DELETE FROM sso_clients`;
  });

  t.test('a company without a domain, whose new people are all refused', async (t) => {
    const { id } = await seed({ sql }).company('globex', createSealer([Buffer.from(SECRET_KEY, 'base64')]));
    await sql`UPDATE sso_clients SET issuer = ${jumpcloud.issuer}`;
    t.match((await doctor()).found['SSO clients'], {
      status: 'ok',
      detail: /^1 active.*everybody new is refused at 1 without a proven domain \(`domain add`\): globex$/,
    });
    await sql`INSERT INTO company_domains VALUES ('globex.example', ${id}, 'operator')`;
    t.match((await doctor()).found['SSO clients'].detail, /^1 active, all of listed issuers$/);
    await sql`DELETE FROM sso_clients`;
  });

  t.test('variables, and what cannot be looked at without them', async (t) => {
    const { failed, found } = await doctor({ SECRET_KEYS: 'short', APP_URL: '', PORT: 'x' });
    t.same(failed, ['configuration']);
    t.match(found.configuration.detail, /APP_URL is not set.*SECRET_KEYS is invalid.*PORT is invalid/);
    t.match(found['signing key'], { status: 'skipped', detail: 'needs SECRET_KEYS' });
    t.match(found.domain, { status: 'skipped' });
    t.match(found.relay, { status: 'skipped', detail: 'needs PORT' });
  });

  t.test('hosts that do not answer', async (t) => {
    await jumpcloud.outage('500', ['jwks']);
    const port = await freePort();
    const { failed, found } = await doctor({ KAFKA_BROKERS: `127.0.0.1:${port}` });
    t.same(failed.sort(), ['brokers', 'issuer us']);
    t.match(found.topics, { status: 'skipped' });
    t.match(found['issuer us'].detail, /publishes no keys/);
    await jumpcloud.outage(null);
    const away = await operator(`postgres://x@127.0.0.1:${port}/x`, env)('doctor --json');
    t.match(away, { exitCode: 1 });
    t.match(away.json[1], { check: 'database', status: 'fail', detail: /does not answer/ });
  });

  t.test('sites that do not share a domain', async (t) => {
    const { failed, found } = await doctor({ APP_URL: 'https://app.other.com' });
    t.same(failed, ['domain']);
    t.match(found.domain.detail, /https:\/\/example\.com, https:\/\/other\.com/);
  });
});

t.test('the registrable domain', async (t) => {
  const site =
    (...urls: string[]) =>
    () =>
      checkSite(urls);
  t.doesNotThrow(site('https://account.us.example.co.uk', 'https://example.co.uk/app'));
  t.throws(
    site('https://a.co.uk', 'https://b.co.uk'),
    { code: 'doctor' },
    'a public suffix is shared by strangers',
  );
  t.throws(site('https://a.github.io', 'https://b.github.io'), 'a private one, too');
  t.doesNotThrow(site('http://localhost:3000', 'http://127.0.0.1:4000', 'http://x.localhost'));
  t.throws(site('http://localhost:3000', 'https://app.example.com'), /a loopback host/);
  t.throws(
    site('http://a.internal.example.com', 'https://b.internal.example.com'),
    'same-site means the scheme, too',
  );
  t.throws(site('https://10.0.0.1', 'https://10.0.0.2'));
});

t.test('a clock that is off', async (t) => {
  let skew = 0;
  const server = createServer((request, response) => {
    const issuer = `http://localhost:${(server.address() as AddressInfo).port}/`;
    response.setHeader('date', new Date(Date.now() + skew).toUTCString());
    response.end(
      JSON.stringify(
        request.url === '/jwks'
          ? { keys: [{}] }
          : { issuer, authorization_endpoint: issuer, token_endpoint: issuer, jwks_uri: `${issuer}jwks` },
      ),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  t.teardown(() => new Promise((resolve) => server.close(resolve)));
  const issuer = `http://localhost:${(server.address() as AddressInfo).port}/`;
  const check = () => checkIssuer({ region: 'us', url: issuer });
  await t.resolves(check());
  for (skew of [-120_000, 120_000]) await t.rejects(check(), /our clock is -?1\d\d\.\d s off/);
});
