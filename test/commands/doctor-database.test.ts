/** `doctor` against each wrong way to reach PostgreSQL: one line that names the variable and the next step. */
import { chown, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { freePort } from '../../dev/free-port.ts';
import { runner } from '../../dev/postgres/binaries.ts';
import { startPostgres } from '../../dev/postgres.ts';
import { createAuthority } from '../support/parts/certificates.ts';
import { operator } from './operator.ts';

const authority = await createAuthority();
const other = await createAuthority();
t.teardown(authority.remove);
t.teardown(other.remove);
const { cert, key } = await authority.issue('localhost', ['DNS:localhost']);
const hba = join(authority.folder, 'hba');
await writeFile(hba, 'hostssl all all 127.0.0.1/32 scram-sha-256\n');
const who = await runner();
if (who) await chown(hba, who.uid, who.gid);
const settings = { ssl: 'on', ssl_cert_file: cert, ssl_key_file: key, hba_file: hba };
const tls = await startPostgres({ own: true, durable: false, settings });
t.teardown(tls.stop);
const plain = await startPostgres({ own: true, durable: false });
t.teardown(plain.stop);
const closed = await freePort();
const rest = {
  PUBLIC_URL: 'https://account.example.com',
  APP_URL: 'https://app.example.com',
  JUMPCLOUD_ISSUERS: `us=http://localhost:${closed}`,
};

interface Way {
  password?: string;
  database?: string;
  host?: string;
  port?: number;
}

function urlOf(base: string, query: string, { password, database, host, port }: Way = {}): string {
  const url = new URL(base);
  if (password !== undefined) url.password = password;
  if (database !== undefined) url.pathname = `/${database}`;
  if (host !== undefined) url.hostname = host;
  if (port !== undefined) url.port = String(port);
  return url.href + query;
}

const cases: [name: string, env: Record<string, string>, expected: RegExp][] = [
  ['no TLS where the server requires it', { DATABASE_URL: urlOf(tls.url, '?sslmode=disable') }, /sslmode/],
  ['TLS where the server has none', { DATABASE_URL: urlOf(plain.url, '?sslmode=require') }, /sslmode/],
  [
    'a certificate for another name',
    {
      DATABASE_URL: urlOf(tls.url, `?sslmode=verify-full&sslrootcert=${authority.ca}`, { host: '127.0.0.1' }),
    },
    /certificate.*DATABASE_URL|DATABASE_URL.*certificate/,
  ],
  [
    'another authority',
    { DATABASE_URL: urlOf(tls.url, `?sslmode=verify-full&sslrootcert=${other.ca}`, { host: 'localhost' }) },
    /sslrootcert/,
  ],
  [
    'no authority',
    { DATABASE_URL: urlOf(tls.url, '?sslmode=verify-full', { host: 'localhost' }) },
    /sslrootcert/,
  ],
  [
    'a file that is missing',
    { DATABASE_URL: urlOf(tls.url, '?sslmode=verify-full&sslrootcert=/no/such.pem') },
    /\/no\/such\.pem/,
  ],
  ['PGSSLMODE', { DATABASE_URL: urlOf(plain.url, ''), PGSSLMODE: 'sometimes' }, /PGSSLMODE/],
  ['a wrong password', { DATABASE_URL: urlOf(plain.url, '', { password: 'wrong' }) }, /DATABASE_URL/],
  [
    'a database that is missing',
    { DATABASE_URL: urlOf(plain.url, '', { database: 'none' }) },
    /DATABASE_URL/,
  ],
  ['a port where nothing listens', { DATABASE_URL: urlOf(plain.url, '', { port: closed }) }, /DATABASE_URL/],
  [
    'a host that is unknown',
    { DATABASE_URL: urlOf(plain.url, '', { host: 'nowhere.invalid' }) },
    /DATABASE_URL/,
  ],
  ['a parameter of another driver', { DATABASE_URL: urlOf(plain.url, '?schema=public') }, /schema/],
  ['a pool size in the URL', { DATABASE_URL: urlOf(plain.url, '?connection_limit=5') }, /DATABASE_POOL/],
  ['a percent sign', { DATABASE_URL: 'postgres://ada:p%zz@localhost/sso' }, /percent/],
  ['no URL', { DATABASE_URL: 'sso_link' }, /postgres:\/\//],
  [
    'a password file that is missing',
    { DATABASE_URL: urlOf(plain.url, ''), DATABASE_PASSWORD_FILE: '/no/such/file' },
    /DATABASE_PASSWORD_FILE/,
  ],
  [
    'a direct URL that is wrong',
    { DATABASE_URL: urlOf(plain.url, ''), DATABASE_DIRECT_URL: 'mysql://x' },
    /DATABASE_DIRECT_URL/,
  ],
];

for (const [name, { DATABASE_URL = '', ...env }, expected] of cases) {
  t.test(name, async (t) => {
    // libpq's variables are the process's own.
    if (env.PGSSLMODE !== undefined) process.env.PGSSLMODE = env.PGSSLMODE;
    t.teardown(() => delete process.env.PGSSLMODE);
    const { json, exitCode } = await operator(DATABASE_URL, { ...rest, ...env })('doctor --json');
    t.equal(exitCode, 1);
    const failed = json.filter(
      ({ status, check }) => status === 'fail' && /configuration|database/.test(check),
    );
    t.equal(failed.length, 1, 'one line');
    const { detail = '' } = failed[0] ?? {};
    t.comment(detail);
    t.match(detail, expected);
    t.notMatch(detail, '\n');
  });
}
