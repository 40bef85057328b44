import { readFile } from 'node:fs/promises';

/** The package's version, which the documents bear. */
export const VERSION: string = JSON.parse(
  await readFile(new URL('../../package.json', import.meta.url), 'utf8'),
).version;
