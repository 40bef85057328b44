/** A released schema only grows. Each kind of change that would break a reader is tried, and refused. */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import t from 'tap';
import { Type } from 'typebox';
import { incompatibilities } from '../../scripts/contracts/compatible.ts';
import { brokenPromises } from '../../scripts/contracts/released.ts';
import { SCHEMAS } from '../../scripts/contracts/schemas.ts';
import { openSchema } from '../../src/events/open.ts';

const closed = { additionalProperties: false };
const fields = () => ({
  id: Type.String({ pattern: '^[0-9a-f]+$' }),
  outcome: Type.Enum(['linked', 'refused']),
  reason: Type.Union([Type.Enum(['a', 'b']), Type.Null()]),
  user_id: Type.Union([Type.String(), Type.Null()]),
  count: Type.Integer({ minimum: 0 }),
  maybe: Type.Optional(Type.String()),
  matched: Type.Array(Type.Object({ provider: Type.String(), rank: Type.Integer() }, closed)),
  evidence: Type.Object({ rule: Type.Integer() }, closed),
});
type Fields = Record<string, Type.TSchema>;

const schemaOf = (properties: Fields) =>
  openSchema(Type.Object(properties, closed)) as unknown as Record<string, unknown>;
const after = (change: (properties: Fields) => void) => {
  const properties: Fields = fields();
  change(properties);
  return incompatibilities(schemaOf(fields()), schemaOf(properties));
};

const breaking: Record<string, [(f: Fields) => void, RegExp]> = {
  'a field is removed': [(f) => delete f.id, /^id: the field is gone/],
  'an optional field is removed': [(f) => delete f.maybe, /^maybe: the field is gone/],
  'a field is renamed': [
    (f) => {
      f.ident = Type.Optional(f.id as Type.TSchema);
      delete f.id;
    },
    /^id: the field is gone/,
  ],
  'a field is no longer always there': [
    (f) => (f.id = Type.Optional(Type.String({ pattern: '^[0-9a-f]+$' }))),
    /^id: it was always there/,
  ],
  'an optional field becomes required': [(f) => (f.maybe = Type.String()), /^maybe: it would be required/],
  'a new field is required': [(f) => (f.added = Type.String()), /^added: it would be required/],
  'a type is another': [(f) => (f.count = Type.String()), /^count: type was "integer"/],
  'a whole number may be a fraction': [(f) => (f.count = Type.Number({ minimum: 0 })), /^count: type/],
  'a text may be null': [
    (f) => (f.id = Type.Union([Type.String({ pattern: '^[0-9a-f]+$' }), Type.Null()])),
    /^id: /,
  ],
  'a text may be null no longer': [(f) => (f.user_id = Type.String()), /^user_id: /],
  'a pattern is another': [(f) => (f.id = Type.String({ pattern: '^.$' })), /^id: pattern was/],
  'a pattern is dropped': [(f) => (f.id = Type.String()), /^id: pattern was .* would be not limited/],
  'a limit is added': [(f) => (f.count = Type.Integer({ minimum: 0, maximum: 9 })), /^count: maximum/],
  'a limit is dropped': [(f) => (f.count = Type.Integer()), /^count: minimum/],
  'a word is removed': [(f) => (f.outcome = Type.Enum(['linked'])), /^outcome: the word refused is gone/],
  'a word is renamed': [
    (f) => (f.reason = Type.Union([Type.Enum(['a', 'c']), Type.Null()])),
    /^reason: the word b is gone/,
  ],
  'a list of words may be null no longer': [(f) => (f.reason = Type.Enum(['a', 'b'])), /^reason: /],
  'words become any text': [(f) => (f.outcome = Type.String()), /^outcome: /],
  'any text becomes words': [(f) => (f.maybe = Type.Optional(Type.Enum(['x']))), /^maybe: /],
  'a field within a field is removed': [(f) => (f.evidence = Type.Object({}, closed)), /^evidence\.rule: /],
  'a field within a list is removed': [
    (f) => (f.matched = Type.Array(Type.Object({ provider: Type.String() }, closed))),
    /^matched\[\]\.rank: the field is gone/,
  ],
  'a list becomes one thing': [(f) => (f.matched = Type.Object({}, closed)), /^matched: /],
  'a list gets a limit': [
    (f) => (f.matched = Type.Array((fields().matched as { items: Type.TSchema }).items, { maxItems: 1 })),
    /^matched: maxItems/,
  ],
};

for (const [name, [change, sentence]] of Object.entries(breaking)) {
  t.test(`refused: ${name}`, async (t) => {
    const found = after(change);
    t.ok(
      found.some((line) => sentence.test(line)),
      found.join('; ') || 'nothing was found',
    );
  });
}

t.test('allowed: what an open reader does not notice', async (t) => {
  const allowed: Record<string, (f: Fields) => void> = {
    nothing: () => {},
    'a new optional field': (f) => (f.added = Type.Optional(Type.String())),
    'a new word': (f) => (f.outcome = Type.Enum(['linked', 'refused', 'deferred'])),
    'a new word where null may stand': (f) =>
      (f.reason = Type.Union([Type.Enum(['a', 'b', 'c']), Type.Null()])),
    'another description': (f) => (f.count = Type.Integer({ minimum: 0, description: 'New words' })),
    'a new optional field within a field': (f) =>
      (f.evidence = Type.Object({ rule: Type.Integer(), more: Type.Optional(Type.String()) }, closed)),
  };
  for (const [name, change] of Object.entries(allowed)) t.same(after(change), [], name);
});

t.test('every field of every released schema is held', async (t) => {
  t.same(await brokenPromises(), []);
  for (const { file, schema } of SCHEMAS) {
    for (const name of Object.keys(schema.properties as object)) {
      const changed = structuredClone(schema);
      delete (changed.properties as Record<string, unknown>)[name];
      const broken = await brokenPromises(
        SCHEMAS.map((s) => (s.file === file ? { file, schema: changed } : s)),
      );
      t.same(broken, [`schemas/${file}: ${name}: the field is gone`]);
    }
    const another = { ...schema, $id: `${schema.$id}0` };
    const broken = await brokenPromises(
      SCHEMAS.map((s) => (s.file === file ? { file, schema: another } : s)),
    );
    t.match(broken, [/\$id was/]);
  }
});

t.test('a released schema can’t go', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'sso-link-released-'));
  await writeFile(join(folder, 'user.gone.v1.json'), '{}');
  t.same(await brokenPromises(SCHEMAS, pathToFileURL(`${folder}/`)), [
    'schemas/user.gone.v1.json was released and is gone',
  ]);
});
