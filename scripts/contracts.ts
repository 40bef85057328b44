/**
 * What other services build on, made from the code: schemas/*.json, docs/asyncapi.yaml, docs/openapi.yaml,
 * docs/openapi-api.yaml, docs/customer-guide.md, client/src/api-operations.ts.
 * `npm run docs` writes them; `--check` only compares, and refuses what would break a reader of a released
 * schema; `--release` makes today's schemas the released ones.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { guideMarkdown } from '../src/companies/customer-guide.ts';
import { apiOperations } from './contracts/api-client.ts';
import { asyncapi } from './contracts/asyncapi.ts';
import { openapi } from './contracts/openapi.ts';
import { openapiOfApi } from './contracts/openapi-api.ts';
import { brokenPromises, release } from './contracts/released.ts';
import { SCHEMAS, schemaText } from './contracts/schemas.ts';

const ROOT = new URL('../', import.meta.url);
const apiDocument = await openapiOfApi();
const documents: Record<string, string> = {
  ...Object.fromEntries(SCHEMAS.map((schema) => [`schemas/${schema.file}`, schemaText(schema)])),
  'docs/asyncapi.yaml': asyncapi(),
  'docs/openapi.yaml': await openapi(),
  'docs/openapi-api.yaml': apiDocument,
  'client/src/api-operations.ts': apiOperations(apiDocument),
  'docs/customer-guide.md': guideMarkdown({
    ...{ productName: 'Paradime', appUrl: 'https://app.paradime.io', supportUrl: 'support@paradime.io' },
    regions: [
      { name: 'EU', publicUrl: 'https://account.paradime.io' },
      { name: 'US', publicUrl: 'https://account.us.paradime.io' },
    ],
  }),
};

const faults = process.argv.includes('--check')
  ? [...(await differences()), ...(await brokenPromises())]
  : process.argv.includes('--release')
    ? await release()
    : await write();
for (const fault of faults) console.error(fault);
if (faults.some((fault) => fault.startsWith('schemas/') && fault.includes(': '))) {
  console.error('A released schema only grows: give a breaking change a type of its own (docs/events.md).');
}
if (faults.length > 0) process.exitCode = 1;

async function differences(): Promise<string[]> {
  const found: string[] = [];
  for (const [file, text] of Object.entries(documents)) {
    const there = await readFile(new URL(file, ROOT), 'utf8').catch(() => '');
    if (there !== text) found.push(`${file} is not what src/ says: run \`npm run docs\``);
  }
  return found;
}

async function write(): Promise<string[]> {
  await mkdir(new URL('schemas/', ROOT), { recursive: true });
  for (const [file, text] of Object.entries(documents)) await writeFile(new URL(file, ROOT), text);
  return [];
}
