import { pino } from 'pino';
import t, { type Test } from 'tap';
import { createStream, type LocalStream } from '../../dev/stream.ts';
import { putAccount, putUser } from '../../src/accounts/mirror-change.ts';
import { startMirrorConsumer } from '../../src/accounts/mirror-consumer.ts';
import { setUserStatus } from '../../src/accounts/users.ts';
import { createCompany } from '../../src/companies/companies.ts';
import { ACCOUNT_CHANGED_TOPIC, MIRROR_GROUP } from '../../src/events/topics.ts';
import { laneOf } from '../../src/outbox/lanes.ts';
import { startRelayLoop } from '../../src/outbox/relay.ts';
import { replayDeadLetters } from '../../src/outbox/replay-dead-letters.ts';
import { keepRunning } from '../../src/roles/worker-mirror.ts';
import { testDatabase } from '../support/database.ts';
import { until } from '../support/until.ts';

const log = pino({ level: 'silent' });
const ada = {
  ...{ user_id: 'u1', provider: 'google', provider_user_id: 'g1' },
  ...{ email: 'ada@acme.example', email_verified: true, name: 'Ada' },
};

async function world(t: Test) {
  const database = await testDatabase(t);
  const stream = createStream();
  const consumer = await startMirrorConsumer({ stream, database, log });
  t.teardown(() => consumer.stop());
  await database.transaction((tx) =>
    createCompany(tx, 'test', { slug: 'acme', name: 'Acme', createsUsers: true }),
  );
  const send = async (value: object | string | null, headers: Record<string, string> = {}) => {
    const key = Buffer.from('u1');
    const text = value === null || typeof value === 'string' ? value : JSON.stringify(value);
    const record = { key, value: text === null ? null : Buffer.from(text), headers };
    await (await stream.sender()).send(ACCOUNT_CHANGED_TOPIC, laneOf(key), [record]);
    await idle(stream);
  };
  const user = async (id = 'u1') =>
    (await database.sql`SELECT * FROM users WHERE id = ${id}`)[0] as Record<string, unknown> | undefined;
  const accounts = async () => [...(await database.sql`SELECT * FROM social_accounts ORDER BY 1`)];
  const letters = async () => [
    ...(await database.sql`SELECT id, reason, error FROM dead_letters ORDER BY created_at, id`),
  ];
  return { ...database, database, stream, send, user, accounts, letters };
}

const idle = (stream: LocalStream) =>
  until(async () => stream.lag(MIRROR_GROUP, ACCOUNT_CHANGED_TOPIC) === 0);

t.test('a record is a line of the import', async (t) => {
  const { send, user, accounts, letters } = await world(t);
  await send({ ...ada, company: 'acme', changed_at: '2026-11-01T10:00:00Z' });
  t.match(await user(), { name: 'Ada', status: 'active', company_set_by: 'import' });
  t.match(await accounts(), [{ user_id: 'u1', email: 'ada@acme.example', email_verified: true }]);
  await send({ ...ada, provider: 'github', provider_user_id: '7', email: null, email_verified: null });
  t.match(await letters(), [], 'an account without an email is valid');
  t.equal((await accounts()).length, 2);
  await send({ provider: 'github', provider_user_id: '7', removed: true });
  t.equal((await accounts()).length, 1);
  await send({ user_id: 'u1', status: 'deleted' });
  t.match([await user(), await accounts()], [{ status: 'deleted', name: null }, []]);
});

