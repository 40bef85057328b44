/**
 * `npm run build:client`: client/dist/, a package that `npm pack` packs. Its events are src/events/: schemas are compiled
 * to code here, and modules of constants become their values, so that no schema library runs in a product.
 */
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { declarations } from './declarations.ts';
import { catalogCode, constantsCode } from './generated-code.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** Where to: client/dist, or the folder that the first argument names. */
const DIST = process.argv[2] ?? `${ROOT}client/dist`;
const ENTRIES = { events: 'src/events/index.ts', session: 'client/src/session.ts', api: 'client/src/api.ts' };

const compiledAtBuild: Plugin = {
  name: 'compiled at build time',
  setup({ onLoad }) {
    onLoad({ filter: /src\/events\/catalog\.ts$/ }, () => ({
      contents: catalogCode(),
      loader: 'js',
      resolveDir: ROOT,
    }));
    onLoad({ filter: /src\/events\/(link-result|topics)\.ts$/ }, async ({ path }) => ({
      contents: constantsCode(await import(path)),
      loader: 'js',
    }));
  },
};

await rm(DIST, { recursive: true, force: true });
await mkdir(DIST, { recursive: true });
for (const [format, extension] of [
  ['esm', '.js'],
  ['cjs', '.cjs'],
] as const) {
  await build({
    absWorkingDir: ROOT,
    entryPoints: ENTRIES,
    outdir: DIST,
    outExtension: { '.js': extension },
    format,
    bundle: true,
    // `/session` runs in browsers too; `/events` uses Buffer, which is a global of Node.
    platform: 'neutral',
    mainFields: ['module', 'main'],
    target: 'es2022',
    external: ['jose'],
    plugins: [compiledAtBuild],
    logLevel: 'warning',
  });
}
for (const [entry, text] of Object.entries(await declarations(ROOT, ENTRIES))) {
  await writeFile(`${DIST}/${entry}.d.ts`, text);
  await writeFile(`${DIST}/${entry}.d.cts`, text);
}
const { private: _, ...manifest } = JSON.parse(await readFile(`${ROOT}client/package.json`, 'utf8'));
await writeFile(`${DIST}/package.json`, `${JSON.stringify(manifest, null, 2)}\n`);
await copyFile(`${ROOT}client/README.md`, `${DIST}/README.md`);
