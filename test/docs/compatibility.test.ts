import { readFile } from 'node:fs/promises';
import t from 'tap';

const read = (file: string) => readFile(new URL(`../../${file}`, import.meta.url), 'utf8');

t.test('each row of docs/compatibility.md names a test that is there', async (t) => {
  const page = await read('docs/compatibility.md');
  const named = [...page.matchAll(/`((?:test|scripts)\/[^`]+)`: ([^|]+?) \|/g)];
  const rows = page.split('\n').filter((line) => /^\| (?!Situation)/.test(line));
  t.ok(rows.length > 40);
  t.equal(named.length, rows.length, 'a test in each row');
  for (const [, file = '', name = ''] of named) t.ok((await read(file)).includes(name), `${file}: ${name}`);
});
