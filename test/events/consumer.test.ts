import t from 'tap';
import { RESULTS } from '../../scripts/contracts/examples.ts';
import { createEventConsumer, memoryStore } from '../../src/events/index.ts';
import { resultRecord } from './records.ts';

const refuse = () => {
  throw new Error('unexpected');
};

t.test('a handler runs once an event, however often and at once it is delivered', async (t) => {
  const seen: string[] = [];
  const consumer = createEventConsumer({
    store: memoryStore(),
    handlers: { 'user.link_result': async ({ id }) => void seen.push(id) },
    onUnreadable: refuse,
  });
  const record = resultRecord();
  const at = await Promise.all([consumer.handle(record), consumer.handle(record), consumer.handle(record)]);
  t.same(at, ['handled', 'duplicate', 'duplicate']);
  t.equal(await consumer.handle(record), 'duplicate');
  t.equal(await consumer.handle(resultRecord()), 'handled');
  t.equal(seen.length, 2);
});

t.test('what a handler throws comes out, and the event stays unseen', async (t) => {
  let failures = 2;
  const consumer = createEventConsumer({
    store: memoryStore(),
    handlers: {
      'user.link_result': () => {
        if (failures-- > 0) throw new Error('the database is away');
      },
    },
    onUnreadable: refuse,
  });
  const record = resultRecord();
  await t.rejects(consumer.handle(record), { message: 'the database is away' });
  const [first, second] = await Promise.allSettled([consumer.handle(record), consumer.handle(record)]);
  t.match(first, { status: 'rejected' });
  t.match(second, { value: 'handled' }, 'the duplicate that waited has its try');
  t.equal(await consumer.handle(record), 'duplicate');
});

t.test('events without a handler, and of later versions, are passed over', async (t) => {
  const consumer = createEventConsumer({
    store: memoryStore(),
    handlers: { 'user.link_removed': refuse },
    onUnreadable: refuse,
  });
  const record = resultRecord();
  t.equal(await consumer.handle(record), 'ignored');
  const headers = { ...record.headers, ce_type: 'user.link_moved' };
  t.equal(await consumer.handle({ ...record, headers }), 'ignored');
});

t.test('a record that can’t be read is told of and passed over, once that went well', async (t) => {
  let told = 0;
  let broken = true;
  const consumer = createEventConsumer({
    store: memoryStore(),
    handlers: {},
    async onUnreadable(error, record) {
      if (broken) throw new Error('the alarm is broken');
      told += 1;
      t.equal(error.code, 'event_invalid');
      t.equal(record.value, 'poison');
    },
  });
  const poison = { ...resultRecord(), value: 'poison' };
  await t.rejects(consumer.handle(poison), { message: 'the alarm is broken' });
  broken = false;
  t.equal(await consumer.handle(poison), 'unreadable');
  t.equal(told, 1);
});

t.test('the memory is bounded: the oldest are forgotten', async (t) => {
  const store = memoryStore({ limit: 2 });
  let runs = 0;
  const consumer = createEventConsumer({
    store,
    handlers: { 'user.link_result': async () => void runs++ },
    onUnreadable: refuse,
  });
  const records = [1, 2, 3].map(() => resultRecord(RESULTS.no_match));
  for (const record of records) await consumer.handle(record);
  t.equal(await consumer.handle(records[2] ?? refuse()), 'duplicate');
  t.equal(await consumer.handle(records[0] ?? refuse()), 'handled');
  t.equal(runs, 4);
});
