import { chown, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { runner } from '../../dev/postgres/binaries.ts';
import { startPostgres } from '../../dev/postgres.ts';
import { openDatabase } from '../../src/db/client.ts';
import { createAuthority } from '../support/parts/certificates.ts';

const authority = await createAuthority();
t.teardown(authority.remove);
const who = await runner();
const byName = await authority.issue('localhost', ['DNS:localhost']);
const byAddress = await authority.issue('127.0.0.1', ['IP:127.0.0.1']);

/** A PostgreSQL with this certificate that takes TLS connections only. */
async function secured(t: Test, { cert, key }: { cert: string; key: string }): Promise<URL> {
  const hba = join(authority.folder, `hba-${cert.length}`);
  await writeFile(hba, 'hostssl all all 127.0.0.1/32 scram-sha-256\n');
  if (who) await chown(hba, who.uid, who.gid);
  const settings = { ssl: 'on', ssl_cert_file: cert, ssl_key_file: key, hba_file: hba };
  const postgres = await startPostgres({ own: true, durable: false, settings });
  t.teardown(postgres.stop);
  return new URL(postgres.url);
}

/** Connects and says whether TLS is in use. */
async function connect(url: URL, host: string, query: Record<string, string>): Promise<boolean> {
  const target = new URL(url);
  target.hostname = host;
  for (const [name, value] of Object.entries(query)) target.searchParams.set(name, value);
  const database = openDatabase(target.href, { name: 'tls test', max: 1 });
  try {
    const [row] = await database.sql`SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()`;
    return row?.ssl as boolean;
  } finally {
    await database.close();
  }
}

t.test('a certificate for a name', async (t) => {
  const url = await secured(t, byName);
  const full = { sslmode: 'verify-full', sslrootcert: authority.ca };
  t.ok(await connect(url, 'localhost', full), 'verify-full by the name');
  await t.rejects(connect(url, '127.0.0.1', full), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
  t.ok(
    await connect(url, '127.0.0.1', { ...full, sslmode: 'verify-ca' }),
    'verify-ca checks the chain alone',
  );
  t.ok(await connect(url, '127.0.0.1', { sslmode: 'require' }), 'require checks nothing');
  t.ok(await connect(url, '127.0.0.1', {}), 'TLS is preferred');
  t.ok(await connect(url, 'localhost', { ...full, sslnegotiation: 'direct' }), 'without asking first');
  await t.rejects(connect(url, 'localhost', { sslmode: 'verify-full' }), {
    code: /UNABLE_TO_VERIFY_LEAF_SIGNATURE|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_GET_ISSUER_CERT_LOCALLY/,
  });
  await t.rejects(connect(url, 'localhost', { sslmode: 'disable' }), {
    code: '28000',
    message: /no encryption/,
  });
  await t.rejects(connect(url, 'localhost', { ...full, sslrootcert: '/no/such.pem' }), {
    code: 'config_invalid',
  });
});

t.test('a certificate for an IP address', async (t) => {
  const url = await secured(t, byAddress);
  const full = { sslmode: 'verify-full', sslrootcert: authority.ca };
  t.ok(await connect(url, '127.0.0.1', full), 'verify-full by the address');
  await t.rejects(connect(url, 'localhost', full), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
});

t.test('a server without TLS', async (t) => {
  const postgres = await startPostgres({ own: true, durable: false });
  t.teardown(postgres.stop);
  const url = new URL(postgres.url);
  t.notOk(await connect(url, '127.0.0.1', {}), 'prefer goes on without');
  await t.rejects(connect(url, '127.0.0.1', { sslmode: 'require' }), { code: 'database_tls_unsupported' });
});

t.test('several hosts: the first that fits, whatever stands before it', async (t) => {
  const postgres = await startPostgres({ own: true, durable: false });
  t.teardown(postgres.stop);
  const { username, password, port } = new URL(postgres.url);
  const open = (query: string) =>
    openDatabase(`postgres://${username}:${password}@127.0.0.1:9,127.0.0.1:${port}/postgres${query}`, {
      name: 'hosts test',
      max: 1,
    });
  const primary = open('?target_session_attrs=read-write');
  t.same([...(await primary.sql`SELECT 1 AS one`)], [{ one: 1 }]);
  await primary.close();
  const standby = open('?target_session_attrs=standby');
  await t.rejects(standby.sql`SELECT 1`, { code: 'CONNECT_TARGET' });
  await standby.close();
});
