import t from 'tap';
import { sequenceText } from '../../src/events/sequence.ts';

t.test('sequences are in the same order as text and as numbers', async (t) => {
  const numbers = [0n, 9n, 10n, 4711n, 99_999n, 100_000n, 2n ** 63n - 1n];
  const texts = numbers.map(sequenceText);
  t.same(texts.toSorted(), texts);
  t.same(texts.map(BigInt), numbers);
  t.same(new Set(texts.map((text) => text.length)), new Set([19]), 'the largest bigint needs no more digits');
});
