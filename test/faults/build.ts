import { execFile } from 'node:child_process';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Cli } from '../../dev/roles.ts';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The name of a commit, or undefined where the history doesn't reach that far. */
export async function commitOf(ref: string): Promise<string | undefined> {
  const asked = run('git', ['rev-parse', '--verify', '--short', `${ref}^{commit}`], { cwd: ROOT });
  return asked.then(({ stdout }) => stdout.trim()).catch(() => undefined);
}

/** What `npm run build` makes of a commit, in a folder of its own, with the packages that are installed here. */
export async function buildOf(commit: string): Promise<{ cli: Cli; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'sso-link-build-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    await run('sh', ['-c', 'git archive "$0" | tar -x -C "$1"', commit, folder], { cwd: ROOT });
    await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    await run('npm', ['run', 'build'], { cwd: folder });
    return { cli: [join(folder, 'dist/cli.js')], remove };
  } catch (error) {
    await remove();
    throw error;
  }
}
