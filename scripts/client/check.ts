/**
 * `npm run client:check`: packs client/dist/ and installs it with npm in empty projects: by `import`, by `require`, and from
 * strict TypeScript in each way of module resolution. Then `@arethetypeswrong/cli` judges the tarball.
 */
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');
const NPM = ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];

const IMPORTS = `import { parseEvent, createEventConsumer, memoryStore, OUTCOMES, TOPICS } from 'sso-link-client/events';
import { createSessionVerifier, getSession } from 'sso-link-client/session';
import { createApiClient } from 'sso-link-client/api';`;
const USE = `
const consumer = createEventConsumer({ store: memoryStore(), handlers: {}, onUnreadable: () => {} });
const verify = createSessionVerifier({ issuer: 'https://account.example.com', audience: 'https://app.example.com' });
Promise.all([consumer.handle({ value: null }), verify('none'), verify(undefined)]).then((answers) => {
  if (answers.join() !== 'unreadable,,' || OUTCOMES.length < 6 || TOPICS.length < 3) process.exit(1);
  try { parseEvent({ value: null }); process.exit(1); } catch (error) { if (error.code !== 'event_invalid') throw error; }
  if (typeof getSession !== 'function') process.exit(1);
  if (typeof createApiClient({ url: 'http://127.0.0.1', key: 'x' }).putUser !== 'function') process.exit(1);
});`;
const STRICT = {
  ...{ strict: true, noEmit: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true },
  ...{ target: 'es2022', lib: ['es2022', 'dom'], types: [], skipLibCheck: false, ignoreDeprecations: '6.0' },
};
const PRODUCT = `
import { createEventConsumer, memoryStore, type LinkResult } from 'sso-link-client/events';
import { createSessionVerifier, getSession } from 'sso-link-client/session';
import { createApiClient, items } from 'sso-link-client/api';
const consumer = createEventConsumer({
  store: memoryStore(),
  handlers: {
    'user.link_result': ({ data, sequence }) => {
      const user: string | null = data.user_id;
      const outcome: LinkResult['outcome'] | (string & {}) = data.outcome;
      const number: bigint = sequence;
      void [user, outcome, number];
      // @ts-expect-error: there is no such field
      void data.no_such_field;
    },
  },
  onUnreadable: (error) => { const code: 'event_invalid' = error.code; void code; },
});
void consumer.handle({ value: new Uint8Array(), headers: new Map([['ce_id', 'x']]) });
export async function page(): Promise<string> {
  const session = await getSession('https://account.example.com');
  switch (session.state) {
    case 'signed_in': return session.token;
    case 'refused': return session.reason_class;
    case 'pending': case 'none': case 'unavailable': return session.state;
  }
}
const api = createApiClient({ url: 'http://127.0.0.1:3100', key: 'ssol_x' });
export async function mirror(): Promise<string[]> {
  const user = await api.putUser({ user_id: 'u1', body: { company: 'acme', status: 'suspended' } });
  // @ts-expect-error: a user has no password
  void user.password;
  // @ts-expect-error: the company must be named
  await api.putUser({ user_id: 'u1', body: {} });
  const slugs: string[] = [];
  for await (const { slug, status } of items(api.listCompanies, {})) if (status === 'active') slugs.push(slug);
  return slugs;
}
const verify = createSessionVerifier({ issuer: 'https://account.example.com', audience: 'https://app.example.com' });
export const who: Promise<string | undefined> = verify('token').then((session) => session?.userId);
`;

const folder = await mkdtemp(join(tmpdir(), 'sso-link-client-'));
try {
  run(ROOT, 'npm', 'run', '-s', 'build:client');
  const name = run(join(ROOT, 'client/dist'), 'npm', 'pack', '--silent', '--pack-destination', folder).trim();
  const tarball = join(folder, name);
  const attw = join(ROOT, 'test/client/node_modules/.bin/attw');
  run(ROOT, attw, tarball, '--no-color', '--no-emoji');
  console.log('types: no problems in node10, node16, nodenext, bundler');

  const esm = await project('esm', { type: 'module' });
  run(esm, 'node', '--input-type=module', '-e', `${IMPORTS}\n${USE}`);
  const cjs = await project('cjs', { type: 'commonjs' });
  run(cjs, 'node', '-e', `${IMPORTS.replace(/import (.*) from (.*);/g, 'const $1 = require($2);')}\n${USE}`);
  for (const [module, moduleResolution] of [
    ['node16', 'node16'],
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
    ['commonjs', 'node10'],
  ] as const) {
    for (const cwd of [esm, cjs]) await typecheck(cwd, module, moduleResolution);
  }
  await report(esm, tarball);
} finally {
  await rm(folder, { recursive: true });
}

async function project(name: string, manifest: object): Promise<string> {
  const cwd = join(folder, name);
  await mkdir(cwd);
  await writeFile(
    join(cwd, 'package.json'),
    JSON.stringify({ name: `${name}-product`, private: true, ...manifest }),
  );
  const [tarball = ''] = (await readdir(folder)).filter((file) => file.endsWith('.tgz'));
  run(cwd, 'npm', ...NPM, join(folder, tarball));
  return cwd;
}

async function typecheck(cwd: string, module: string, moduleResolution: string): Promise<void> {
  await writeFile(join(cwd, 'product.ts'), PRODUCT);
  const files = { compilerOptions: { ...STRICT, module, moduleResolution }, files: ['product.ts'] };
  await writeFile(join(cwd, 'tsconfig.json'), JSON.stringify(files));
  run(cwd, process.execPath, TSC, '-p', cwd);
  console.log(
    `strict TypeScript, ${moduleResolution}, ${cwd.endsWith('esm') ? 'ESM' : 'CommonJS'}: compiled`,
  );
}

async function report(cwd: string, tarball: string): Promise<void> {
  const modules = join(cwd, 'node_modules');
  const packages = (await readdir(modules)).filter((name) => !name.startsWith('.'));
  let bytes = 0;
  for (const entry of await readdir(modules, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) bytes += (await stat(join(entry.parentPath, entry.name))).size;
  }
  const kilobytes = (n: number) => `${Math.round(n / 1024)} KiB`;
  const { size } = await stat(tarball);
  console.log(
    `packed ${kilobytes(size)}; installed ${packages.length} packages (${packages.join(', ')}), ${kilobytes(bytes)}`,
  );
  if (packages.join() !== 'jose,sso-link-client')
    throw new Error('the client has other dependencies than jose');
}

function run(cwd: string, command: string, ...args: string[]): string {
  try {
    return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`${command} ${args.join(' ')} failed in ${cwd}:\n${stdout}${stderr}`);
  }
}
