import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { linkResult } from '../../src/events/link-result.ts';
import type { IncomingRecord } from '../../src/kafka/records.ts';
import { linkChunk } from '../../src/linking/retry.ts';
import { testDatabase } from '../support/database.ts';
import { worldOf } from './world.ts';

const database = await testDatabase(t, { max: 24 });
const { sql } = database;
const world = worldOf(database);
const outcomes = (report: Awaited<ReturnType<typeof linkChunk>>) =>
  report.results.map((r) => r.reason ?? r.outcome);

/** Resolves when so many sessions wait for a lock. */
async function waiting(count: number): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    const rows = await sql`
      SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    if (rows.length >= count) return;
    await delay(10);
  }
  throw new Error(`${count} sessions never waited for a lock`);
}

t.test('eight workers, each chunk delivered twice at once', async (t) => {
  const companies = [await world.company('alpha'), await world.company('beta')];
  const lanes: IncomingRecord[][] = Array.from({ length: 8 }, () => []);
  const logins = 960;
  for (let i = 0; i < logins; i++) {
    const [company] = i % 2 ? companies : companies.toReversed();
    if (company === undefined) throw new Error('unreachable');
    // A third of the people come twice; each email is had by two identities, in two lanes; each user of
    // no company has an account at both companies' domains.
    const n = Math.floor(i / 6);
    const subject = `s${n}-${i % 3}`;
    const login = await world.login(company, { subject, email: `p${n % 70}@${company.domain}` });
    lanes[Number.parseInt(login.identityId.slice(0, 4), 16) % 8]?.push(login);
  }
  for (let n = 0; n < 40; n++) {
    await world.user(`u${n}`);
    for (const { domain } of companies) await world.account(`u${n}`, `p${n}@${domain}`);
  }

  const deliveries = await Promise.all([...lanes, ...lanes].map((lane) => linkChunk(database, lane)));

  t.equal((await world.results()).length, logins, 'a result for every login');
  t.equal(deliveries.flatMap((d) => d.results).length, logins, 'each decided once');
  t.equal(
    deliveries.reduce((sum, d) => sum + d.duplicates, 0),
    logins,
    'and passed over once',
  );
  const events = (await world.outbox(linkResult.topic)).map((e) => linkResult.parse(e.payload).login_id);
  t.equal(events.length, logins);
  t.equal(new Set(events).size, logins, 'an event for every login');

  const twice = await sql`
    SELECT company_id, sso_email FROM users WHERE sso_email IS NOT NULL GROUP BY 1, 2 HAVING count(*) > 1`;
  t.equal(twice.length, 0, 'one user an email');
  const [{ created, claimed } = { created: 0, claimed: 0 }] = await sql<
    { created: number; claimed: number }[]
  >`
    SELECT count(*) FILTER (WHERE sso_email IS NOT NULL)::int AS created,
      count(*) FILTER (WHERE sso_email IS NULL AND company_id IS NOT NULL)::int AS claimed FROM users`;
  t.equal(claimed, 40, 'every user of no company went to one');
  t.equal(created, 60, 'a user for each email that nobody had: 30 at either company');
  const across = await sql`
    SELECT 1 FROM sso_identities i JOIN users u ON u.id = i.user_id WHERE u.company_id <> i.company_id`;
  t.equal(across.length, 0, 'no link across companies');
  const open =
    await sql`SELECT 1 FROM link_results WHERE (user_id IS NULL) <> (outcome IN ('refused', 'ambiguous', 'no_match'))`;
  t.equal(open.length, 0);

  await sql`SELECT pg_stat_force_next_flush()`;
  const [stats] = await sql`SELECT deadlocks::int FROM pg_stat_database WHERE datname = current_database()`;
  t.equal(stats?.deadlocks, 0, 'no deadlock');
});

t.test('two companies want the same user at the same moment: one gets it', async (t) => {
  const [one, two] = [await world.company('one'), await world.company('two')];
  await world.user('free');
  for (const { domain } of [one, two]) await world.account('free', `free@${domain}`);
  const logins = [
    await world.login(one, { subject: 'f', email: 'free@one.example' }),
    await world.login(two, { subject: 'f', email: 'free@two.example' }),
  ];

  // Both have found the user of no company before either may write.
  const chunks = await database.transaction(async ({ sql: holder }) => {
    await holder`SELECT 1 FROM users WHERE id = 'free' FOR UPDATE`;
    const started = logins.map((login) => linkChunk(database, [login]));
    await waiting(2);
    return { started };
  });
  const reports = await Promise.all(chunks.started);
  t.same(reports.flatMap(outcomes).sort(), ['linked', 'other_company']);
  const winner = reports.flatMap((r) => r.results).find((r) => r.outcome === 'linked');
  t.match(await world.userRow('free'), { company_id: winner?.company_id, company_set_by: 'link' });
});

t.test('two identities want the same user at the same moment: one gets it', async (t) => {
  const acme = await world.company('acme');
  await world.user('ada', { company: acme });
  await world.account('ada', 'ada@acme.example');
  const logins = [
    await world.login(acme, { subject: 'a', email: 'ada@acme.example' }),
    await world.login(acme, { subject: 'b', email: 'ada@acme.example' }),
  ];
  const chunks = await database.transaction(async ({ sql: holder }) => {
    await holder`SELECT 1 FROM users WHERE id = 'ada' FOR UPDATE`;
    const started = logins.map((login) => linkChunk(database, [login]));
    await waiting(2);
    return { started };
  });
  const reports = await Promise.all(chunks.started);
  t.same(reports.flatMap(outcomes).sort(), ['identity_replaced', 'linked']);
});

t.test('two identities of a new email at the same moment make one user', async (t) => {
  const acme = await world.company('twins');
  for (let round = 0; round < 20; round++) {
    const email = `new${round}@twins.example`;
    const logins = [
      await world.login(acme, { subject: `a${round}`, email }),
      await world.login(acme, { subject: `b${round}`, email }),
    ];
    const reports = await Promise.all(logins.map((login) => linkChunk(database, [login])));
    t.same(reports.flatMap(outcomes).sort(), ['identity_replaced', 'user_created'], email);
  }
});

t.test('what an operator changes while the chunk waits for the user counts', async (t) => {
  const acme = await world.company('late');
  await world.user('late');
  await world.account('late', 'late@late.example');
  const login = await world.login(acme, { subject: 'late' });
  const chunk = await database.transaction(async ({ sql: operator }) => {
    await operator`UPDATE users SET status = 'suspended' WHERE id = 'late'`;
    const started = linkChunk(database, [login]);
    await waiting(1);
    return { started };
  });
  t.same(outcomes(await chunk.started), ['user_suspended']);
});

t.test('a login at the same moment neither waits for ever nor breaks the chunk', async (t) => {
  const acme = await world.company('again');
  const login = await world.login(acme, { subject: 'ada' });
  const [report, next] = await Promise.all([
    linkChunk(database, [login]),
    world.login(acme, { subject: 'ada' }),
  ]);
  t.same(outcomes(report), ['user_created']);
  t.same(outcomes(await linkChunk(database, [next])), ['already_linked']);
});

t.test('a serialization failure: the chunk runs again', async (t) => {
  const acme = await world.company('serial');
  await failing(2, '40001');
  const report = await linkChunk(database, [await world.login(acme, { subject: 'ada' })]);
  t.same(outcomes(report), ['user_created']);
  const [{ count } = { count: 0 }] = await sql<{ count: number }[]>`
    SELECT count(*)::int AS count FROM users WHERE sso_email = 'ada@serial.example'`;
  t.equal(count, 1, 'what was rolled back left nothing');
});

t.test('what doesn’t end is told to the consumer, with nothing written', async (t) => {
  const acme = await world.company('endless');
  for (const code of ['40001', '57014', '42P01']) {
    const login = await world.login(acme, { subject: code, email: `a${code}@endless.example` });
    await failing(1_000, code);
    await t.rejects(linkChunk(database, [login]), { code: 'linking_unavailable' }, code);
    const left = await sql`SELECT 1 FROM link_results WHERE login_id = ${login.loginId}`;
    t.equal(left.length, 0);
    t.equal((await world.identity(login.identityId))?.user_id, null);
    await failing(0, code);
    t.same(outcomes(await linkChunk(database, [login])), ['user_created'], 'and then goes on');
  }
});

/** The next `times` inserts of a result fail with this SQLSTATE; a sequence isn't rolled back. */
async function failing(times: number, code: string): Promise<void> {
  await sql.unsafe(`
    CREATE SEQUENCE IF NOT EXISTS failures;
    SELECT setval('failures', 1, false);
    CREATE OR REPLACE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF nextval('failures') <= ${times} THEN RAISE EXCEPTION 'made to fail' USING ERRCODE = '${code}'; END IF;
        RETURN NULL;
      END $$;
    DROP TRIGGER IF EXISTS fail ON link_results;
    CREATE TRIGGER fail BEFORE INSERT ON link_results FOR EACH STATEMENT EXECUTE FUNCTION fail();`);
}
