import t from 'tap';
import { rowsShownBy } from '../../scripts/tests-by-row.ts';

t.test('a row is shown by a test that runs, and by nothing else', async (t) => {
  const source = `
    // t.test('row 1: in a comment')
    t.test('row 2: a test', async (t) => { t.ok(true, 'row 3: an assertion') });
    t.test(\`rows 4, 5: \${name}\`, async () => {});
    t.test('rows 6–7, property: several', real, async () => {});
    t.test('row 8: left out', { skip: 'today' }, async () => {});
    t.test.skip('row 9: left out', async () => {});
    t.test('row 10: later', { todo: true });
    t.test('a browser, row 11: further on', async () => {});
    console.log('row 12: a text');`;
  t.same(rowsShownBy(source), [2, 4, 5, 6, 7]);
});
