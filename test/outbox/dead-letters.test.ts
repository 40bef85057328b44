import t from 'tap';
import { DEAD_LETTER_TOPIC } from '../../src/events/topics.ts';
import { newId } from '../../src/ids.ts';
import { linkChunk } from '../../src/linking/retry.ts';
import { worldOf } from '../linking/world.ts';
import { testDatabase } from '../support/database.ts';

const database = await testDatabase(t);
const { sql } = database;
const world = worldOf(database);
const link = (...records: Parameters<typeof linkChunk>[1]) => linkChunk(database, records);
const letters = () =>
  sql<{ reason: string; error: string; value: Buffer | null; offset: string; headers: object }[]>`
    SELECT reason, error, value, "offset", headers FROM dead_letters ORDER BY "offset"`;

t.beforeEach(async () => {
  await sql`TRUNCATE dead_letters, outbox`;
});

t.test('bad records among good ones: the good are linked, the bad are kept as they came', async (t) => {
  const acme = await world.company('acme');
  const good = await Promise.all(['a', 'b', 'c'].map((subject) => world.login(acme, { subject })));
  const [a, b, c] = good;
  if (!a || !b || !c) throw new Error('unreachable');
  const headers = { ce_id: 'x', 'content-type': 'text/plain', dlq_reason: 'an older one' };
  const bad = [
    world.record({ value: Buffer.from('not JSON'), key: Buffer.from('k'), headers, partition: 3 }),
    world.record({ value: null }),
    world.record({ value: Buffer.from([0xff, 0x00, 0xfe]) }),
    world.record({ value: Buffer.from('[]') }),
    world.record({ value: Buffer.from('{"login_id":"x"}') }),
    world.altered(a, { login_id: 'DROP TABLE' }),
    world.altered(a, { email_verified: 'true' }),
    world.record({ value: a.value, headers: { ce_type: 'user.sso_authenticated.v2' } }),
    world.altered(a, { login_id: newId() }),
    world.altered(b, { company_id: newId() }),
    world.altered(b, { sso_identity_id: a.identityId }),
    world.altered(b, { sso_client_id: newId() }),
    world.altered(b, { sso_identity_id: newId() }),
    world.altered(b, { email: 'a@mixed.example' }),
    world.altered(b, { name: 'of the same login' }),
  ];
  const mixed = [a, ...bad.slice(0, 6), b, ...bad.slice(6), c];

  const report = await link(...mixed);
  t.same(
    report.results.map((r) => r.login_id),
    [a.loginId, b.loginId, c.loginId],
    'in their order',
  );
  const kept = await letters();
  t.same(kept.map((l) => l.reason).sort(), [
    ...Array<string>(7).fill('event_invalid'),
    ...Array<string>(6).fill('login_mismatch'),
    'unknown_login',
    'unknown_type',
  ]);
  t.ok(
    kept.some((l) => l.value?.equals(Buffer.from([0xff, 0x00, 0xfe]))),
    'byte for byte',
  );
  t.notOk(
    kept.some((l) => l.error.includes('DROP')),
    'the error doesn’t quote the record',
  );

  const events = await world.outbox(DEAD_LETTER_TOPIC);
  t.equal(events.length, bad.length);
  const first = events.find((e) => String(e.payload) === 'not JSON');
  t.equal(String(first?.key), 'k');
  t.match(first?.headers, {
    ce_id: 'x',
    'content-type': 'text/plain',
    dlq_topic: 'user.sso_authenticated',
    dlq_partition: '3',
    dlq_offset: String(bad[0]?.offset),
    dlq_reason: 'event_invalid',
    dlq_error: /not JSON/,
    dlq_at: /^\d{4}-.*Z$/,
  });

  const again = await link(...mixed);
  t.equal(again.duplicates, 3);
  t.equal((await letters()).length, bad.length, 'delivered twice, kept once');
  t.equal((await world.outbox(DEAD_LETTER_TOPIC)).length, bad.length, 'and sent once');
});

t.test('a chunk of bad records alone', async (t) => {
  await link(world.record(), world.record({ value: Buffer.from('{') }));
  t.equal((await letters()).length, 2);
});

t.test(
  'a topic made anew counts its offsets anew: another record at the same offset is another letter',
  async (t) => {
    await link(world.record({ offset: 7n, value: Buffer.from('one') }));
    await link(world.record({ offset: 7n, value: Buffer.from('two') }));
    t.equal((await letters()).length, 2);
  },
);

