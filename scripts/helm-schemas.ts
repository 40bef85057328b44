/**
 * JSON Schemas for kubeconform, made of what Go modules carry, so that no site needs to be asked:
 * `helm-schemas.ts OUT kubernetes VERSION swagger.json` and `helm-schemas.ts OUT crd crd.yaml…`. Both are strict: a
 * field that the API doesn't know is an error.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';

interface Schema {
  $ref?: string;
  type?: string;
  format?: string;
  properties?: Record<string, Schema>;
  items?: Schema;
  additionalProperties?: Schema | boolean;
  'x-kubernetes-group-version-kind'?: { group: string; version: string; kind: string }[];
  'x-kubernetes-preserve-unknown-fields'?: boolean;
  'x-kubernetes-embedded-resource'?: boolean;
  [key: string]: unknown;
}

interface Crd {
  kind: string;
  spec: {
    group: string;
    names: { kind: string };
    versions: { name: string; schema: { openAPIV3Schema: Schema } }[];
  };
}

const DEFINITIONS = '_definitions.json';

/** Closes every object that names its fields. Not within allOf, anyOf and oneOf, where they name some of them. */
function strict(schema: Schema): Schema {
  const { properties, items, additionalProperties } = schema;
  const result: Schema = { ...schema };
  if (schema.$ref) return { $ref: schema.$ref.replace('#/definitions/', `${DEFINITIONS}#/definitions/`) };
  if (schema.format === 'int-or-string') {
    delete result.type;
    result.anyOf = [{ type: 'string' }, { type: 'integer' }];
  }
  if (properties) {
    result.properties = Object.fromEntries(Object.entries(properties).map(([name, p]) => [name, strict(p)]));
    const open =
      schema['x-kubernetes-preserve-unknown-fields'] ||
      schema['x-kubernetes-embedded-resource'] ||
      additionalProperties !== undefined;
    if (!open) result.additionalProperties = false;
  }
  if (items) result.items = strict(items);
  if (typeof additionalProperties === 'object') result.additionalProperties = strict(additionalProperties);
  return result;
}

async function save(folder: string, group: string, kind: string, version: string, schema: object) {
  // kubeconform's Group of an object of the core is its version.
  const to = join(folder, group || version);
  await mkdir(to, { recursive: true });
  await writeFile(join(to, `${kind.toLowerCase()}_${version}.json`), JSON.stringify(schema));
}

async function kubernetes(out: string, version: string, file: string): Promise<number> {
  const folder = join(out, `v${version}`);
  const { definitions } = JSON.parse(await readFile(file, 'utf8')) as { definitions: Record<string, Schema> };
  const closed = Object.fromEntries(Object.entries(definitions).map(([name, d]) => [name, strict(d)]));
  // Quantities may be written as numbers; the API reads them, too.
  closed['io.k8s.apimachinery.pkg.api.resource.Quantity'] = {
    anyOf: [{ type: 'string' }, { type: 'number' }],
  };
  let count = 0;
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, DEFINITIONS), JSON.stringify({ definitions: closed }));
  for (const [name, definition] of Object.entries(definitions)) {
    const kinds = definition['x-kubernetes-group-version-kind'] ?? [];
    // DeleteOptions and its like belong to every group, and no chart has them.
    if (kinds.length !== 1) continue;
    for (const { group, version: apiVersion, kind } of kinds) {
      await save(folder, group, kind, apiVersion, { $ref: `../${DEFINITIONS}#/definitions/${name}` });
      count++;
    }
  }
  return count;
}

async function crds(out: string, files: string[]): Promise<number> {
  let count = 0;
  for (const file of files) {
    for (const document of parseAllDocuments(await readFile(file, 'utf8'))) {
      const crd = document.toJS() as Crd | null;
      if (crd?.kind !== 'CustomResourceDefinition') continue;
      for (const { name, schema } of crd.spec.versions) {
        const { group, names } = crd.spec;
        await save(join(out, 'crds'), group, names.kind, name, strict(schema.openAPIV3Schema));
        count++;
      }
    }
  }
  return count;
}

const [out = '', what, ...rest] = process.argv.slice(2);
const made =
  what === 'kubernetes' ? await kubernetes(out, rest[0] ?? '', rest[1] ?? '') : await crds(out, rest);
if (made === 0) throw new Error(`no schema in ${rest.join(' ')}`);
console.log(`${made} schemas`);
