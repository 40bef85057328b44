import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import postgres from 'postgres';
import t, { type Test } from 'tap';
import { reachable } from '../../dev/postgres/binaries.ts';
import { createDatabase, startPostgres } from '../../dev/postgres.ts';
import { until } from '../support/until.ts';
import { alive } from './alive.ts';

function connect(t: Test, url: string) {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  t.teardown(() => sql.end({ timeout: 1 }));
  return sql;
}

t.test('a PostgreSQL that commits to disk, dies with its data, and goes without a trace', async (t) => {
  const pg = await startPostgres({ own: true });
  t.teardown(() => pg.stop());
  t.notOk(pg.external);
  const sql = connect(t, pg.url);
  t.match(await sql`SELECT current_setting('server_version') AS version, current_setting('fsync') AS fsync`, [
    { version: /^18\./, fsync: 'on' },
  ]);

  await sql`CREATE TABLE things AS SELECT generate_series(1, 1000) AS n`;
  const busy = sql`SELECT pg_sleep(60)`.catch((error: Error) => error);
  await pg.kill();
  t.equal(pg.pid, undefined);
  t.match(await busy, { code: /^(CONNECTION_CLOSED|57P0\d|ECONNRESET)$/ });
  await pg.restart();
  const again = connect(t, pg.url);
  t.match(await again`SELECT count(*)::int FROM things`, [{ count: 1000 }]);

  await again.end();
  const { pid } = pg;
  t.ok(alive(pid));
  await pg.stop();
  t.notOk(alive(pid));
  t.notOk(existsSync(dirname(pg.dataDir ?? '')));
});

t.test('databases of their own, and copies of one already made', async (t) => {
  const pg = await startPostgres({ durable: false });
  t.teardown(() => pg.stop());
  const original = await createDatabase(pg.url);
  const sql = connect(t, original.url);
  await sql`CREATE TABLE things (name text)`;
  await sql`INSERT INTO things VALUES ('kept')`;
  await sql.end();
  const copy = await createDatabase(pg.url, undefined, original.name);
  const inCopy = connect(t, copy.url);
  t.same(await inCopy`SELECT name FROM things`, [{ name: 'kept' }]);
  await Promise.all([copy.drop(), original.drop()]);
  await t.rejects(connect(t, copy.url)`SELECT 1`, { code: '3D000' }, 'dropped, although somebody was in it');
});

t.test('it does not outlive its parent', async (t) => {
  const file = fileURLToPath(new URL('parent.ts', import.meta.url));
  const parent = spawn(process.execPath, ['--import=tsx', file], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(createInterface(parent.stdout), 'line');
  const { pid, dataDir } = JSON.parse(line) as { pid: number; dataDir: string };
  t.ok(alive(pid));
  parent.kill('SIGKILL');
  await until(() => !alive(pid) && !existsSync(dirname(dataDir)));
  t.pass('neither process nor folder is left');
});

t.test('a folder in a closed home is not reachable for the user that PostgreSQL runs as', async (t) => {
  const home = await mkdtemp(join(tmpdir(), 'closed-'));
  t.teardown(() => rm(home, { recursive: true }));
  const nobody = { uid: 65534, gid: 65534 };
  t.notOk(await reachable(home, nobody));
  await chmod(home, 0o711);
  t.ok(await reachable(home, nobody));
  t.ok(await reachable('/root', undefined), 'nobody is asked where it runs as oneself');
});

t.test('TEST_DATABASE_URL is used as it is', async (t) => {
  const before = process.env.TEST_DATABASE_URL;
  t.teardown(() => {
    if (before === undefined) delete process.env.TEST_DATABASE_URL;
    else process.env.TEST_DATABASE_URL = before;
  });
  process.env.TEST_DATABASE_URL = 'postgres://somebody@elsewhere/else';
  const pg = await startPostgres();
  t.match(pg, { url: 'postgres://somebody@elsewhere/else', external: true });
  await t.rejects(pg.kill(), /not ours/);
  await pg.stop();
});
