import t from 'tap';
import { createUsedAttempts } from '../../src/login/used-attempts.ts';
import { advance, realTime } from '../support/hostile/clock.ts';

const TTL = 600_000;

t.test('an attempt is used once, for as long as it lives', async (t) => {
  t.teardown(realTime);
  const used = createUsedAttempts(TTL);
  const attempt = { state: 'a', startedAt: Date.now() };
  t.equal(used.use(attempt), true);
  t.equal(used.use(attempt), false);
  advance(TTL - 1_000);
  t.equal(used.use({ state: 'b', startedAt: Date.now() }), true);
  t.equal(used.use(attempt), false, 'at its end, too');
});

t.test('a flood makes room by forgetting the oldest', async (t) => {
  const used = createUsedAttempts(TTL);
  for (let n = 0; n <= 20_000; n++) used.use({ state: `s${n}`, startedAt: Date.now() });
  t.equal(used.use({ state: 's20000', startedAt: Date.now() }), false);
  t.equal(used.use({ state: 's0', startedAt: Date.now() }), true, 'forgotten');
});
