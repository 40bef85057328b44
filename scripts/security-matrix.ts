/**
 * `npm run security:matrix`: the rows of docs/security.md, each with the tests that show it
 * (tests-by-row.ts). Ends with 1 where a row has neither a test nor an explanation.
 */
import { readdir, readFile } from 'node:fs/promises';
import { HOSTILE_TOKENS } from '../test/support/hostile/id-tokens.ts';
import { rowsShownBy } from './tests-by-row.ts';

const ROWS = 73;
const ROOT = new URL('../', import.meta.url);

const files = (await readdir(new URL('test/security/', ROOT))).filter((f) => f.endsWith('.test.ts'));
const found = new Map<number, Set<string>>();
const show = (row: number, file: string) =>
  found.set(row, (found.get(row) ?? new Set()).add(`test/security/${file}`));
for (const file of files.sort()) {
  const text = await readFile(new URL(`test/security/${file}`, ROOT), 'utf8');
  for (const row of rowsShownBy(text)) show(row, file);
}
// The hostile ID tokens are data: a test is made of each.
for (const { row } of HOSTILE_TOKENS) show(row, 'id-token.test.ts');

const document = await readFile(new URL('docs/security.md', ROOT), 'utf8');
const titles = new Map<number, string>();
const explained = new Map<number, string>();
for (const [, row, title = '', how = ''] of document.matchAll(/^\| (\d+) \| ([^|]+) \| ([^|]*) \|$/gm)) {
  titles.set(Number(row), title.trim());
  if (how.trim() !== '') explained.set(Number(row), how.trim());
}

let missing = 0;
for (let row = 1; row <= ROWS; row += 1) {
  const tests = [...(found.get(row) ?? [])];
  const shown =
    tests.length > 0 ? tests.join(', ') : (explained.get(row) ?? 'NEITHER A TEST NOR AN EXPLANATION');
  if (tests.length === 0 && !explained.has(row)) missing += 1;
  console.log(`${String(row).padStart(2)}  ${(titles.get(row) ?? '').padEnd(58)}  ${shown}`);
}
console.log(`\n${ROWS - missing} of ${ROWS} rows are shown or explained`);
process.exit(missing === 0 ? 0 : 1);
