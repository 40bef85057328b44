import { execFileSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/**
 * A product's project outside of this repository, with the built client as npm would install it, and these packages.
 * @param example a folder of examples/, which is copied into it
 * @returns the project's folder
 */
export async function productProject(t: Test, example: string, packages: string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sso-link-product-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const modules = join(folder, 'node_modules');
  await mkdir(modules);
  const build = ['--import', 'tsx', 'scripts/client/build.ts', join(modules, 'sso-link-client')];
  execFileSync(process.execPath, build, { cwd: ROOT, stdio: 'inherit' });
  for (const name of ['jose', ...packages])
    await symlink(join(ROOT, 'node_modules', name), join(modules, name));
  // As `npm init -y` writes it: without `"type": "module"`.
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'product', version: '1.0.0' }));
  await cp(join(ROOT, 'examples', example), folder, { recursive: true });
  return folder;
}
