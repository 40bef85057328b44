import t from 'tap';
import { testDatabase } from '../support/database.ts';

t.test('arrays of every type that is passed arrive as they are', async (t) => {
  const { sql, transaction } = await testDatabase(t);
  const odd = [
    'plain',
    '',
    'with "quotes"',
    'back\\slash',
    '{braces}',
    'a,b',
    ' space ',
    'NULL',
    'é\n',
    null,
  ];
  const rowsOf = async (rows: Promise<readonly Record<string, unknown>[]>) =>
    (await rows).map((row) => row.x);
  t.same(await rowsOf(sql`SELECT x FROM unnest(${odd}::text[]) AS x`), odd);
  t.same(await rowsOf(sql`SELECT x FROM unnest(${[1, -2, null]}::int[]) AS x`), [1, -2, null]);
  t.same(await rowsOf(sql`SELECT x FROM unnest(${[7]}::smallint[]) AS x`), [7]);
  const big = ['9007199254740993', '1'];
  t.same(await rowsOf(sql`SELECT x FROM unnest(${big}::bigint[]) AS x`), big);
  const json = [{ a: 'q"\\' }, [1], null];
  const texts = json.map((value) => (value === null ? null : JSON.stringify(value)));
  t.same(await rowsOf(sql`SELECT x FROM unnest(${texts}::jsonb[]) AS x`), json);
  const id = '0198c2a5-0000-7000-8000-000000000000';
  t.same(await rowsOf(sql`SELECT x FROM unnest(${[id]}::uuid[]) AS x`), [id]);
  const bytes = [Buffer.from([0, 255, 92, 34]), null];
  t.same(await rowsOf(sql`SELECT x FROM unnest(${sql.array(bytes, 17)}) AS x`), bytes);
  t.same(await rowsOf(transaction((tx) => tx.sql`SELECT x FROM unnest(${odd}::text[]) AS x`)), odd);
  t.same(await rowsOf(sql`SELECT count(*)::int AS x FROM unnest(${[]}::text[])`), [0]);
  await t.rejects(Promise.resolve(sql`SELECT ${[undefined as unknown as string]}::text[]`), {
    code: 'UNDEFINED_VALUE',
  });
});
