/**
 * The world of compose.yaml, in one container: a JumpCloud each region and the product, with the people of
 * dev/fixtures.ts. The server shares this container's network, since it asks an issuer over plain http on loopback
 * alone; the browser on the host finds all of it at localhost, too.
 */
import { readConfig } from '../../src/config.ts';
import { openDatabase } from '../../src/db/client.ts';
import { stopAll } from '../../src/roles/run-role.ts';
import { COMPANIES, PEOPLE } from '../fixtures.ts';
import { startJumpCloud } from '../jumpcloud.ts';
import { startProduct } from '../product.ts';
import { seed } from '../seed.ts';

const [PRODUCT, US, EU] = [3001, 3010, 3011];
const host = '0.0.0.0';

const { DATABASE_URL, SECRET_KEYS, PUBLIC_URL } = readConfig(process.env, [
  'DATABASE_URL',
  'SECRET_KEYS',
  'PUBLIC_URL',
]);
const [secretKey] = SECRET_KEYS;
if (secretKey === undefined) throw new Error('SECRET_KEYS is empty');

const jumpclouds = {
  us: await startJumpCloud({ port: US, host }),
  eu: await startJumpCloud({ port: EU, host, iss: true }),
};
const database = openDatabase(DATABASE_URL, { name: 'stand-ins', max: 2 });
await seed(database, secretKey, jumpclouds, `${PUBLIC_URL}/login/callback`);
await database.close();
const product = await startProduct({ port: PRODUCT, host, serviceUrl: PUBLIC_URL });

console.log(`The product  ${product.url}\nSign in      ${PUBLIC_URL}/login\nAny password will do for:`);
for (const company of COMPANIES) {
  for (const person of PEOPLE.filter((p) => p.company === company.slug)) {
    console.log(`  ${person.email.padEnd(20)} ${person.shows}`);
  }
}

process.once('SIGTERM', () => {
  stopAll(product.stop, jumpclouds.us.stop, jumpclouds.eu.stop).then(
    () => process.exit(0),
    () => process.exit(1),
  );
});
