import { pino } from 'pino';
import t from 'tap';
import { createStream } from '../../dev/stream.ts';
import { ssoAuthenticated } from '../../src/events/sso-authenticated.ts';
import { LINKING_GROUP } from '../../src/events/topics.ts';
import type { ConsumeOptions, IncomingRecord, RecordConsumer } from '../../src/kafka/records.ts';
import { startLinking } from '../../src/linking/worker.ts';
import { laneOf } from '../../src/outbox/lanes.ts';
import { testDatabase } from '../support/database.ts';
import { until } from '../support/until.ts';
import { worldOf } from './world.ts';

const database = await testDatabase(t, { max: 8 });
const { sql } = database;
const world = worldOf(database);
const log = pino({ level: 'silent' });

async function publish(stream: ReturnType<typeof createStream>, records: IncomingRecord[]): Promise<void> {
  const sender = await stream.sender();
  for (const { key, value, headers } of records) {
    await sender.send(ssoAuthenticated.topic, laneOf(key), [{ key, value, headers }]);
  }
}

t.test('from the stream into the database, over all partitions, by two workers', async (t) => {
  const stream = createStream();
  const acme = await world.company('acme');
  const logins = [];
  for (let i = 0; i < 60; i++) logins.push(await world.login(acme, { subject: `s${i % 40}` }));
  await publish(stream, [...logins, world.record({ value: Buffer.from('poison') })]);

  const workers = await Promise.all([1, 2].map(() => startLinking({ stream, database, log })));
  t.ok(workers.every((worker) => worker.isRunning()));
  await until(() => stream.lag(LINKING_GROUP, ssoAuthenticated.topic) === 0);
  const results = await world.results();
  t.equal(results.length, 60);
  t.equal(results.filter((r) => r.outcome === 'user_created').length, 40);
  t.equal(results.filter((r) => r.outcome === 'already_linked').length, 20);
  t.equal((await sql`SELECT 1 FROM dead_letters`).length, 1, 'the bad record held up nothing');

  await Promise.all(workers.map((worker) => worker.stop()));
  t.notOk(workers.some((worker) => worker.isRunning()));
});

t.test('a decision’s line names the company as the database does', async (t) => {
  const stream = createStream();
  const login = await world.login(await world.company('named'), { subject: 'ada' });
  await sql`UPDATE logins SET event_hash = NULL WHERE id = ${login.loginId}`;
  await publish(stream, [world.altered(login, { company: 'what a stranger wrote' })]);
  const lines: string[] = [];
  const told = pino({ level: 'info' }, { write: (line: string) => lines.push(line) });
  const worker = await startLinking({ stream, database, log: told });
  await until(() => lines.some((line) => line.includes('"decision"')));
  await worker.stop();
  t.match(JSON.parse(lines[0] ?? ''), { msg: 'decision', company: 'named' });
});

t.test('while the database refuses to work nothing is committed, and then everything is done', async (t) => {
  const stream = createStream();
  const acme = await world.company('outage');
  await publish(stream, [await world.login(acme, { subject: 'ada' })]);
  await sql`ALTER TABLE link_results RENAME TO link_results_away`;
  const warnings: unknown[] = [];
  const told = pino({ level: 'warn' }, { write: (line: string) => warnings.push(JSON.parse(line)) });
  let tries = 0;
  const counted: typeof database = {
    ...database,
    transaction(work) {
      tries++;
      return database.transaction(work);
    },
  };
  const worker = await startLinking({ stream, database: counted, log: told });
  await until(() => tries >= 3);
  t.equal(stream.lag(LINKING_GROUP, ssoAuthenticated.topic), 1, 'the offset stays');
  t.same(warnings, [], 'an outage makes no dead letter');
  await sql`ALTER TABLE link_results_away RENAME TO link_results`;
  await until(() => stream.lag(LINKING_GROUP, ssoAuthenticated.topic) === 0);
  t.equal((await sql`SELECT 1 FROM link_results WHERE company_id = ${acme.id}`).length, 1);
  await worker.stop();
});

t.test('it asks for what the design says, and hands the consumer’s failure on', async (t) => {
  let asked: ConsumeOptions | undefined;
  const gone = Promise.reject(new Error('stopped for good'));
  const consumer: RecordConsumer = { isRunning: () => false, stop: async () => {}, failed: gone };
  const worker = await startLinking({
    stream: {
      async consume(options) {
        asked = options;
        return consumer;
      },
    },
    database,
    log,
  });
  t.match(asked, { topic: 'user.sso_authenticated', groupId: 'sso-link-linking', maxChunk: 500 });
  t.notOk(worker.isRunning());
  await t.rejects(worker.failed ?? Promise.resolve(), /stopped for good/);
});

t.test('a dead letter is told in the log, without what stood in it', async (t) => {
  const stream = createStream();
  const lines: string[] = [];
  const told = pino({ level: 'debug' }, { write: (line: string) => lines.push(line) });
  await publish(stream, [
    world.record({ key: Buffer.from('k'), value: Buffer.from('{"email":"ada@acme.example"}') }),
  ]);
  const worker = await startLinking({ stream, database, log: told });
  await until(() => lines.some((line) => line.includes('chunk linked')));
  await worker.stop();
  t.match(
    lines.find((line) => line.includes('dead letter')),
    /"reason":"event_invalid"/,
  );
  t.notOk(lines.join('').includes('ada@'));
});

t.test('a chunk that does not end is counted and logged', async (t) => {
  const stream = createStream();
  await publish(stream, [await world.login(await world.company('slow'), { subject: 'ada' })]);
  const lines: string[] = [];
  let release: () => void = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const worker = await startLinking({
    stream,
    database: { ...database, transaction: (work) => held.then(() => database.transaction(work)) },
    log: pino({ level: 'error' }, { write: (line: string) => lines.push(line) }),
    overdueAfter: 50,
  });
  await until(() => worker.overdueChunks() === 1);
  t.match(lines[0], /chunk does not end/);
  release();
  await until(() => worker.overdueChunks() === 0);
  await until(() => stream.lag(LINKING_GROUP, ssoAuthenticated.topic) === 0);
  await worker.stop();
});
