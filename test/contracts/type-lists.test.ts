import t from 'tap';
import { Compile } from 'typebox/compile';
import { SCHEMAS } from '../../scripts/contracts/schemas.ts';
import { withTypeLists } from '../../scripts/contracts/type-lists.ts';

t.test('alternatives that differ in their type become a list of types', async (t) => {
  const open = { anyOf: [{ enum: ['a', 'b'] }, { type: 'string' }] };
  t.same(withTypeLists(open), { type: 'string', 'x-extensible-enum': ['a', 'b'] });
  t.same(withTypeLists({ anyOf: [...open.anyOf, { type: 'null' }], description: 'Why' }), {
    description: 'Why',
    type: ['string', 'null'],
    'x-extensible-enum': ['a', 'b'],
  });
  t.same(withTypeLists({ anyOf: [{ type: 'string', pattern: '^a$' }, { type: 'null' }] }), {
    type: ['string', 'null'],
    pattern: '^a$',
  });
});

t.test('other alternatives stay: a list of types would accept more', async (t) => {
  for (const anyOf of [
    [{ enum: ['a'] }, { type: 'null' }],
    [{ enum: ['a'] }, { type: 'string', pattern: '^b$' }],
    [{ type: 'string', minLength: 1 }, { type: 'integer' }],
    [
      { type: 'string', pattern: '^a$' },
      { type: 'string', pattern: '^b$' },
    ],
    [{ $ref: '#/a' }, { type: 'null' }],
  ]) {
    t.same(withTypeLists({ anyOf }), { anyOf });
  }
});

t.test('both forms of every published schema refuse the same values', async (t) => {
  const values = ['text', '', null, 7, 1.5, true, [], {}, [{}]];
  for (const { file, schema } of SCHEMAS) {
    for (const [name, part] of Object.entries(schema.properties as Record<string, object>)) {
      const [before, after] = [Compile(part), Compile(withTypeLists(part) as object)];
      for (const value of values) {
        t.equal(after.Check(value), before.Check(value), `${file} ${name}: ${JSON.stringify(value)}`);
      }
    }
  }
});
