import { mock } from 'node:test';
import { exportJWK, generateKeyPair } from 'jose';
import t from 'tap';
import { createProviderKeys } from '../../src/provider/keys.ts';

const pair = async (kid: string) => ({
  ...(await exportJWK((await generateKeyPair('RS256', { extractable: true })).publicKey)),
  kid,
  alg: 'RS256',
});
const token = { payload: '', signature: '' };

t.test(
  'a key that is rotated right after a fetch is found; a flood of unknown kid costs two fetches',
  async (t) => {
    mock.timers.enable({ apis: ['Date'], now: 1_000_000 });
    t.teardown(() => mock.timers.reset());
    const [first, second, third] = await Promise.all([pair('1'), pair('2'), pair('3')]);
    let keys = [first];
    let fetches = 0;
    const source = createProviderKeys(async () => {
      fetches += 1;
      return { keys };
    })('https://issuer.test/jwks');
    const get = async (kid: string) => source.getKey({ alg: 'RS256', kid }, token);
    t.ok(await get('1'));
    keys = [second];
    t.ok(await get('2'), 'rotated a moment after the first fetch');
    keys = [third];
    t.ok(await get('3'), 'and once more');
    t.equal(fetches, 3);
    for (let n = 0; n < 100; n += 1)
      await t.rejects(get(`unknown-${n}`), { code: 'ERR_JWKS_NO_MATCHING_KEY' });
    t.equal(fetches, 3);
    mock.timers.tick(31_000);
    for (let n = 0; n < 100; n += 1) await get(`unknown-${n}`).catch(() => {});
    t.equal(fetches, 5, 'two in each window');
  },
);

t.test('old keys are not trusted when new ones cannot be had', async (t) => {
  mock.timers.enable({ apis: ['Date'], now: 1_000_000 });
  t.teardown(() => mock.timers.reset());
  const key = await pair('1');
  let away = false;
  const source = createProviderKeys(async () => {
    if (away) throw new Error('unreachable');
    return { keys: [key] };
  })('https://issuer.test/jwks');
  const get = async () => source.getKey({ alg: 'RS256', kid: '1' }, token);
  t.ok(await get());
  away = true;
  t.ok(await get());
  mock.timers.tick(11 * 60_000);
  await t.rejects(get(), { message: 'unreachable' });
});
