import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import t from 'tap';
import { LANES, laneOf, murmur2 } from '../../src/outbox/lanes.ts';

t.test('murmur2 is Java’s, by the vectors of Kafka’s own test', async (t) => {
  const vectors: [string, number][] = [
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ];
  for (const [key, hash] of vectors) t.equal(murmur2(Buffer.from(key)), hash, key);
});

t.test('a lane is the partition that kafkajs’s default partitioner chooses', async (t) => {
  const require = createRequire(import.meta.url);
  const theirs = require('kafkajs/src/producer/partitioners/default/murmur2.js') as (key: Buffer) => number;
  let different = 0;
  for (let i = 0; i < 20_000; i += 1) {
    const key = randomBytes(i % 50);
    if (laneOf(key) !== (theirs(key) & 0x7fffffff) % LANES) different += 1;
  }
  t.equal(different, 0);
  t.equal(laneOf(null), 0);
});
