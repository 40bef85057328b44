/** `fuzz.ts ST [EXAMPLES]`: the role api on a database of its own, and schemathesis with a key of each scope. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { freePorts } from '../../dev/free-port.ts';
import { startJumpCloud } from '../../dev/jumpcloud.ts';
import { createDatabase, startPostgres } from '../../dev/postgres.ts';
import { createApiKey } from '../../src/api-keys/api-keys.ts';
import { SCOPES } from '../../src/api-keys/scopes.ts';
import { createCompany } from '../../src/companies/companies.ts';
import { readConfig } from '../../src/config.ts';
import { openDatabase } from '../../src/db/client.ts';
import { migrate } from '../../src/db/migrate.ts';
import { createLogger } from '../../src/observability/log.ts';
import { API_CONFIG, startApi } from '../../src/roles/api.ts';
import { SECRET_KEY } from '../commands/operator.ts';
import { signedIn } from './person.ts';

const DOCUMENT = fileURLToPath(new URL('../../docs/openapi-api.yaml', import.meta.url));
const [st = 'st', examples = '20'] = process.argv.slice(2);
const CHECKS =
  'not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance';

const postgres = await startPostgres({ durable: false });
const { url, drop } = await createDatabase(postgres.url);
await migrate(url);
const database = openDatabase(url, { name: 'fuzz', max: 2 });
for (const slug of ['acme', 'beta']) {
  await database.transaction((tx) =>
    createCompany(tx, 'operator:fuzz', { slug, name: slug, createsUsers: true }),
  );
}
await signedIn({ ...database, url }, 'acme', 'ada');
const [port = 0] = await freePorts(1);
const jumpcloud = await startJumpCloud({ port });
const env = {
  ...{ DATABASE_URL: url, SECRET_KEYS: SECRET_KEY, PUBLIC_URL: 'https://account.test', LOG_LEVEL: 'error' },
  ...{ JUMPCLOUD_ISSUERS: `us=${jumpcloud.issuer}`, API_PORT: '0', METRICS_PORT: '0' },
  RATE_LIMIT_PER_KEY: '1000000',
};
const config = readConfig(env, API_CONFIG, 'api');
const api = await startApi({ config, log: createLogger({ level: config.LOG_LEVEL, role: 'api' }) });

let failed = 0;
try {
  const keys = [
    { name: 'everything', scopes: SCOPES },
    { name: 'of-acme', scopes: SCOPES, company: 'acme' },
    ...SCOPES.map((scope) => ({ name: scope.replace(/\W|_/g, '-'), scopes: [scope] })),
  ];
  for (const input of keys) {
    const { key } = await database.transaction((tx) => createApiKey(tx, 'operator:fuzz', input));
    const few = input.scopes.length === 1 ? String(Math.ceil(Number(examples) / 4)) : examples;
    const code = await run(key, few);
    console.log(`${code === 0 ? 'ok  ' : 'FAIL'} ${input.name}`);
    if (code !== 0) failed += 1;
  }
} finally {
  await api.stop();
  await jumpcloud.stop();
  await database.close();
  await drop();
  await postgres.stop();
}
process.exitCode = failed > 0 ? 1 : 0;

async function run(key: string, most: string): Promise<number> {
  const child = spawn(
    st,
    [
      ...['run', DOCUMENT, '--url', api.address, '--header', `Authorization: Bearer ${key}`],
      ...['--checks', CHECKS, '--max-examples', most, '--phases', 'examples,fuzzing', '--seed', '1'],
      // Schemathesis writes no NDJSON: test/api/users.test.ts tries the import.
      ...['--exclude-operation-id', 'importAccounts'],
      ...['--suppress-health-check', 'all', '--no-color', '--warnings', 'off'],
    ],
    // It writes a folder of its own where it runs.
    { cwd: tmpdir(), stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let said = '';
  child.stdout.on('data', (chunk) => (said += chunk));
  const [code] = await once(child, 'close');
  const summary = said.slice(said.lastIndexOf(' SUMMARY '));
  console.log(
    code === 0
      ? summary
          .split('\n')
          .filter((line) => /generated|selected/i.test(line))
          .join('\n')
      : said,
  );
  return code ?? 1;
}
