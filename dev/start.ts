/** `npm start`: the whole world for a person with a browser. Ctrl-C ends it and leaves nothing. */

import { stopAll } from '../src/roles/run-role.ts';
import { startParts } from './environment.ts';
import { COMPANIES, PEOPLE } from './fixtures.ts';
import { startProduct } from './product.ts';
import { startRolesInProcess } from './roles.ts';
import { createStream } from './stream.ts';

const [SERVICE, PRODUCT, US, EU] = [3000, 3001, 3010, 3011];

const parts = await startParts({
  ports: [SERVICE, PRODUCT, US, EU],
  logLevel: process.env.LOG_LEVEL ?? 'warn',
});
const roles = await startRolesInProcess(parts.env, createStream());
const product = await startProduct({ port: PRODUCT, serviceUrl: parts.serviceUrl });

console.log(`
  The product      ${product.url}
  Sign in          ${parts.serviceUrl}/login
  JumpCloud        ${parts.jumpclouds.us?.url} (US), ${parts.jumpclouds.eu?.url} (EU)
  Database         ${parts.env.DATABASE_URL}

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
