import t from 'tap';
import { domainOf, normalizeDomain, normalizeEmail } from '../src/email.ts';

t.test('an email is compared trimmed, NFC, in lower case, its domain in IDNA ASCII', async (t) => {
  t.equal(normalizeEmail('  Ada@Example.COM '), 'ada@example.com');
  t.equal(normalizeEmail('jose\u0301@example.com'), 'jos\u00e9@example.com');
  t.equal(normalizeEmail('ada@b\u00fccher.example'), 'ada@xn--bcher-kva.example');
  t.equal(normalizeEmail('ada@example.com.'), 'ada@example.com');
});

t.test('plus-tags are kept: they may be another person’s', async (t) => {
  t.equal(normalizeEmail('ada+x@example.com'), 'ada+x@example.com');
});

t.test('what could be read as another address is none', async (t) => {
  for (const email of [
    'a@b@example.com',
    'ada,bob@example.com',
    'ada\u0000@example.com',
    'a da@example.com',
    'ada\u200b@example.com',
    '@example.com',
    'ada@',
    'ada@localhost',
    'ada@127.0.0.1',
    'ada@example.com:80',
    'ada@evil.com/@example.com',
    'ada@example.com@evil.com',
    'ada@example.com/x',
    'ada@example.com?x',
    'ada@example.com#x',
    'ada@example%2ecom',
    'ada@example.com\\.evil.com',
    '[ada]@[example.com]',
    '"ada"@example.com',
    '\u212aim@example.com', // the Kelvin sign, which NFC turns into K
    `${'a'.repeat(250)}@example.com`,
    '\ud800@example.com',
    42,
    null,
    undefined,
  ]) {
    t.equal(normalizeEmail(email), null, String(email));
  }
});

t.test('at most 254 bytes, and 253 for a domain', async (t) => {
  t.ok(normalizeEmail(`${'a'.repeat(242)}@example.com`));
  t.equal(normalizeEmail(`${'a'.repeat(243)}@example.com`), null);
  t.equal(normalizeEmail(`${'é'.repeat(122)}@example.com`), null, 'bytes, not characters');
  const labels = Array.from({ length: 3 }, () => 'a'.repeat(63));
  t.ok(normalizeDomain([...labels, 'b'.repeat(61)].join('.')));
  t.equal(normalizeDomain([...labels, 'b'.repeat(62)].join('.')), null);
});

t.test('a domain is compared in lower case and without its trailing dot', async (t) => {
  t.equal(normalizeDomain('Example.COM.'), 'example.com');
  t.equal(normalizeDomain('com'), null);
  t.equal(normalizeDomain('exa mple.com'), null);
  t.equal(domainOf('ada@example.com'), 'example.com');
});