t.test('a login of an older version has no hash, and is taken at its word', async (t) => {
  const acme = await world.company('older');
  const login = await world.login(acme, { subject: 'ada' });
  await sql`UPDATE logins SET event_hash = NULL WHERE id = ${login.loginId}`;
  const report = await link(world.altered(login, { name: 'Ada' }));
  t.equal(report.results[0]?.outcome, 'user_created');
});

t.test('a record of a future schema is read openly', async (t) => {
  const acme = await world.company('future');
  const login = await world.login(acme, { subject: 'ada' });
  const report = await link(await world.recordedWith(login, { department: 'R&D', nested: { new: [1] } }));
  t.same(
    report.results.map((r) => r.outcome),
    ['user_created'],
  );
});

t.test('what the database refuses is bisected to the record', async (t) => {
  const acme = await world.company('nul');
  const logins = [];
  for (let i = 0; i < 30; i++) {
    logins.push(await world.login(acme, { subject: `p${i}`, name: null }));
  }
  const poisoned = [4, 5, 29];
  const chunk = await Promise.all(
    logins.map((l, i) => (poisoned.includes(i) ? world.recordedWith(l, { name: 'A\u0000da' }) : l)),
  );
  const report = await link(...chunk);
  const expected = logins.filter((_, i) => !poisoned.includes(i));
  t.same(
    report.results.map((r) => r.login_id),
    expected.map((l) => l.loginId),
    'all others, in their order',
  );
  const kept = await letters();
  t.same(
    kept.map((l) => l.reason),
    Array(3).fill('database_refused'),
  );
  t.match(kept[0]?.error, /^22/);
  t.equal((await world.outbox(DEAD_LETTER_TOPIC)).length, 3);
});

t.test('a value that can’t even be kept holds up nothing', async (t) => {
  const acme = await world.company('huge');
  const logins = [await world.login(acme, { subject: 'a' }), await world.login(acme, { subject: 'b' })];
  // As a value of 400 MB is, and some MB here.
  const value = Object.assign(Buffer.alloc(5_000_000), {
    toString() {
      throw Object.assign(new Error('Cannot create a string longer …'), { code: 'ERR_STRING_TOO_LONG' });
    },
  });
  const huge = world.record({ value, key: Buffer.from('k') });
  const report = await link(...logins.slice(0, 1), huge, ...logins.slice(1));
  t.same(
    report.results.map((r) => r.outcome),
    ['user_created', 'user_created'],
  );
  const [kept, ...more] = await letters();
  t.same(more, []);
  t.match(kept, { reason: 'database_refused', value: null });
  t.match(kept?.error, /^ERR_STRING_TOO_LONG; its value of 5000000 bytes/);
  await link(huge);
  t.equal((await letters()).length, 1, 'delivered again, kept once');
});

t.test('half a surrogate pair in a name costs nobody their login', async (t) => {
  const acme = await world.company('half');
  const login = await world.login(acme, { subject: 'ada' });
  const report = await link(await world.recordedWith(login, { name: '\ud800' }));
  t.same(
    report.results.map((r) => r.outcome),
    ['user_created'],
  );
});

t.test('odd and huge headers', async (t) => {
  const headers = JSON.parse(
    `{"ce_id":"a\\u0000b","\\ud800":"\\udc00","__proto__":"x","huge":"${'x'.repeat(100_000)}","":"empty"}`,
  ) as Record<string, string>;
  await link(world.record({ value: Buffer.alloc(900_000, 'y'), headers }));
  const [event] = await world.outbox(DEAD_LETTER_TOPIC);
  t.equal(event?.payload.length, 900_000);
  t.match(event?.headers, {
    ce_id: { base64: 'YQBi' },
    dlq_headers_left_out: '1',
    dlq_reason: 'event_invalid',
  });
  t.notOk('huge' in (event?.headers ?? {}));
});

t.test('headers of a trace that aren’t ASCII go no further', async (t) => {
  const acme = await world.company('trace');
  const login = await world.login(acme, { subject: 'ada' });
  const odd = { ...login, headers: { ...login.headers, traceparent: 'a\u0000', tracestate: 'ok=1' } };
  await link(odd);
  const [event] = await world.outbox('user.link_result');
  t.equal(event?.headers.traceparent, undefined);
  t.equal(event?.headers.tracestate, 'ok=1');
});
