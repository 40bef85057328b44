import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import t from 'tap';
import { freePort } from '../../dev/free-port.ts';
import { buildProgram } from '../../src/commands/program.ts';
import { testDatabase } from '../support/database.ts';
import { until } from '../support/until.ts';
import { operator, SECRET_KEY } from './operator.ts';

const CLI = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));

async function sso(args: string[], env: Record<string, string>, stdin = '') {
  const child = spawn(process.execPath, ['--import', 'tsx', CLI, ...args], {
    env: { PATH: process.env.PATH, ...env },
    stdio: 'pipe',
  });
  child.stdin.end(stdin);
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk) => (out += chunk));
  child.stderr.on('data', (chunk) => (err += chunk));
  const [exitCode] = await once(child, 'close');
  return { exitCode, out, err };
}

t.test('an operator’s first hour, in processes', async (t) => {
  const { url, sql } = await testDatabase(t);
  const env = { DATABASE_URL: url, SECRET_KEYS: SECRET_KEY, SSO_LINK_OPERATOR: 'olga' };
  t.match(await sso(['company', 'create', 'acme', '--name', 'Acme Ltd'], env), {
    exitCode: 0,
    out: "company 'acme' created\n",
    err: '',
  });
  const client = ['client', 'create', 'acme', '--client-id', 'c', '--region', 'us', '--no-check', '--json'];
  const created = await sso(client, env, 'secret\n');
  t.match(created, { exitCode: 0, err: '' });
  t.match(JSON.parse(created.out), { company: 'acme', status: 'draft' });
  const line = {
    user_id: 'u',
    provider: 'google',
    provider_user_id: '1',
    email: 'u@acme.test',
    email_verified: true,
  };
  t.match(await sso(['accounts', 'import', '-'], env, `${JSON.stringify(line)}\nbad`), {
    exitCode: 2,
    err: 'line 2: not JSON\n',
  });
  t.equal((await sql`SELECT 1 FROM users`).length, 1);
  const [row] = await sql`SELECT actor FROM audit_log`;
  t.equal(row?.actor, 'operator:olga');
});

t.test('a role runs until it is told to stop', async (t) => {
  const { url } = await testDatabase(t);
  const port = await freePort();
  const child = spawn(process.execPath, ['--import', 'tsx', CLI, 'server'], {
    env: {
      PATH: process.env.PATH,
      DATABASE_URL: url,
      SECRET_KEYS: SECRET_KEY,
      PUBLIC_URL: `http://localhost:${port}`,
      APP_URL: 'http://localhost:1/',
      JUMPCLOUD_ISSUERS: 'us=http://localhost:1/',
      HOST: 'localhost',
      PORT: String(port),
      METRICS_PORT: String(await freePort()),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  t.teardown(() => child.kill('SIGKILL'));
  await until(
    async () => (await fetch(`http://localhost:${port}/livez`).catch(() => undefined))?.ok ?? false,
    60_000,
  );
  child.kill('SIGTERM');
  t.same(await ended, [0, null]);
});

t.test('what goes wrong ends with one line and exit code 1', async (t) => {
  const gone = { DATABASE_URL: 'postgres://nobody:hunter2@127.0.0.1:1/none' };
  const answer = await sso(['company', 'list'], gone);
  t.match(answer, { exitCode: 1, out: '', err: /^sso-link: the database does not answer: [^\n]+\n$/ });
  t.notMatch(answer.err, /hunter2/);
  const url = gone.DATABASE_URL;
  t.match(await operator(url, { LOG_LEVEL: 'debug' })('company list'), { exitCode: 1, err: /\n +at / });
  t.match(await operator('')('server'), {
    exitCode: 1,
    out: '',
    err: /^sso-link: DATABASE_URL is not set: .*\n +PUBLIC_URL is not set: .*\n/,
  });
  t.match(await operator(url)('company lst'), { exitCode: 1, err: /unknown command 'lst'/ });
});

t.test('every command explains itself, and prints JSON where it is told to', async (t) => {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const io = { env: {}, stdin: Readable.from([]), stdout: silent, stderr: silent, exitCode: 0 };
  const leaves: string[] = [];
  const walk = (command: Command, path: string[]) => {
    t.not(command.description(), '', `${path.join(' ')} says what it does`);
    if (command.commands.length === 0) {
      leaves.push(path.join(' '));
      const isRole = ['server', 'relay', 'worker', 'api', 'all'].includes(command.name());
      t.equal(/--json/.test(command.helpInformation()), !isRole, path.join(' '));
    }
    for (const child of command.commands) walk(child, [...path, child.name()]);
  };
  walk(await buildProgram(io), []);
  // The names are a contract: operators' scripts rely on them.
  t.same(leaves.sort(), [
    'accounts import',
    'all',
    'api',
    'api-keys create',
    'api-keys list',
    'api-keys revoke',
    'audit export',
    'audit list',
    'client activate',
    'client create',
    'client disable',
    'client list',
    'client secret add',
    'client secret list',
    'client secret retire',
    'client test',
    'client update',
    'company create',
    'company disable',
    'company enable',
    'company list',
    'company update',
    'dead-letters list',
    'dead-letters replay',
    'directory disable',
    'directory enable',
    'directory forget',
    'directory status',
    'directory token create',
    'directory token list',
    'directory token revoke',
    'directory users',
    'doctor',
    'domain add',
    'domain challenge',
    'domain check',
    'domain list',
    'domain move',
    'domain recheck',
    'domain remove',
    'events digest',
    'events replay',
    'events republish-state',
    'guide',
    'keys reseal',
    'keys rotate',
    'late-matches dismiss',
    'late-matches list',
    'late-matches merge',
    'link',
    'links approve',
    'links history',
    'links list',
    'links redo',
    'links remove',
    'links undo',
    'migrate',
    'preview',
    'prune',
    'relay',
    'results list',
    'results show',
    'results summary',
    'server',
    'sessions list',
    'sessions revoke',
    'setup create',
    'setup list',
    'setup revoke',
    'topics',
    'users delete',
    'users resume',
    'users suspend',
    'worker',
  ]);
});
