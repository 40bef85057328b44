/**
 * A change that a command makes has a route, and the reverse, and both call the same function. `npx tap test/api/parity.test.ts`
 * prints the table.
 */
import { readdir, readFile } from 'node:fs/promises';
import { Readable, Writable } from 'node:stream';
import type { Command } from 'commander';
import t from 'tap';
import { buildProgram } from '../../src/commands/program.ts';
import { operations } from './operations.ts';

const CLIENTS = '/v1/companies/{slug}/clients';
const LINKS = '/v1/companies/{slug}/setup-links';
const DIRECTORY = '/v1/companies/{slug}/directory';
const DOMAIN = '/v1/companies/{slug}/domains/{domain}';
const ACCOUNT = '/v1/users/{user_id}/accounts/{provider}/{provider_user_id}';

/** Both call the function. */
const SAME: [command: string, route: string, useCase: string][] = [
  ['company create', 'POST /v1/companies', 'createCompany'],
  ['company update', 'PATCH /v1/companies/{slug}', 'updateCompany'],
  ['company disable', 'PATCH /v1/companies/{slug}', 'setCompanyStatus'],
  ['company enable', 'PATCH /v1/companies/{slug}', 'setCompanyStatus'],
  ['domain add', `PUT ${DOMAIN}`, 'addDomain'],
  ['domain move', `PUT ${DOMAIN}`, 'moveDomain'],
  ['domain remove', `DELETE ${DOMAIN}`, 'removeDomain'],
  ['domain challenge', `POST ${DOMAIN}/challenge`, 'challengeDomain'],
  ['domain check', `POST ${DOMAIN}/check`, 'checkDomain'],
  ['client create', `POST ${CLIENTS}`, 'createCheckedClient'],
  ['client update', `PATCH ${CLIENTS}/{id}`, 'updateCheckedClient'],
  ['client activate', `POST ${CLIENTS}/{id}/activate`, 'activateSsoClient'],
  ['client disable', `POST ${CLIENTS}/{id}/disable`, 'disableSsoClient'],
  ['client secret add', `POST ${CLIENTS}/{id}/secrets`, 'addClientSecret'],
  ['client secret retire', `DELETE ${CLIENTS}/{id}/secrets/{secret_id}`, 'retireClientSecret'],
  ['client test', `POST ${CLIENTS}/{id}/test-links`, 'createTestLink'],
  ['setup create', `POST ${LINKS}`, 'createSetupLink'],
  ['setup revoke', `DELETE ${LINKS}/{id}`, 'revokeSetupLink'],
  ['accounts import', 'POST /v1/accounts/import', 'importAccounts'],
  ['users delete', 'DELETE /v1/users/{user_id}', 'deleteUser'],
  ['link', 'PUT /v1/identities/{id}/link', 'linkByHand'],
  ['links remove', 'DELETE /v1/identities/{id}/link', 'removeLink'],
  ['links approve', 'POST /v1/identities/{id}/approve', 'approveLink'],
  ['late-matches merge', 'POST /v1/late-matches/{id}/merge', 'mergeLateMatch'],
  ['late-matches dismiss', 'POST /v1/late-matches/{id}/dismiss', 'dismissLateMatch'],
  ['links undo', `POST ${CLIENTS}/{id}/undo-links`, 'undoLinks'],
  ['links redo', 'POST /v1/link-batches/{id}/redo', 'redoLinks'],
  ['events replay', 'POST /v1/companies/{slug}/events/replay', 'replayResults'],
  ['events republish-state', 'POST /v1/companies/{slug}/events/republish-state', 'republishStates'],
  ['sessions revoke', 'DELETE /v1/users/{user_id}/sessions', 'revokeSessions'],
  ['sessions revoke', 'DELETE /v1/companies/{slug}/sessions', 'revokeCompanySessions'],
  ['directory enable', `PATCH ${DIRECTORY}`, 'setDirectoryEnabled'],
  ['directory disable', `PATCH ${DIRECTORY}`, 'setDirectoryEnabled'],
  ['directory forget', `DELETE ${DIRECTORY}/users/{user}`, 'forgetDirectoryUser'],
  ['directory token create', `POST ${DIRECTORY}/tokens`, 'createDirectoryToken'],
  ['directory token revoke', `DELETE ${DIRECTORY}/tokens/{token_id}`, 'revokeDirectoryToken'],
];

