import fc from 'fast-check';
import t from 'tap';
import { parseReturnTo, type ReturnToRules } from '../../src/login/return-to.ts';

const where = {
  appUrl: 'https://app.acme.test/home',
  origins: ['https://app.acme.test', 'https://admin.acme.test', 'http://localhost:3000'],
};
const follow = (value: string, rules: ReturnToRules) => {
  const read = parseReturnTo(value, rules);
  return 'url' in read ? read.url : undefined;
};
const read = (value: unknown) => follow(value as string, where);

t.test('a listed origin, or a path of the product, in its normal form', async (t) => {
  for (const [value, expected] of [
    ['https://app.acme.test/a?b=c#d', 'https://app.acme.test/a?b=c#d'],
    ['https://admin.acme.test', 'https://admin.acme.test/'],
    ['HTTPS://ADMIN.ACME.TEST/X', 'https://admin.acme.test/X'],
    ['https://app.acme.test:443/', 'https://app.acme.test/'],
    ['http://localhost:3000/x', 'http://localhost:3000/x'],
    ['/reports?week=3', 'https://app.acme.test/reports?week=3'],
    ['/', 'https://app.acme.test/'],
    ['/a/../../b', 'https://app.acme.test/b'],
    ['/%2f%2fevil.test', 'https://app.acme.test/%2f%2fevil.test'],
    ['/:80', 'https://app.acme.test/:80'],
    ['/ü', 'https://app.acme.test/%C3%BC'],
  ] as const) {
    t.equal(read(value), expected, value);
  }
});

t.test('everything else is nothing', async (t) => {
  for (const value of [
    undefined,
    null,
    7,
    ['/'],
    '',
    'reports',
    '?x',
    '#x',
    '//evil.test',
    '//app.acme.test/',
    '///evil.test',
    '/\\evil.test',
    '\\/evil.test',
    '/a\\b',
    'https:\\\\app.acme.test',
    'https:app.acme.test',
    'https:/app.acme.test',
    'https:///app.acme.test',
    'https://',
    'https://app.acme.test.evil.test/',
    'https://app.acme.test@evil.test/',
    'https://user@app.acme.test/',
    'https://:password@app.acme.test/',
    'https://user:password@app.acme.test/',
    'http://app.acme.test/',
    'https://app.acme.test:8443/',
    'http://localhost:3001/',
    'http://localhost/',
    'https://[::1]/',
    'https://app.acme.test%00.evil.test/',
    'https://app.acme.test/ x',
    ' https://app.acme.test/',
    'xhttps://app.acme.test/',
    'ftp://app.acme.test/',
    'javascript:alert(1)',
    'data:text/html,x',
    '/\u0000',
    '/\t/evil.test',
    '/\n',
    '/\r\nset-cookie: a=b',
    '/\u001f',
    '/\u007f',
    '/\ud800',
  ]) {
    t.equal(read(value), undefined, JSON.stringify(value));
  }
});

t.test('at most 2048 bytes in normal form, and a reason where it is ignored', async (t) => {
  t.ok(read(`/${'a'.repeat(2_000)}`));
  t.equal(read(`/${'a'.repeat(2_048)}`), undefined);
  t.ok(read(`/${'ж'.repeat(240)}`), '240 Cyrillic letters');
  t.equal(read(`/${'ж'.repeat(400)}`), undefined, '2400 bytes in normal form');
  const why = (value: string) => parseReturnTo(value, where);
  t.same(why(`/${'a'.repeat(3_000)}`), { ignored: 'longer than 2048 bytes' });
  t.same(why(`/${'ж'.repeat(400)}`), { ignored: 'longer than 2048 bytes' });
  t.same(why('https://evil.test/'), { ignored: 'not a listed origin' });
  t.same(why('javascript:alert(1)'), { ignored: 'not a valid URL' });
});

t.test('a product under a path of its own: a relative one is of its origin', async (t) => {
  const beneath = { appUrl: 'https://acme.test/app/', origins: ['https://acme.test'] };
  t.equal(follow('/x', beneath), 'https://acme.test/x');
  t.equal(
    follow('/x', { ...beneath, origins: [] }),
    'https://acme.test/x',
    'and its origin needs no listing',
  );
  t.equal(follow('https://acme.test/x', { ...beneath, origins: [] }), undefined);
});

t.test('property: whatever is accepted parses, by a WHATWG URL parser, to a listed origin', async (t) => {
  const piece = fc.constantFrom(
    ...[
      '/',
      '//',
      '\\',
      ':',
      '@',
      '.',
      '..',
      '#',
      '?',
      '%',
      '%2f',
      '%5c',
      '%00',
      '\t',
      '\n',
      '\r',
      ' ',
      '\0',
    ],
    ...['http', 'https', 'HTTPS', 'javascript', 'data', 'app.acme.test', 'admin.acme.test', 'evil.test'],
    ...[
      'localhost',
      '3000',
      '443',
      '[::1]',
      '127.1',
      'xn--',
      'ⓐpp.acme.test',
      'app。acme。test',
      '\u202e',
      'ſ',
    ],
  );
  const made = fc
    .array(fc.oneof(piece, fc.string({ maxLength: 4 })), { maxLength: 9 })
    .map((all) => all.join(''));
  const started = fc
    .tuple(
      fc.constantFrom('https://app.acme.test', 'https://admin.acme.test', '/', 'http://localhost:3000'),
      made,
    )
    .map(([start, rest]) => start + rest);
  let accepted = 0;
  fc.assert(
    fc.property(fc.oneof(made, started, fc.webUrl(), fc.string({ unit: 'binary' })), (value) => {
      const target = read(value);
      if (target === undefined) return true;
      accepted += 1;
      const { origin, username, password, href } = new URL(target);
      // What a browser makes of it is the same: of the normal form, and of what was asked for.
      const asked = new URL(value, where.appUrl);
      return (
        where.origins.includes(origin) &&
        asked.origin === origin &&
        username + password === '' &&
        href === target &&
        /^[\x21-\x7e]+$/.test(target)
      );
    }),
    { numRuns: 20_000 },
  );
  t.ok(accepted > 1_000, `${accepted} of them were accepted`);
});
