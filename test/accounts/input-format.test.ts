import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import t from 'tap';
import { operator } from '../commands/operator.ts';
import { testDatabase } from '../support/database.ts';

const { url, sql } = await testDatabase(t);
const account = (id: string, more = {}) => ({
  user_id: id,
  provider: 'github',
  provider_user_id: id,
  email: `${id}@acme.test`,
  email_verified: true,
  ...more,
});
const ndjson = (...lines: object[]) => Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
const run = (content: Buffer, chunk = content.length) => {
  const chunks: Buffer[] = [];
  for (let at = 0; at < content.length; at += chunk) chunks.push(content.subarray(at, at + chunk));
  return operator(url)('accounts import -', Readable.from(chunks));
};

t.test('what is no NDJSON in UTF-8 is recognized at the start: one sentence', async (t) => {
  const lines = ndjson(account('a'), account('b'));
  const csv = 'user_id,provider,provider_user_id,email,email_verified\n'.repeat(3_000);
  for (const [content, sentence] of [
    [Buffer.from(`\ufeff${lines}`, 'utf16le'), /UTF-16: save it as UTF-8/],
    [Buffer.from(String(lines), 'utf16le'), /UTF-16: save it as UTF-8/],
    [Buffer.from(csv), /CSV: write one JSON object per line/],
    [Buffer.from('"user_id";"email"\n"u";"e"\n'), /CSV/],
    [Buffer.from(JSON.stringify([account('a')], null, 2)), /one JSON array: write one object per line/],
    [Buffer.from(`PK\u0003\u0004${'x'.repeat(100)}`), /ZIP archive/],
    [gzipSync(csv), /CSV/],
    [gzipSync(lines).subarray(0, 40), /gzip file is damaged or incomplete/],
  ] as const) {
    for (const chunk of [content.length, 1]) {
      const { exitCode, err } = await run(content, chunk);
      t.equal(exitCode, 1);
      t.match(err, sentence);
      t.equal(err.trim().split('\n').length, 1, 'one line');
    }
  }
  t.equal((await sql`SELECT FROM users`).length, 0);
});

t.test('gzip is read, and a byte order mark is no part of the first line', async (t) => {
  t.match(await run(gzipSync(ndjson(account('zipped'), account('too')))), { exitCode: 0 });
  t.match(await run(Buffer.from(`\ufeff${ndjson(account('marked'))}`)), { exitCode: 0 });
  const users = await sql`SELECT id FROM users ORDER BY id`;
  t.same([...users], [{ id: 'marked' }, { id: 'too' }, { id: 'zipped' }]);
});

t.test('after 20 invalid lines in a row only their number is printed', async (t) => {
  const content = Buffer.concat([
    ndjson(account('fine')),
    Buffer.from('{broken\n'.repeat(3_000)),
    ndjson(account('last')),
  ]);
  const { exitCode, err } = await run(content);
  t.equal(exitCode, 2);
  const told = err.split('\n').filter((line) => /^line \d+/.test(line));
  t.equal(told.length, 20);
  t.match(err, /only their number is printed/);
  t.match(await sql`SELECT id FROM users WHERE id IN ('fine', 'last')`, { length: 2 });
});

t.test('a private address at GitHub: the user is mirrored, and no email finds them', async (t) => {
  const lines = ndjson(
    account('private', { email: null, email_verified: null }),
    account('absent-flag', { email: null, email_verified: undefined }),
  );
  t.match(await run(lines), { exitCode: 0 });
  t.same(
    [
      ...(await sql`SELECT user_id, email, email_verified FROM social_accounts WHERE email IS NULL ORDER BY 1`),
    ],
    [
      { user_id: 'absent-flag', email: null, email_verified: false },
      { user_id: 'private', email: null, email_verified: false },
    ],
  );
  t.match(await run(lines), { exitCode: 0, out: /unchanged/i }, 'idempotent');
  t.match(await operator(url)('users suspend private'), { exitCode: 0 }, 'commands know the user');
  t.match(await run(ndjson(account('x', { email_verified: null }))), {
    exitCode: 2,
    err: /email_verified is invalid/,
  });
});