/** The route calls a function that calls the command's. */
const THROUGH: [command: string, route: string, useCase: string, through: string][] = [
  ['users suspend', 'PUT /v1/users/{user_id}', 'setUserStatus', 'putUser'],
  ['users resume', 'PUT /v1/users/{user_id}', 'setUserStatus', 'putUser'],
  ['accounts import', 'PUT /v1/users/{user_id}', 'importBatch', 'putUser'],
  ['accounts import', `PUT ${ACCOUNT}`, 'importBatch', 'putAccount'],
  ['accounts import', `DELETE ${ACCOUNT}`, 'importBatch', 'removeAccount'],
];

const INSTALLATION = 'it concerns the installation, not a company';
const NO_ROUTE: Record<string, string> = {
  ...Object.fromEntries(['server', 'relay', 'worker', 'api', 'all'].map((role) => [role, 'a role'])),
  migrate: INSTALLATION,
  topics: INSTALLATION,
  doctor: INSTALLATION,
  guide: 'it prints a text',
  prune: INSTALLATION,
  'keys rotate': 'it needs SECRET_KEYS to change in the environment',
  'keys reseal': 'it needs SECRET_KEYS to change in the environment',
  'api-keys create': 'a key must not make keys',
  'api-keys revoke': 'a key must not end the keys of others',
  'dead-letters replay': 'an operator must have seen the record first',
  'domain recheck': 'a schedule runs it for all companies',
};

/** Commands that read. */
const READS = /^(preview|(\w|-)+( (token|secret))? (list|summary|show|history|status|users|export|digest))$/;

async function sourcesOf(folder: string): Promise<string> {
  const url = new URL(`../../src/${folder}/`, import.meta.url);
  const files = (await readdir(url)).filter((file) => file.endsWith('.ts'));
  return (await Promise.all(files.map((file) => readFile(new URL(file, url), 'utf8')))).join('\n');
}

function leavesOf(command: Command, path: string[] = []): string[] {
  if (command.commands.length === 0) return [path.join(' ')];
  return command.commands.flatMap((sub) => leavesOf(sub, [...path, sub.name()]));
}

const calls = (text: string, name: string) => new RegExp(`\\b${name}\\(`).test(text);

t.test('every change is a command and a route, by one function', async (t) => {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const io = { env: {}, stdin: Readable.from([]), stdout: silent, stderr: silent, exitCode: 0 };
  const commands = leavesOf(await buildProgram(io));
  const routes = (await operations())
    .filter(({ method, path }) => method !== 'GET' && path.startsWith('/v1/'))
    .map(({ method, path }) => `${method} ${path}`);
  const rows = [...SAME, ...THROUGH];

  const missing = commands.filter(
    (command) => !(command in NO_ROUTE) && !READS.test(command) && !rows.some(([known]) => known === command),
  );
  t.same(missing, [], 'every command that changes something has a route');
  const alone = routes.filter((route) => !rows.some(([, known]) => known === route));
  t.same(alone, [], 'every route that changes something has a command');
  t.same(
    rows.filter(([command, route]) => !commands.includes(command) || !routes.includes(route)),
    [],
    'the table names what exists',
  );
  t.same(
    Object.keys(NO_ROUTE).filter((command) => !commands.includes(command)),
    [],
  );

  const [ofCommands, ofApi, ofAccounts] = await Promise.all(['commands', 'api', 'accounts'].map(sourcesOf));
  for (const [command, route, useCase] of SAME) {
    t.ok(calls(ofCommands ?? '', useCase), `${command} calls ${useCase}`);
    t.ok(calls(ofApi ?? '', useCase), `${route} calls ${useCase}`);
  }
  for (const [, route, useCase, through] of THROUGH) {
    t.ok(calls(ofApi ?? '', through), `${route} calls ${through}`);
    t.ok(calls(ofAccounts ?? '', useCase), `${through} calls ${useCase}`);
  }
  const line = (cells: string[]) =>
    `${cells[0]?.padEnd(20)} ${cells[1]?.padEnd(66)} ${cells.slice(2).reverse().join(' → ')}`;
  t.comment(['', line(['command', 'route', 'function']), ...rows.map(line), ''].join('\n'));
  t.comment(
    Object.entries(NO_ROUTE)
      .map(([command, reason]) => `${command.padEnd(20)} ${reason}`)
      .join('\n'),
  );
});
