/**
 * Runs scim2-tester, complete, against a server of its own: `npm run scim:check`. Installs it into a virtual environment
 * in the temporary folder, which the next run finds there.
 */
import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { pino } from 'pino';
import { freePort } from '../../dev/free-port.ts';
import { createDatabase, startPostgres } from '../../dev/postgres.ts';
import { createCompany } from '../../src/companies/companies.ts';
import { readConfig } from '../../src/config.ts';
import { openDatabase } from '../../src/db/client.ts';
import { migrate } from '../../src/db/migrate.ts';
import { setDirectoryEnabled } from '../../src/directory/directory.ts';
import { createDirectoryToken } from '../../src/directory/tokens.ts';
import { SERVER_CONFIG, startServer } from '../../src/roles/server.ts';

const PACKAGES = ['scim2-tester==0.5.2', 'scim2-client==0.13.2', 'scim2-models==0.12.3', 'httpx2==2.16.2'];
const VENV = join(tmpdir(), 'sso-link-scim-tester-0.5.2');
const CHECK = fileURLToPath(new URL('check.py', import.meta.url));
const run = promisify(execFile);

async function install(): Promise<string> {
  const python = join(VENV, 'bin', 'python');
  const installed = join(VENV, 'installed');
  const exists = await access(installed).then(
    () => true,
    () => false,
  );
  if (exists) return python;
  await run('python3', ['-m', 'venv', VENV]);
  await run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...PACKAGES]);
  await writeFile(installed, PACKAGES.join('\n'));
  return python;
}

const python = await install();
const closes: (() => Promise<unknown>)[] = [];
try {
  const postgres = await startPostgres({ durable: false });
  closes.push(() => postgres.stop());
  const created = await createDatabase(postgres.url);
  closes.push(() => created.drop());
  await migrate(created.url);
  const database = openDatabase(created.url, { name: 'scim-check', max: 2 });
  closes.push(() => database.close());
  const { token } = await database.transaction(async (tx) => {
    await createCompany(tx, 'operator:check', { slug: 'acme', name: 'Acme', createsUsers: false });
    await setDirectoryEnabled(tx, 'operator:check', { slug: 'acme', enabled: true });
    return createDirectoryToken(tx, 'operator:check', 'acme');
  });
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const env = {
    DATABASE_URL: created.url,
    ...{ PUBLIC_URL: url, APP_URL: 'http://localhost:1/', JUMPCLOUD_ISSUERS: 'us=http://localhost:1/' },
    ...{
      SECRET_KEYS: randomBytes(32).toString('base64'),
      HOST: 'localhost',
      PORT: String(port),
      METRICS_PORT: '0',
    },
  };
  const server = await startServer({ config: readConfig(env, SERVER_CONFIG), log: pino({ level: 'error' }) });
  closes.push(() => server.stop());
  // Not as an argument: the list of processes shows those.
  const folder = await mkdtemp(join(tmpdir(), 'sso-link-scim-'));
  closes.push(() => rm(folder, { recursive: true }));
  const file = join(folder, 'token');
  await writeFile(file, token, { mode: 0o600 });
  const [code] = await once(spawn(python, [CHECK, `${url}/scim/v2`, file], { stdio: 'inherit' }), 'exit');
  process.exitCode = code === 0 ? 0 : 1;
} finally {
  for (const close of closes.reverse()) await close();
}
