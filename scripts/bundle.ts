/**
 * The last step of `npm run build`: `dist/cli.js` and all that it loads become a few files, `dist/chunks/`. To find
 * and link some two thousand modules takes a role longer than all else that it does at start.
 * The modules in `dist/` stay as tsc wrote them, for who imports `sso-link/events`.
 */
import { cp, readdir, readFile } from 'node:fs/promises';
import { build } from 'esbuild';

/** Loaded as they are: what is imported at run time in CommonJS loses its names in a bundle; optional packages. */
const EXTERNAL = ['cookie', '@opentelemetry/*', 'email-providers', 'aws-msk-iam-sasl-signer-js'];

await build({
  entryPoints: ['dist/cli.js'],
  outdir: 'dist',
  allowOverwrite: true,
  bundle: true,
  external: EXTERNAL,
  // A role loads its own part alone, as without a bundle.
  splitting: true,
  // As deep as the modules were: files are found relative to them (drizzle/, assets/).
  chunkNames: 'chunks/[name]-[hash]',
  format: 'esm',
  platform: 'node',
  target: 'node20',
  sourcemap: true,
  sourcesContent: false,
  logLevel: 'warning',
  // Packages in CommonJS ask for Node's modules by `require`.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);",
  },
});

for (const file of await readdir('dist/chunks')) {
  const nameless = /^export default require_(\w+)\(\);$/m.exec(await readFile(`dist/chunks/${file}`, 'utf8'));
  if (nameless) throw new Error(`${nameless[1]} is CommonJS and imported at run time: name it in EXTERNAL`);
}
await cp('src/pages/assets', 'dist/chunks/assets', { recursive: true });