t.test('an older change never overwrites a newer one, whichever input it came by', async (t) => {
  const { send, user, accounts, transaction } = await world(t);
  await send({ ...ada, changed_at: '2026-11-01T10:00:00Z' });
  await send({ ...ada, name: 'Old', email: 'old@acme.example', changed_at: '2026-11-01T09:59:59.999999Z' });
  t.match([await user(), await accounts()], [{ name: 'Ada' }, [{ email: 'ada@acme.example' }]]);

  await send({ ...ada, name: 'By ce_time' }, { ce_time: '2026-11-01T12:00:00+01:00' });
  t.match(await user(), { name: 'By ce_time' }, 'eleven o’clock in UTC');
  await send(
    { ...ada, name: 'Line first', changed_at: '2026-11-01T10:30:00Z' },
    { ce_time: '2026-11-02T00:00:00Z' },
  );
  t.match(await user(), { name: 'By ce_time' }, 'the line says it, not ce_time');

  const put = (changedAt: string, name: string) =>
    transaction((tx) => putUser(tx, 'key:k', { id: 'u1', company: null, name, changedAt }));
  t.match(await put('2026-11-01T10:59:00Z', 'API'), { changed: false });
  t.match(await put('2026-11-01T12:00:00Z', 'API'), { changed: true });
  await send({ ...ada, name: 'Late', changed_at: '2026-11-01T11:30:00Z' });
  t.match(await user(), { name: 'API' });

  const account = { userId: 'u1', provider: 'google', providerUserId: 'g1', emailVerified: true };
  const putEmail = (changedAt: string, email: string) =>
    transaction((tx) => putAccount(tx, 'key:k', { ...account, email, changedAt }));
  await putEmail('2026-11-01T13:00:00Z', 'new@acme.example');
  t.match(await putEmail('2026-11-01T12:00:00Z', 'old@acme.example'), { changed: false });
  t.match(await accounts(), [{ email: 'new@acme.example' }]);
  await t.rejects(putEmail('2999-01-01T00:00:00Z', 'x@acme.example'), { code: 'changed_at_invalid' });

  await send({
    provider: 'google',
    provider_user_id: 'g1',
    removed: true,
    changed_at: '2026-11-01T14:00:00Z',
  });
  await send({ ...ada, changed_at: '2026-11-01T13:30:00Z' });
  t.same(await accounts(), [], 'what is gone does not come back by an older change');
  await t.rejects(putEmail('2026-11-01T13:45:00Z', 'x@acme.example'), { code: 'change_outdated' });

  await transaction((tx) => setUserStatus(tx, 'operator:olga', 'u1', 'suspended'));
  await send({ ...ada, status: 'active', changed_at: '2026-11-01T15:00:00Z' });
  t.match(await user(), { status: 'suspended' }, 'nor does one end a later suspension');
  await send({ ...ada, status: 'active' });
  t.match(await user(), { status: 'active' }, 'a change without a time is as old as its record');
});

t.test('an invalid record becomes a dead letter with a reason, and can be replayed', async (t) => {
  const { send, letters, user, stream, database } = await world(t);
  await send('nonsense');
  await send(null);
  await send({ ...ada, email: 'a@b@c' });
  await send({ ...ada, changed_at: 'yesterday' });
  await send({ ...ada, changed_at: '2999-01-01T00:00:00Z' });
  await send(ada, { ce_type: 'user.other' });
  await send({ ...ada, user_id: 'u\u0000' });
  const found = await letters();
  t.same(
    found.map(({ reason }) => reason),
    [...Array<string>(5).fill('change_invalid'), 'unknown_type', 'change_invalid'],
  );
  t.match(found[0]?.error, 'not JSON');
  t.match(found[3]?.error, /^changed_at is invalid: expected a time as in RFC 3339/);
  t.notMatch(JSON.stringify(found), /a@b@c|yesterday/, 'what stood there is not repeated');

  await send({ ...ada, company: 'globex', name: 'First' });
  t.match((await letters()).at(-1), { reason: 'company_unknown' });
  await send({ ...ada, name: 'Second' });
  await database.transaction((tx) =>
    createCompany(tx, 'test', { slug: 'globex', name: 'Globex', createsUsers: true }),
  );
  const relay = startRelayLoop({ database, sender: await stream.sender(), log });
  t.teardown(() => relay.stop());
  const id = (await letters()).at(-1)?.id as string;
  const before = stream.records(ACCOUNT_CHANGED_TOPIC).length;
  await replayDeadLetters(database, 'operator:olga', [id]);
  await until(async () => stream.records(ACCOUNT_CHANGED_TOPIC).length === before + 1);
  await idle(stream);
  t.equal((await letters()).length, 8, 'it is valid now');
  t.match(await user(), { name: 'Second' }, 'and as old as it was');
});

t.test('a record that the database refuses is found, and holds up nothing', async (t) => {
  const { send, letters, sql, user } = await world(t);
  await sql`ALTER TABLE users ADD CONSTRAINT test CHECK (name <> 'Refused')`;
  await send({ ...ada, name: 'Refused' });
  t.match(await letters(), [{ reason: 'database_refused', error: '23514' }]);
  await send(ada);
  t.match(await user(), { name: 'Ada' });
});

t.test('a consumer that fails for good is started again, and never ends the role', async (t) => {
  let starts = 0;
  let stops = 0;
  const kept = keepRunning(log, async () => {
    starts += 1;
    if (starts === 1) throw new Error('no such topic');
    return {
      isRunning: () => true,
      stop: async () => {
        stops += 1;
      },
      failed: starts === 2 ? Promise.reject(new Error('gone for good')) : new Promise<never>(() => {}),
    };
  });
  await until(async () => starts === 3);
  await kept.stop();
  t.equal(stops, 2, 'each is stopped');
});
