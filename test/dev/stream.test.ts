import t from 'tap';
import { createStream } from '../../dev/stream.ts';
import type { IncomingRecord, OutgoingRecord } from '../../src/kafka/records.ts';
import { LANES } from '../../src/outbox/lanes.ts';
import { until } from '../support/until.ts';

const record = (value: string): OutgoingRecord => ({
  key: Buffer.from('key'),
  value: Buffer.from(value),
  headers: { ce_id: value },
});
const values = (records: IncomingRecord[]) => records.map((r) => String(r.value));
const numbers = (count: number) => Array.from({ length: count }, (_, i) => String(i));

t.test('records keep their partition and order; each group reads them all', async (t) => {
  const stream = createStream();
  const sender = await stream.sender();
  await sender.send('topic', 3, numbers(5).map(record));
  await sender.send('topic', 4, [record('other')]);
  t.same(values(stream.records('topic')), [...numbers(5), 'other']);
  t.match(stream.records('topic')[4], { topic: 'topic', partition: 3, offset: 4n, headers: { ce_id: '4' } });
  for (const groupId of ['one', 'two']) {
    const seen: IncomingRecord[] = [];
    const sizes: number[] = [];
    const consumer = await stream.consume({
      topic: 'topic',
      groupId,
      maxChunk: 2,
      async onChunk(records) {
        sizes.push(records.length);
        seen.push(...records);
      },
    });
    await until(() => stream.lag(groupId, 'topic') === 0);
    await consumer.stop();
    t.same(values(seen.filter((r) => r.partition === 3)), numbers(5));
    t.equal(Math.max(...sizes), 2);
  }
  await t.rejects(sender.send('topic', LANES, [record('x')]), { code: 'record_unsendable' });
});

t.test('a chunk that fails comes again; what was done does not', async (t) => {
  const stream = createStream();
  const sender = await stream.sender();
  await sender.send('topic', 1, numbers(4).map(record));
  const seen: IncomingRecord[] = [];
  let failures = 0;
  const consumer = await stream.consume({
    topic: 'topic',
    groupId: 'group',
    maxChunk: 2,
    async onChunk(records) {
      if (records[0]?.offset === 2n && failures < 2) {
        failures += 1;
        throw new Error('away');
      }
      seen.push(...records);
    },
  });
  await until(() => stream.lag('group', 'topic') === 0);
  await consumer.stop();
  t.notOk(consumer.isRunning());
  t.same(values(seen), numbers(4));
  await sender.send('topic', 1, [record('later')]);
  const next = await stream.consume({
    topic: 'topic',
    groupId: 'group',
    onChunk: async (records) => void seen.push(...records),
  });
  await until(() => stream.lag('group', 'topic') === 0);
  await next.stop();
  t.same(values(seen), [...numbers(4), 'later']);
});

t.test('members share the partitions, none of which is with two at once', async (t) => {
  const stream = createStream();
  const sender = await stream.sender();
  const busy = new Set<number>();
  const seen: IncomingRecord[][] = [[], [], []];
  const members = await Promise.all(
    seen.map((mine) =>
      stream.consume({
        topic: 'topic',
        groupId: 'group',
        maxChunk: 3,
        async onChunk(records) {
          const partition = records[0]?.partition ?? -1;
          if (busy.has(partition)) t.fail('a partition is with two members');
          busy.add(partition);
          await new Promise(setImmediate);
          mine.push(...records);
          busy.delete(partition);
        },
      }),
    ),
  );
  for (let partition = 0; partition < LANES; partition += 1) {
    await sender.send('topic', partition, numbers(10).map(record));
  }
  await until(() => stream.lag('group', 'topic') === 0);
  for (const member of members) await member.stop();
  t.equal(seen.flat().length, LANES * 10);
  t.ok(seen.every((mine) => mine.length > 0));
});

t.test('an outage: sends fail and nothing is delivered, until it is over', async (t) => {
  const stream = createStream();
  const sender = await stream.sender();
  await sender.send('topic', 0, [record('before')]);
  stream.pause();
  const seen: IncomingRecord[] = [];
  const consumer = await stream.consume({
    topic: 'topic',
    groupId: 'group',
    onChunk: async (records) => void seen.push(...records),
  });
  t.teardown(() => consumer.stop());
  await t.rejects(sender.send('topic', 0, [record('during')]), { code: 'kafka_unavailable' });
  t.equal(stream.lag('group', 'topic'), 1);
  stream.resume();
  await sender.send('topic', 0, [record('after')]);
  await until(() => stream.lag('group', 'topic') === 0);
  t.same(values(seen), ['before', 'after']);
});
