// Part of `npm run contracts:check`: Modelina's models of docs/asyncapi.yaml in TypeScript, compiled by tsc, and in
// Java, compiled by javac where there is one. A field that a generator cannot read becomes `any` or `Object`.
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { JavaFileGenerator, TypeScriptFileGenerator } from '@asyncapi/modelina';
import { parse } from 'yaml';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const text = await readFile(process.argv[2] ?? join(ROOT, 'docs/asyncapi.yaml'), 'utf8');
const events = Object.entries(parse(text).components.messages).filter(([, { payload }]) => payload.$ref);
/** Modelina writes the dot of a type's name out. */
const modelOf = (type) =>
  type.replaceAll('.', '_dot_').replace(/(?:^|_)(\w)/g, (_, letter) => letter.toUpperCase());
const folder = await mkdtemp(join(tmpdir(), 'sso-link-models-'));

try {
  const ts = await new TypeScriptFileGenerator({ modelType: 'interface' }).generateToFiles(
    text,
    join(folder, 'ts'),
    { exportType: 'named' },
  );
  const java = await new JavaFileGenerator({ collectionType: 'List' }).generateToFiles(
    text,
    join(folder, 'java/models'),
    { packageName: 'models' },
  );
  const schemas = parse(text).components.schemas;
  for (const [language, models] of Object.entries({ TypeScript: ts, Java: java })) {
    for (const [type] of events) check(language, models, type, schemas[type]);
  }
  await writeFile(
    join(folder, 'ts/tsconfig.json'),
    JSON.stringify({
      compilerOptions: {
        noEmit: true,
        strict: true,
        types: [],
        module: 'esnext',
        moduleResolution: 'bundler',
      },
    }),
  );
  compile(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', join(folder, 'ts')]);
  const files = java.map(({ modelName }) => join(folder, 'java/models', `${modelName}.java`));
  const javac = compile('javac', ['-d', join(folder, 'classes'), ...files]);
  console.log(
    `Models of ${events.length} events: ${ts.length} files of TypeScript compiled, ${java.length} of Java ${javac ? 'compiled' : 'not compiled: no javac'}`,
  );
} finally {
  await rm(folder, { recursive: true });
}

/** Every field of the schema is in the model, and no field accepts every value. */
function check(language, models, type, schema) {
  const model = models.find(({ modelName }) => modelName === modelOf(type));
  if (model === undefined) throw new Error(`${language}: there is no model of ${type}`);
  const properties = Object.values(model.model.properties ?? {});
  const names = new Set(properties.map(({ unconstrainedPropertyName }) => unconstrainedPropertyName));
  for (const name of Object.keys(schema.properties)) {
    if (!names.has(name)) throw new Error(`${language}: the model of ${type} has no field ${name}`);
  }
  for (const { unconstrainedPropertyName: name, property } of properties) {
    if (name !== 'additionalProperties' && /^(any|Object)$/.test(property.type)) {
      throw new Error(`${language}: ${type}.${name} is ${property.type}`);
    }
  }
}

/** @returns whether the compiler is installed */
function compile(command, args) {
  const { error, status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (error?.code === 'ENOENT') return false;
  if (error !== undefined || status !== 0) throw error ?? new Error(`${command}: ${stdout}${stderr}`);
  return true;
}
