import t from 'tap';
import { createRandom } from './random.ts';

t.test('the same seed gives the same numbers, evenly from 0 to 1', async (t) => {
  const draw = (seed: number, count: number) => Array.from({ length: count }, createRandom(seed));
  t.same(draw(1, 100), draw(1, 100));
  t.notSame(draw(1, 100), draw(2, 100));
  const many = draw(3, 10_000);
  t.ok(many.every((number) => number >= 0 && number < 1));
  const mean = many.reduce((sum, number) => sum + number, 0) / many.length;
  t.ok(Math.abs(mean - 0.5) < 0.02, `${mean}`);
});
