/** schemas/released/: the schemas as they were last released. `--release` writes them, and nothing else may. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { incompatibilities } from './compatible.ts';
import { type PublishedSchema, SCHEMAS, schemaText } from './schemas.ts';

const RELEASED = new URL('../../schemas/released/', import.meta.url);

/** @returns a sentence for each change that would break a reader of what was released */
export async function brokenPromises(
  current: PublishedSchema[] = SCHEMAS,
  folder: URL = RELEASED,
): Promise<string[]> {
  const files = (await readdir(folder).catch(() => [])).filter((file) => file.endsWith('.json')).sort();
  const lists = files.map(async (file) => {
    const released = JSON.parse(await readFile(new URL(file, folder), 'utf8'));
    const now = current.find((schema) => schema.file === file)?.schema;
    if (now === undefined) return [`schemas/${file} was released and is gone`];
    return incompatibilities(released, now).map((change) => `schemas/${file}: ${change}`);
  });
  return (await Promise.all(lists)).flat();
}

/** Makes today's schemas the released ones. @returns why not, where they would break a reader */
export async function release(): Promise<string[]> {
  const broken = await brokenPromises();
  if (broken.length > 0) return broken;
  await mkdir(RELEASED, { recursive: true });
  for (const schema of SCHEMAS) await writeFile(new URL(schema.file, RELEASED), schemaText(schema));
  return [];
}
