import t from 'tap';
import { createChunkBatcher } from '../../src/kafka/chunk-batcher.ts';
import type { IncomingRecord } from '../../src/kafka/records.ts';

function records(partition: number, count: number, from = 0): IncomingRecord[] {
  return Array.from({ length: count }, (_, i) => ({
    topic: 'topic',
    partition,
    offset: BigInt(from + i),
    key: null,
    value: null,
    headers: {},
    timestamp: 0,
  }));
}

const named = (chunk: IncomingRecord[]) => chunk.map((r) => `${r.partition}/${r.offset}`);

t.test('what several partitions submit at once is one chunk, each in order', async (t) => {
  const chunks: string[][] = [];
  const { submit } = createChunkBatcher(async (chunk) => void chunks.push(named(chunk)), {
    maxRecords: 10,
    concurrency: 1,
  });
  await Promise.all([submit(records(1, 2)), submit(records(2, 1)), submit(records(3, 3))]);
  t.same(chunks, [['1/0', '1/1', '2/0', '3/0', '3/1', '3/2']]);
});

t.test('a chunk holds no more than it may, but for one share that is larger', async (t) => {
  const sizes: number[] = [];
  const { submit } = createChunkBatcher(async (chunk) => void sizes.push(chunk.length), {
    maxRecords: 5,
    concurrency: 1,
  });
  await Promise.all([2, 3, 1, 9, 4].map((count, partition) => submit(records(partition, count))));
  t.same(sizes, [5, 1, 9, 4]);
});

t.test('no more chunks are under way than may be', async (t) => {
  let [underWay, most] = [0, 0];
  const { submit } = createChunkBatcher(
    async () => {
      most = Math.max(most, ++underWay);
      await new Promise((resolve) => setImmediate(resolve));
      underWay -= 1;
    },
    { maxRecords: 1, concurrency: 2 },
  );
  await Promise.all(Array.from({ length: 10 }, (_, partition) => submit(records(partition, 1))));
  t.equal(most, 2);
});

t.test('a chunk that fails fails for each of its partitions, and for no other', async (t) => {
  const { submit } = createChunkBatcher(
    async (chunk) => {
      if (chunk.some((r) => r.partition === 1)) throw new Error('refused');
    },
    { maxRecords: 2, concurrency: 1 },
  );
  const outcomes = await Promise.allSettled([1, 2, 3, 4].map((partition) => submit(records(partition, 1))));
  t.same(
    outcomes.map(({ status }) => status),
    ['rejected', 'rejected', 'fulfilled', 'fulfilled'],
  );
});

t.test('stopped, what waits is rejected and what is under way ends', async (t) => {
  let end: () => void = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  let begun = 0;
  const { submit, stop } = createChunkBatcher(
    async () => {
      begun += 1;
      await ended;
    },
    { maxRecords: 1, concurrency: 1 },
  );
  const first = submit(records(1, 1));
  const second = submit(records(2, 1));
  await new Promise((resolve) => setImmediate(resolve));
  stop(new Error('stopped'));
  await t.rejects(second, { message: 'stopped' });
  end();
  await t.resolves(first);
  t.equal(begun, 1);
});
