/** Rows 35, 36, 48: a sealed cookie or column, altered anyhow, opens nothing. */
import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import t from 'tap';
import { type Attempt, openAttempt, sealAttempt } from '../../src/login/attempt.ts';
import { createSealer } from '../../src/seal.ts';

const sealer = createSealer([randomBytes(32), randomBytes(32)]);

/** The text with one bit of one of its bytes turned, as what a browser would send. */
function flipped(text: string, bit: number): string {
  const bytes = Buffer.from(text, 'latin1');
  const at = bit % (bytes.length * 8);
  bytes.writeUInt8(bytes.readUInt8(at >> 3) ^ (1 << (at & 7)), at >> 3);
  return bytes.toString('latin1');
}

const opens = (sealed: string, place: string): boolean => {
  try {
    sealer.open(sealed, place);
    return true;
  } catch (error) {
    if ((error as { code?: string }).code === 'seal_broken') return false;
    throw error;
  }
};

t.test('rows 35, 36, property: what is sealed opens, and any flipped bit is refused', async (t) => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string(), fc.nat(), (text, place, bit) => {
      const sealed = sealer.seal(text.toWellFormed(), place);
      return sealer.open(sealed, place) === text.toWellFormed() && !opens(flipped(sealed, bit), place);
    }),
    { numRuns: 5_000 },
  );
  const sealed = sealer.seal('{"state":"x"}', 'here');
  const bits = Array.from({ length: sealed.length * 8 }, (_, bit) => bit);
  const open = bits.filter((bit) => opens(flipped(sealed, bit), 'here'));
  t.same(open, [], `none of its ${bits.length} bits`);
});

t.test('rows 35, 36, property: no other text and no other place opens it', async () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.string(), (text, here, there) => {
      const sealed = sealer.seal(text, here);
      return !opens(there, here) && (here === there || !opens(sealed, there));
    }),
    { numRuns: 2_000 },
  );
  fc.assert(
    fc.property(fc.string(), fc.nat(), fc.nat(), (text, from, to) => {
      const sealed = sealer.seal(text, 'here');
      const cut = sealed.slice(from % sealed.length, to % (sealed.length + 1));
      return cut === sealed || !opens(cut, 'here');
    }),
    { numRuns: 2_000 },
  );
});

t.test('rows 35, 36, property: nor does an attempt’s cookie, name and value together', async () => {
  const attempt: Attempt = {
    state: 'the-state',
    nonce: 'n',
    verifier: 'v',
    ssoClientId: 'c',
    ssoClientVersion: 1,
    returnTo: 'https://app.acme.test/',
    sessionToken: 's',
    company: 'acme',
    startedAt: Date.now(),
  };
  const { name, value } = sealAttempt(sealer, attempt);
  fc.assert(
    fc.property(fc.boolean(), fc.nat(), (ofName, bit) => {
      const cookie = ofName ? { [flipped(name, bit)]: value } : { [name]: flipped(value, bit) };
      return openAttempt(sealer, cookie, attempt.state, 600_000) === undefined;
    }),
    { numRuns: 5_000 },
  );
});
