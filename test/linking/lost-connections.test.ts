/** A database that does not answer, or cannot be reached, is no record's fault: nothing becomes a dead letter. */
import t from 'tap';
import { DATABASE_ADVICE } from '../../src/db/advice.ts';
import { type Database, openDatabase } from '../../src/db/client.ts';
import { SsoLinkError } from '../../src/errors.ts';
import { linkChunk } from '../../src/linking/retry.ts';
import { testDatabase } from '../support/database.ts';
import { startFaultProxy } from '../support/parts/fault-proxy.ts';
import { until } from '../support/until.ts';
import { worldOf } from './world.ts';

const direct = await testDatabase(t);
const { sql } = direct;
const world = worldOf(direct);
const url = new URL(direct.url);
const proxy = await startFaultProxy({ host: url.hostname, port: Number(url.port) });
t.teardown(proxy.stop);
url.port = String(proxy.port);
const database = openDatabase(url.href, { name: 'lost', max: 2, statementTimeout: 200 });
t.teardown(database.close);

const deadLetters = async () => (await sql`SELECT FROM dead_letters`).length;

t.test('no byte passes for longer than a statement may take: the chunk is decided later', async (t) => {
  const acme = await world.company('acme');
  for (const count of [1, 4]) {
    const logins = [];
    for (let n = 0; n < count; n += 1) logins.push(await world.login(acme, { subject: `s${count}-${n}` }));
    await database.sql`SELECT 1`;
    const before = proxy.accepted();
    proxy.lose();
    let settled = false;
    const linking = linkChunk(database, logins).finally(() => {
      settled = true;
    });
    linking.catch(() => {});
    // The idle connection is lost, and so is the new one in its place. With a third one it works again: in the middle of
    // whatever follows the failure.
    await until(() => settled || proxy.accepted() > before + 1, 30_000);
    await proxy.pass();
    await t.rejects(linking, { code: 'linking_unavailable', cause: { code: 'DATABASE_TIMEOUT' } });
    t.equal(await deadLetters(), 0);
    t.equal((await linkChunk(database, logins)).results.length, count);
  }
  t.equal((await world.results()).length, 5, 'each login has its result');
});

t.test('whatever keeps a transaction from running is no record’s fault', async (t) => {
  const acme = await world.company('globex');
  const login = await world.login(acme, { subject: 'ada' });
  const systemCodes = [
    'ECONNREFUSED',
    'EHOSTUNREACH',
    'ENETUNREACH',
    'ECONNRESET',
    'EPIPE',
    'EMFILE',
    'ENOENT',
  ];
  const tlsCodes = ['DEPTH_ZERO_SELF_SIGNED_CERT', 'CERT_NOT_YET_VALID', 'ERR_SSL_WRONG_VERSION_NUMBER'];
  const own = ['DATABASE_BUSY', 'DATABASE_TIMEOUT', 'CONNECTION_ENDED', 'TRANSACTION_ENDED', 'a_new_code'];
  for (const code of [...Object.keys(DATABASE_ADVICE), ...systemCodes, ...tlsCodes, ...own]) {
    // It ends while a dead letter would be stored: the worst case.
    let calls = 0;
    const failsFirst = {
      ...direct,
      transaction(work: Parameters<Database['transaction']>[0]) {
        calls += 1;
        if (calls === 1) return Promise.reject(new SsoLinkError(code, code));
        return direct.transaction(work);
      },
    } as Database;
    await t.rejects(linkChunk(failsFirst, [login]), { code: 'linking_unavailable' }, code);
    t.equal(await deadLetters(), 0, code);
    await sql`DELETE FROM dead_letters`;
  }
});
