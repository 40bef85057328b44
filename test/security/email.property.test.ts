/** Row 69: what may be said of every email, and of every two. */
import { domainToASCII } from 'node:url';
import fc from 'fast-check';
import t from 'tap';
import { domainOf, normalizeDomain, normalizeEmail } from '../../src/email.ts';

// Look-alikes, compatibility forms, things that fold: the ones that systems merged by mistake.
const CHARACTERS = [
  ...'abkimKIMAB019._+-@,;:<>()[]"\\/ \t\n%!#$&\'*=?^`{|}~',
  ...'éÉßẞıİſÅΩΣσςαΑаіѕ０ａｋＫ。．＠ﬁﬀ①²',
  ...[
    '\u212a',
    '\u212b',
    '\u2126',
    'e\u0301',
    '\u0301',
    '\u0307',
    '\u00ad',
    '\u200b',
    '\u200d',
    '\u202e',
    '\ufeff',
  ],
  ...[
    '\0',
    '\u007f',
    '\u0085',
    '\u00a0',
    '\u2028',
    '\ud800',
    '\udc00',
    '😀',
    '\ufe0f',
    '\u1e9e',
    '\u0345',
    'ǰ',
  ],
];
const soup = fc
  .array(fc.constantFrom(...CHARACTERS), { minLength: 1, maxLength: 8 })
  .map((all) => all.join(''));
const domain = fc.oneof(
  fc.constantFrom(
    'acme.test',
    'ACME.test',
    'acme.test.',
    'ａcme.test',
    'acme。test',
    'bücher.test',
    'xn--bcher-kva.test',
  ),
  fc.constantFrom(
    'faß.test',
    'fass.test',
    'ac\u00adme.test',
    '127.0.0.1',
    '0x7f.1',
    '[::1]',
    'localhost',
    'a_b.test',
  ),
  soup,
);
const email = fc.oneof(
  fc
    .tuple(fc.oneof(soup, fc.string({ unit: 'grapheme', minLength: 1, maxLength: 6 })), domain)
    .map((p) => p.join('@')),
  fc.emailAddress(),
  fc.string({ unit: 'binary' }),
);

t.test('row 69, property: it never throws, and what it gives is normal', async (t) => {
  let accepted = 0;
  fc.assert(
    fc.property(fc.oneof(email, fc.anything()), (value) => {
      const normalized = normalizeEmail(value);
      if (normalized === null) return true;
      accepted += 1;
      return (
        normalizeEmail(normalized) === normalized &&
        normalizeEmail(` ${value}\t`) === normalized &&
        normalized.split('@').length === 2 &&
        // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
        !/[\s,;<>"()\\\u0000-\u001f\u007f-\u009f]/.test(normalized) &&
        normalized === normalized.normalize('NFC') &&
        normalizeDomain(domainOf(normalized)) === domainOf(normalized) &&
        Buffer.byteLength(normalized) <= 254
      );
    }),
    { numRuns: 30_000 },
  );
  t.ok(accepted > 2_000, `${accepted} of them were emails`);
});

/** What a mail system holds for the same mailbox: case aside, and canonical composition (RFC 6532 §3.1). */
function sameMailbox(a: string, b: string): boolean {
  const [localA = '', domainA = ''] = a.trim().split('@');
  const [localB = '', domainB = ''] = b.trim().split('@');
  const dns = (name: string) => domainToASCII(name).replace(/\.$/, '');
  return sameLocalPart(localA, localB) && dns(domainA) === dns(domainB);
}

/** Character by character, decomposed: nothing is dropped, added or swapped but a capital for its letter. */
function sameLocalPart(a: string, b: string): boolean {
  const [x, y] = [[...decomposed(a)], [...decomposed(b)]];
  return (
    x.length === y.length &&
    x.every((char, i) => {
      const other = y[i] as string;
      if (char === other) return true;
      // A letter's capital and small form, of one character each; no ASCII letter for one that isn't.
      const ascii = char <= '\u007f' && other <= '\u007f';
      const neither = char > '\u007f' && other > '\u007f';
      const sigmas = /^[Σσς]{2}$/.test(char + other); // The capital of both.
      return sigmas || ((ascii || neither) && char.toLowerCase() === other.toLowerCase());
    })
  );
}

/** NFD, but that the Kelvin sign and its like stay what they are: Unicode makes plain ASCII of them. */
function decomposed(text: string): string {
  const kept = [...text].map((char) =>
    char > '\u007f' && [...char.normalize('NFD')].every((c) => c <= '\u007f')
      ? String.fromCodePoint(0xf0000 + (char.codePointAt(0) as number))
      : char,
  );
  return kept.join('').normalize('NFD');
}

/** Spellings that only look like the first, or that some system takes for it. */
const spellings = email.chain((one) => {
  const respelled = fc.constantFrom<(text: string) => string>(
    (s) => s.toUpperCase(),
    (s) => s.toLowerCase(),
    (s) => s.normalize('NFKC'),
    (s) => s.normalize('NFKD'),
    (s) => s.normalize('NFD'),
    (s) => s.toUpperCase().toLowerCase(),
    (s) => s.replace(/\+[^@]*@/, '@'),
    (s) => s.replaceAll('.', ''),
    (s) => s.replace('k', '\u212a'),
    (s) => s.replace('i', 'ı'),
    (s) => s.replace('I', 'İ'),
    (s) => s.replace('s', 'ſ'),
    (s) => s.replace('ss', 'ß'),
    (s) => s.replace('a', 'а'),
    (s) => s.replace('@', '＠'),
    (s) => s.replace('@', '\u200b@'),
    (s) => `${s}.`,
    (s) => `${s},eve@evil.test`,
    (s) => `"${s}"`,
    (s) => `ada@evil.test,${s}`,
  );
  return fc.tuple(
    fc.constant(one),
    fc.oneof(
      respelled.map((change) => change(one)),
      email,
    ),
  );
});

t.test('row 69, property: two spellings of different people are never merged', async (t) => {
  let merged = 0;
  fc.assert(
    fc.property(spellings, ([a, b]) => {
      const [one, two] = [normalizeEmail(a), normalizeEmail(b)];
      if (one === null || one !== two) return true;
      if (a !== b) merged += 1;
      return sameMailbox(a, b);
    }),
    { numRuns: 30_000 },
  );
  t.ok(merged > 300, `${merged} pairs of different spellings were one person's`);
});

t.test('row 69: what the property must tell apart, by hand', async (t) => {
  for (const [a, b] of [
    ['kim@acme.test', '\u212aim@acme.test'],
    ['kim@acme.test', 'kım@acme.test'],
    ['ass@acme.test', 'aß@acme.test'],
    ['as@acme.test', 'aſ@acme.test'],
    ['ada@acme.test', 'аda@acme.test'],
    ['fi@acme.test', 'ﬁ@acme.test'],
    ['k@acme.test', 'ｋ@acme.test'],
    ['ada@acme.test', 'ada+x@acme.test'],
    ['ada@acme.test', 'a.da@acme.test'],
    ['ada@fass.test', 'ada@faß.test'],
    ['ada@acme.test', 'ada@ac-me.test'],
    ['2@acme.test', '²@acme.test'],
  ] as const) {
    t.not(normalizeEmail(a), normalizeEmail(b), `${a} ${b}`);
    t.notOk(sameMailbox(a, b), 'and the oracle knows');
  }
});
