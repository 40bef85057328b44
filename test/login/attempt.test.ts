import { randomBytes } from 'node:crypto';
import { mock } from 'node:test';
import t from 'tap';
import {
  type Attempt,
  attemptCookieName,
  attemptsToForget,
  openAttempt,
  sealAttempt,
} from '../../src/login/attempt.ts';
import { createSealer } from '../../src/seal.ts';

const sealer = createSealer([randomBytes(32)]);
const TTL = 600_000;

function attemptOf(state: string, over: Partial<Attempt> = {}): Attempt {
  return {
    state,
    nonce: 'the-nonce',
    verifier: 'the-verifier',
    ssoClientId: 'the-client',
    ssoClientVersion: 3,
    returnTo: 'https://app.acme.test/',
    sessionToken: 'the-session-token',
    company: 'acme',
    startedAt: Date.now(),
    ...over,
  };
}

/** The browser's cookies after these attempts began. */
function jar(...attempts: Attempt[]): Record<string, string> {
  return Object.fromEntries(
    attempts.map((attempt) => {
      const { name, value } = sealAttempt(sealer, attempt);
      return [name, value];
    }),
  );
}

t.test('an attempt is opened by its state, and comes back whole', async (t) => {
  const [one, two] = [attemptOf('state-one'), attemptOf('state-two', { nonce: 'another-nonce' })];
  const cookies = { ...jar(one, two), '__Host-sso_session': 'x', other: 'y' };
  t.same(openAttempt(sealer, cookies, 'state-one', TTL)?.attempt, one);
  t.same(openAttempt(sealer, cookies, 'state-two', TTL)?.attempt, two);
  t.equal(
    openAttempt(sealer, cookies, 'state-two', TTL)?.name,
    attemptCookieName('state-two', two.startedAt),
  );
  t.equal(openAttempt(sealer, cookies, 'state-three', TTL), undefined);
  t.equal(openAttempt(sealer, {}, 'state-one', TTL), undefined);
  t.notMatch(
    JSON.stringify(cookies),
    /the-nonce|the-verifier|the-session-token|state-one/,
    'all of it is sealed',
  );
});

t.test('no other cookie is tried: a browser may send many', async (t) => {
  let tried = 0;
  const counting = {
    ...sealer,
    openBytes(sealed: string, place: string) {
      tried += 1;
      return sealer.openBytes(sealed, place);
    },
  };
  const others = Array.from({ length: 20 }, (_, n) => attemptOf(`state-${n}`));
  const cookies = { other: 'x', '__Host-sso_session': 'y', ...jar(...others, attemptOf('mine')) };
  t.ok(openAttempt(counting, cookies, 'mine', TTL));
  t.equal(tried, 1);
  t.equal(openAttempt(counting, cookies, 'nobody’s', TTL), undefined);
  t.equal(tried, 1);
});

t.test('its cookie is __Host-, and named after its time and its state’s hash', async (t) => {
  const name = attemptCookieName('state-one', 1_700_000_000_000);
  t.match(name, /^__Host-sso_attempt_loyw3v28_[0-9a-f]{16}$/);
  t.not(name.slice(-16), attemptCookieName('state-two', 1_700_000_000_000).slice(-16));
  t.equal(name.slice(-16), attemptCookieName('state-one', 1_800_000_000_000).slice(-16));
});

t.test('an attempt that is too old, or of the future, is none; the edges count', async (t) => {
  const aged = (age: number) => {
    const now = Date.now();
    const cookies = jar(attemptOf('state', { startedAt: now - age }));
    mock.timers.enable({ apis: ['Date'], now });
    const found = openAttempt(sealer, cookies, 'state', TTL) !== undefined;
    mock.timers.reset();
    return found;
  };
  t.equal(aged(0), true);
  t.equal(aged(TTL), true);
  t.equal(aged(TTL + 1), false);
  t.equal(aged(-60_000), true, 'the clock of another server may be ahead');
  t.equal(aged(-60_001), false);
});

