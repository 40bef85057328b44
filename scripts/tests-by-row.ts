import ts from 'typescript';

/**
 * The rows that a test file shows: of each call of `t.test` whose name begins with them (`row 36: …`,
 * `rows 59, 62: …`). A comment, an assertion's words and a test that is skipped show nothing.
 */
export function rowsShownBy(source: string): number[] {
  const file = ts.createSourceFile('a.test.ts', source, ts.ScriptTarget.Latest);
  const rows: number[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && node.expression.getText(file) === 't.test') rows.push(...rowsOf(node));
    ts.forEachChild(node, visit);
  };
  visit(file);
  return rows;

  function rowsOf({ arguments: [name, options] }: ts.CallExpression): number[] {
    if (name === undefined || (options && isLeftOut(options))) return [];
    const text = ts.isTemplateExpression(name)
      ? name.head.text
      : ts.isStringLiteralLike(name)
        ? name.text
        : '';
    const [, list = ''] = /^rows? ([\d, –and]+)(?:, property)?:/.exec(text) ?? [];
    return (list.match(/\d+/g) ?? []).map(Number);
  }
}

function isLeftOut(options: ts.Expression): boolean {
  const names = ts.isObjectLiteralExpression(options) ? options.properties.map(({ name }) => name) : [];
  return names.some((name) => name && ts.isIdentifier(name) && ['skip', 'todo'].includes(name.text));
}
