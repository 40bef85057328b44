/**
 * `npm start`: everything, for a person with a browser, on ports from 3000 or from `-- --port N`. Ctrl-C ends it and
 * leaves nothing.
 */
import { parseArgs } from 'node:util';
import { createApiKey } from '../src/api-keys/api-keys.ts';
import { SCOPES } from '../src/api-keys/scopes.ts';
import { stopAll } from '../src/roles/run-role.ts';
import { startParts } from './environment.ts';
import { COMPANIES, PEOPLE } from './fixtures.ts';
import { isFree } from './free-port.ts';
import { startProduct } from './product.ts';
import { startRolesInProcess } from './roles.ts';
import { createStream } from './stream.ts';

const { values } = parseArgs({ options: { port: { type: 'string', default: '3000' } } });
const first = Number(values.port);
if (!(Number.isInteger(first) && first > 0 && first < 65_520)) {
  fail(`--port ${values.port} is invalid: expected an integer from 1 to 65519`);
}
/** The service, the product, a JumpCloud for each region, and the administrative API. */
const ports = [first, first + 1, first + 10, first + 11, first + 100];
for (const port of ports) {
  if (!(await isFree(port))) {
    fail(`port ${port} is in use: end what listens there, or run \`npm start -- --port ${first + 1_000}\``);
  }
}

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}

const parts = await startParts({
  ports,
  logLevel: process.env.LOG_LEVEL ?? 'warn',
  env: { API_PORT: String(first + 100) },
});
const roles = await startRolesInProcess(parts.env, createStream());
const { key } = await parts.database.transaction((tx) =>
  createApiKey(tx, 'operator:npm-start', { name: 'npm-start', scopes: SCOPES }),
);
const product = await startProduct({ port: first + 1, serviceUrl: parts.serviceUrl });

console.log(`
  The product      ${product.url}
  Sign in          ${parts.serviceUrl}/login
  JumpCloud        ${parts.jumpclouds.us?.url} (US), ${parts.jumpclouds.eu?.url} (EU)
  Database         ${parts.env.DATABASE_URL}
  API              ${roles.apiUrl}/v1/companies
  API key          ${key}

Sign in as one of these; any password will do:
`);
for (const company of COMPANIES) {
  console.log(`  ${company.name}`);
  for (const person of PEOPLE.filter((p) => p.company === company.slug)) {
    console.log(`    ${person.email.padEnd(20)} ${person.shows}`);
  }
}
console.log(`
An email of another domain than the company's begins at ${parts.serviceUrl}/login?company=acme
Safari may refuse the __Host- cookies on http://localhost: use Chromium or Firefox here.
Ctrl-C ends it.`);

let stopping = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, async () => {
    if (stopping) process.exit(130);
    stopping = true;
    await stopAll(product.stop, roles.stop, parts.stop);
    process.exit(0);
  });
}