t.test('a cookie that was altered, moved, renamed or sealed elsewhere is none', async (t) => {
  const attempt = attemptOf('state-one');
  const { name, value } = sealAttempt(sealer, attempt);
  const other = sealAttempt(sealer, attemptOf('state-two'));
  const stranger = createSealer([randomBytes(32)]);
  const later = attemptCookieName('state-one', attempt.startedAt + 1);
  const session = name.replace('attempt', 'session');
  for (const [what, cookies] of [
    ['altered', { [name]: `${value.slice(0, -2)}${value.endsWith('AA') ? 'BB' : 'AA'}` }],
    ['empty', { [name]: '' }],
    ['absent', { [name]: undefined }],
    ['not sealed', { [name]: JSON.stringify(attempt) }],
    ['another attempt’s', { [name]: other.value }],
    ['under a later time', { [later]: value }],
    ['under a name that is no attempt’s', { [session]: value }],
    ['sealed with a stranger’s key', { [name]: sealAttempt(stranger, attempt).value }],
    ['sealed for a column', { [name]: sealer.seal(JSON.stringify(attempt), 'sso_clients:x') }],
    ['sealed, and not JSON', { [name]: sealer.seal('{', name) }],
    ['sealed, of another state', { [name]: sealer.seal(JSON.stringify(attemptOf('state-two')), name) }],
    ['sealed, and nothing', { [name]: sealer.seal('null', name) }],
  ] as const) {
    t.equal(openAttempt(sealer, cookies, 'state-one', TTL), undefined, what);
  }
  // Broken ones before it do not hide it.
  const before = attemptCookieName('state-one', attempt.startedAt - 1);
  t.same(openAttempt(sealer, { [before]: 'broken', [name]: value }, 'state-one', TTL)?.attempt, attempt);
});

t.test('five at once: the oldest goes, whatever the order of the cookies', async (t) => {
  const names = [5, 3, 1, 4, 2].map((n) => attemptCookieName(`state-${n}`, 1_700_000_000_000 + n));
  const [fifth, third, first, fourth, second] = names as [string, string, string, string, string];
  const cookies = (...of: string[]) =>
    Object.fromEntries(['a', '__Host-sso_session', ...of].map((n) => [n, 'x']));
  const added = { name: attemptCookieName('new', 1_700_000_000_100), value: 'x' };
  t.same(attemptsToForget({}, added), []);
  t.same(attemptsToForget(cookies(fifth, third, first, fourth), added), [], 'one more finds room');
  t.same(attemptsToForget(cookies(...names), added), [first]);
  const odd = ['a b', 'a', '', 'A_0000000000000000', '1_000000000000000é'].map(
    (rest) => `__Host-sso_attempt_${rest}`,
  );
  t.same(attemptsToForget(cookies(...odd), added), [], 'what no Set-Cookie could name is not ours');
  t.same(attemptsToForget(cookies(...names, attemptCookieName('x', 1_700_000_000_009)), added), [
    first,
    second,
  ]);
});

t.test('long addresses: all attempts together stay under 4000 bytes, and the newest is kept', async (t) => {
  const attempt = attemptOf('state');
  // Nothing that a compressor could make small.
  const long = { ...attempt, returnTo: `https://app.acme.test/${randomBytes(1_519).toString('base64url')}` };
  t.equal(long.returnTo.length, 2_048);
  let cookies: Record<string, string> = {};
  for (let n = 0; n < 8; n += 1) {
    const returnTo = n % 2 === 0 ? long.returnTo : attempt.returnTo;
    const next = sealAttempt(sealer, {
      ...long,
      returnTo,
      state: `state-${n}`,
      startedAt: attempt.startedAt + n,
    });
    t.ok(next.name.length + next.value.length < 2_800, 'a browser keeps it, and nginx passes it on');
    const gone = attemptsToForget(cookies, next);
    const kept = Object.entries(cookies).filter(([name]) => !gone.includes(name));
    cookies = { ...Object.fromEntries(kept), [next.name]: next.value };
    const line = Object.entries(cookies)
      .map(([name, value]) => `${name}=${value}`)
      .join('; ');
    t.ok(line.length < 4_096, `${line.length} bytes`);
    t.ok(next.name in cookies);
  }
});
