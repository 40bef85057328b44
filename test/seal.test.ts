import { randomBytes } from 'node:crypto';
import t from 'tap';
import { createSealer } from '../src/seal.ts';

const [oldKey, newKey] = [randomBytes(32), randomBytes(32)];

t.test('what is sealed opens in its own place, and nowhere else', async (t) => {
  const sealer = createSealer([newKey]);
  const sealed = sealer.seal('secret', 'sso_clients:1');
  t.equal(sealer.open(sealed, 'sso_clients:1'), 'secret');
  t.throws(() => sealer.open(sealed, 'sso_clients:2'), { code: 'seal_broken' });
  t.notMatch(sealed, 'secret');
  t.not(sealer.seal('secret', 'sso_clients:1'), sealed, 'a nonce of its own each time');
});

t.test('any altered character is refused', async (t) => {
  const sealer = createSealer([newKey]);
  const sealed = sealer.seal('secret', 'x');
  for (let i = 0; i < sealed.length; i += 1) {
    const other = sealed[i] === 'A' ? 'B' : 'A';
    t.throws(() => sealer.open(sealed.slice(0, i) + other + sealed.slice(i + 1), 'x'), {
      code: 'seal_broken',
    });
  }
  for (const broken of ['', 'x', 's1..', `${sealed}=`, ` ${sealed}`, `${sealed}.x`]) {
    t.throws(() => sealer.open(broken, 'x'), { code: 'seal_broken' });
  }
});

t.test('several keys live: the first seals, all open', async (t) => {
  const sealed = createSealer([oldKey]).seal('secret', 'x');
  const both = createSealer([newKey, oldKey]);
  t.equal(both.open(sealed, 'x'), 'secret');
  t.ok(both.isStale(sealed));
  t.notOk(both.isStale(both.seal('secret', 'x')));
  t.throws(() => createSealer([newKey]).open(sealed, 'x'), {
    code: 'seal_broken',
    message: /SECRET_KEYS no longer holds/,
  });
  t.throws(() => createSealer([]), { code: 'seal_no_key' });
});

t.test('a pseudonym is stable for a key, and tells nothing', async (t) => {
  const sealer = createSealer([newKey]);
  t.equal(sealer.pseudonym('ada@acme.test'), sealer.pseudonym('ada@acme.test'));
  t.not(sealer.pseudonym('ada@acme.test'), createSealer([oldKey]).pseudonym('ada@acme.test'));
});
