import { randomBytes } from 'node:crypto';
import { createLocalJWKSet, jwtVerify, SignJWT } from 'jose';
import t from 'tap';
import { createSealer } from '../../src/seal.ts';
import {
  currentSigningKey,
  ensureSigningKey,
  publishedKeys,
  rotateSigningKeys,
  SIGNING_ALGORITHM,
} from '../../src/sessions/signing-keys.ts';
import { testDatabase } from '../support/database.ts';

const sealer = createSealer([randomBytes(32)]);

t.test('the life of signing keys', async (t) => {
  const database = await testDatabase(t);
  const sign = async () => {
    const { kid, privateKey } = await currentSigningKey(database, sealer);
    return new SignJWT({ sub: 'u1' }).setProtectedHeader({ alg: SIGNING_ALGORITHM, kid }).sign(privateKey);
  };
  const verify = async (token: string) =>
    jwtVerify(token, createLocalJWKSet({ keys: await publishedKeys(database) }));

  await t.rejects(currentSigningKey(database, sealer), { code: 'signing_key_missing' });

  const made = await Promise.all(
    Array.from({ length: 4 }, () => database.transaction((tx) => ensureSigningKey(tx, sealer))),
  );
  t.equal(made.filter(Boolean).length, 1, 'four callers at once make one key');

  const old = await sign();
  await t.resolves(verify(old), 'what the current key signs verifies with the published ones');
  const [published] = await publishedKeys(database);
  t.match(published, { kty: 'EC', crv: 'P-256', alg: 'ES256', use: 'sig' });
  t.notOk(published && 'd' in published, 'nothing private is published');

  const rotated = await database.transaction((tx) => rotateSigningKeys(tx, sealer));
  t.match(rotated, { retired: [published?.kid], deleted: [] });
  t.equal((await currentSigningKey(database, sealer)).kid, rotated.kid);
  await t.resolves(verify(old), 'a retired key still verifies');
  await t.resolves(verify(await sign()));

  await database.sql`UPDATE signing_keys SET retired_at = now() - interval '25 hours' WHERE kid <> ${rotated.kid}`;
  await t.rejects(verify(old), 'a day later it does not');
  t.match(await database.transaction((tx) => rotateSigningKeys(tx, sealer)), { deleted: [published?.kid] });

  await t.rejects(currentSigningKey(database, createSealer([randomBytes(32)])), { code: 'seal_broken' });
});

t.test('two rotations at once leave one current key', async (t) => {
  const database = await testDatabase(t);
  await Promise.all(
    Array.from({ length: 3 }, () => database.transaction((tx) => rotateSigningKeys(tx, sealer))),
  );
  const [row] = await database.sql`SELECT count(*)::int AS n FROM signing_keys WHERE retired_at IS NULL`;
  t.equal(row?.n, 1);
});
