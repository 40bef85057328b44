import t from 'tap';
import { httpBrowser } from '../../dev/browser.ts';
import { createStream } from '../../dev/stream.ts';
import { checkPooler } from '../../src/commands/doctor-checks.ts';
import { openDatabase } from '../../src/db/client.ts';
import { migrate } from '../../src/db/migrate.ts';
import { startLinking } from '../../src/linking/worker.ts';
import { createLogger } from '../../src/observability/log.ts';
import { startRelayLoop } from '../../src/outbox/relay.ts';
import { testDatabase } from '../support/database.ts';
import { pgbouncerAvailable, startPgBouncer } from '../support/parts/pgbouncer.ts';
import { addCompany, addPerson, linkUser, startService } from '../support/service.ts';
import { until } from '../support/until.ts';

const found = await pgbouncerAvailable();
const skip = found.available ? false : found.reason;
const log = createLogger({ level: 'silent', role: 'test' });

const kinds = {
  // A session needs a server connection of its own for as long as it lasts.
  'session mode, which refuses the time limits': { mode: 'session', settings: { default_pool_size: '20' } },
  'transaction mode, which refuses them': { mode: 'transaction' },
  'transaction mode, which drops them': {
    mode: 'transaction',
    settings: {
      ignore_startup_parameters: 'statement_timeout,lock_timeout,idle_in_transaction_session_timeout',
    },
  },
} as const;

for (const [kind, options] of Object.entries(kinds)) {
  t.test(`PgBouncer in ${kind}`, { skip }, async (t) => {
    const direct = await testDatabase(t);
    const pooler = await startPgBouncer(direct.url, options);
    t.teardown(pooler.stop);
    const database = openDatabase(pooler.url, { name: 'pooled', max: 8, statementTimeout: 2_000 });
    t.teardown(database.close);

    await Promise.all([migrate(pooler.url), migrate(pooler.url)]);
    const [limit] = await database.transaction(
      ({ sql }) => sql`SELECT current_setting('statement_timeout') AS statement`,
    );
    t.equal(limit?.statement, '2s', 'the limits hold in a transaction');
    await t.rejects(
      database.transaction(({ sql }) => sql`SELECT pg_sleep(4)`),
      { code: '57014' },
    );
    const reads = Array.from(
      { length: 1_000 },
      (_, n) => database.sql`SELECT ${n}::int AS n, ${`t${n}`} AS text`,
    );
    const rows = await Promise.all(reads);
    t.ok(
      rows.every(([row], n) => row?.n === n && row?.text === `t${n}`),
      'a thousand reads, each its own answer',
    );
    t.match(await checkPooler(pooler.url), new RegExp(`^${options.mode} mode`), 'doctor says the mode');
    const locks = await direct.sql`
      SELECT FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;
    t.equal(locks.length, 0, 'no advisory lock is left');
  });
}

t.test(
  'a login, its result and a thousand reads of the session, through transaction mode',
  { skip },
  async (t) => {
    const direct = await testDatabase(t);
    const pooler = await startPgBouncer(direct.url, { mode: 'transaction' });
    t.teardown(pooler.stop);
    const service = await startService(t, { env: { DATABASE_URL: pooler.url }, database: direct });
    const acme = await addCompany(service, 'acme');
    const ada = addPerson(service, acme);
    await linkUser(service, acme, ada.sub);
    const pooled = openDatabase(pooler.url, { name: 'roles', max: 5 });
    t.teardown(pooled.close);
    const stream = createStream();
    const relay = startRelayLoop({ database: pooled, sender: await stream.sender(), log });
    const worker = await startLinking({ stream, database: pooled, log });
    t.teardown(async () => {
      await worker.stop();
      await relay.stop();
    });

    const browser = httpBrowser({ stopAt: [service.appUrl] });
    const landed = await browser.signIn({
      startUrl: `${service.url}/login/start?company=acme`,
      email: ada.email,
    });
    t.equal(landed.url, service.appUrl);
    const answers = new Map<number, number>();
    let left = 1_000;
    const reader = async () => {
      while (left-- > 0) {
        const { status } = await browser.fetch(`${service.url}/session`);
        answers.set(status, (answers.get(status) ?? 0) + 1);
      }
    };
    await Promise.all(Array.from({ length: 20 }, reader));
    t.same([...answers], [[200, 1_000]]);
    await until(async () => (await direct.sql`SELECT FROM outbox`).length === 0);
    t.equal((await direct.sql`SELECT FROM link_results`).length, 1);
  },
);
