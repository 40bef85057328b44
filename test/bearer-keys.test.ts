import t from 'tap';
import { bearerKeyId, bearerKeyOf, createBearerKey, isBearerKey } from '../src/bearer-keys.ts';

t.test('a key is recognized by its form, and proved by its hash', async (t) => {
  for (let turn = 0; turn < 500; turn += 1) {
    const { id, key, hash } = createBearerKey();
    const other = createBearerKey();
    t.equal(bearerKeyId(key), id);
    t.ok(isBearerKey(key, hash) && !isBearerKey(other.key, hash));
  }
});

t.test('a change of any character shows without the database', async (t) => {
  const { key } = createBearerKey();
  for (let at = 0; at < key.length; at += 1) {
    const changed = `${key.slice(0, at)}${key[at] === 'a' ? 'b' : 'a'}${key.slice(at + 1)}`;
    t.equal(bearerKeyId(changed), null, changed);
  }
  for (const text of ['', 'ssol', key.slice(1), `${key}0`, ` ${key}`]) t.equal(bearerKeyId(text), null);
});

t.test('the Authorization header', async (t) => {
  t.equal(bearerKeyOf('Bearer abc'), 'abc');
  t.equal(bearerKeyOf('bearer  abc '), 'abc');
  for (const header of [undefined, '', 'abc', 'Basic abc', 'Bearer', 'Bearer a b'])
    t.equal(bearerKeyOf(header), null);
});
