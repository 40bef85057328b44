import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { runner } from '../../dev/postgres/binaries.ts';
import { startPostgres } from '../../dev/postgres.ts';
import { openDatabase } from '../../src/db/client.ts';
import type { DatabaseSource } from '../../src/db/source.ts';

const folder = await mkdtemp(join(tmpdir(), 'sso-link-sockets-'));
t.teardown(() => rm(folder, { recursive: true, force: true }));
const who = await runner();
await chmod(folder, 0o755);
if (who) await chown(folder, who.uid, who.gid);
const hasIpv6 = Object.values(networkInterfaces())
  .flat()
  .some((address) => address?.address === '::1');
const postgres = await startPostgres({
  own: true,
  durable: false,
  settings: {
    unix_socket_directories: folder,
    listen_addresses: hasIpv6 ? '127.0.0.1,::1' : '127.0.0.1',
  },
});
t.teardown(postgres.stop);
const { username, password, port } = new URL(postgres.url);

/** The address of the client as PostgreSQL sees it; null on a UNIX socket. */
async function clientAddress(source: DatabaseSource): Promise<string | null> {
  const database = openDatabase(source, { name: 'addresses', max: 1 });
  try {
    const [row] = await database.sql`SELECT host(inet_client_addr()) AS address`;
    return row?.address as string | null;
  } finally {
    await database.close();
  }
}

const noIpv6 = hasIpv6 ? false : 'this machine has no IPv6 loopback address';
t.test('an IPv6 address', { skip: noIpv6 }, async (t) => {
  t.equal(await clientAddress(`postgres://${username}:${password}@[::1]:${port}/postgres`), '::1');
});

t.test('a UNIX socket, by both forms', async (t) => {
  const host = encodeURIComponent(folder);
  t.equal(await clientAddress(`postgres://${username}:${password}@${host}:${port}/postgres`), null);
  const query = `host=${folder}&port=${port}&user=${username}&password=${password}`;
  t.equal(await clientAddress(`postgres:///postgres?${query}`), null);
});

t.test('a password file is read for each connection', async (t) => {
  const file = join(folder, 'password');
  const source = {
    DATABASE_URL: `postgres://${username}@127.0.0.1:${port}/postgres`,
    DATABASE_PASSWORD_FILE: file,
  };
  await t.rejects(clientAddress(source), {
    code: 'config_invalid',
    message: /DATABASE_PASSWORD_FILE cannot be read/,
  });
  await writeFile(file, `${password}\n`);
  t.equal(await clientAddress(source), '127.0.0.1');

  const database = openDatabase(source, { name: 'rotation', max: 2 });
  t.teardown(database.close);
  await database.sql`SELECT 1`;
  await database.sql.unsafe(`ALTER USER ${username} PASSWORD 'rotated'`);
  await writeFile(file, 'rotated');
  // Two at once: one of them is a new connection.
  await Promise.all([database.sql`SELECT pg_sleep(0.1)`, database.sql`SELECT pg_sleep(0.1)`]);
  await writeFile(file, password);
  await t.rejects(clientAddress(source), { code: '28P01' }, 'the old one is refused');
});
