import { randomBytes } from 'node:crypto';
import { createLocalJWKSet, jwtVerify } from 'jose';
import t from 'tap';
import { httpBrowser } from '../../dev/browser.ts';
import { createSealer } from '../../src/seal.ts';
import { ensureSigningKey, publishedKeys, rotateSigningKeys } from '../../src/sessions/signing-keys.ts';
import { createIssueToken, type TokenClaims } from '../../src/sessions/token.ts';
import { testDatabase } from '../support/database.ts';
import { addCompany, addPerson, linkUser, startService } from '../support/service.ts';

const ISSUER = 'https://account.example.com';
const CLAIMS: TokenClaims = {
  userId: 'u-1',
  audience: 'https://app.example.com',
  company: 'acme',
  loginId: '0190f3a0-0000-7000-8000-000000000001',
};

t.test('the same claims get the same token for five seconds, and any other claims another one', async (t) => {
  const database = await testDatabase(t);
  const sealer = createSealer([randomBytes(32)]);
  await database.transaction((tx) => ensureSigningKey(tx, sealer));
  let now = Date.now();
  const issueToken = createIssueToken(database, sealer, ISSUER, { now: () => now });
  const { token, expiresAt } = await issueToken(CLAIMS);
  const verify = async (text: string) =>
    jwtVerify(text, createLocalJWKSet({ keys: await publishedKeys(database) }), {
      issuer: ISSUER,
      audience: CLAIMS.audience,
      algorithms: ['ES256'],
    });
  const { payload } = await verify(token);
  t.match(payload, { sub: 'u-1', company: 'acme', login_id: CLAIMS.loginId });
  t.equal((payload.exp ?? 0) - (payload.iat ?? 0), 60);
  t.equal(payload.exp, expiresAt.getTime() / 1000);

  now += 4_999;
  t.equal((await issueToken(CLAIMS)).token, token);
  for (const [name, other] of Object.entries({
    userId: 'u-2',
    audience: 'https://other.example.com',
    company: 'globex',
    loginId: '0190f3a0-0000-7000-8000-000000000002',
  })) {
    t.not((await issueToken({ ...CLAIMS, [name]: other })).token, token, name);
  }
  now += 1;
  const later = await issueToken(CLAIMS);
  t.not(later.token, token);
  t.ok(later.expiresAt > expiresAt);

  // A rotated key is taken up within a minute, and nothing that the old one signed is given out again.
  const { kid } = await database.transaction((tx) => rotateSigningKeys(tx, sealer));
  now += 60_000;
  t.equal((await verify((await issueToken(CLAIMS)).token)).protectedHeader.kid, kid);
});

t.test('one signature for the reads of one page', async (t) => {
  const database = await testDatabase(t);
  const sealer = createSealer([randomBytes(32)]);
  await database.transaction((tx) => ensureSigningKey(tx, sealer));
  const issueToken = createIssueToken(database, sealer, ISSUER);
  const tokens = await Promise.all(Array.from({ length: 8 }, () => issueToken(CLAIMS)));
  t.equal(new Set(tokens.map(({ token }) => token)).size, 1);
});

t.test('a key that is missing is looked for again with the next request', async (t) => {
  const database = await testDatabase(t);
  const sealer = createSealer([randomBytes(32)]);
  const issueToken = createIssueToken(database, sealer, ISSUER);
  await t.rejects(issueToken(CLAIMS), { code: 'signing_key_missing' });
  await database.transaction((tx) => ensureSigningKey(tx, sealer));
  await t.resolves(issueToken(CLAIMS));
});

t.test('no token is reused across a change: user, company and session are read each time', async (t) => {
  const service = await startService(t);
  const acme = await addCompany(service, 'acme');
  const { sub, email } = addPerson(service, acme);
  const userId = await linkUser(service, acme, sub);
  const browser = httpBrowser({ stopAt: [service.appUrl] });
  await browser.signIn({ startUrl: `${service.url}/login/start?company=acme`, email });
  const read = async () => {
    const answer = await browser.fetch(`${service.url}/session`);
    return { status: answer.status, ...((await answer.json()) as { token?: string; reason_class?: string }) };
  };
  const { token } = await read();
  t.equal((await read()).token, token);
  const { sql } = service.database;

  await sql`UPDATE users SET name = 'Countess Lovelace' WHERE id = ${userId}`;
  t.match(await read(), { token, user: { name: 'Countess Lovelace' } }, 'what is no claim is read, too');
  await sql`UPDATE sessions SET ended_as = 'link_removed'`;
  t.match(await read(), { status: 401, reason_class: 'link_removed', token: undefined });
  await sql`UPDATE sessions SET ended_as = NULL`;
  t.equal((await read()).status, 200);
  await sql`UPDATE companies SET status = 'disabled'`;
  t.match(await read(), { status: 401, reason_class: 'sso_disabled', token: undefined });
  await sql`UPDATE companies SET status = 'active'`;
  await sql`UPDATE sessions SET ended_as = NULL`;
  await sql`UPDATE users SET status = 'suspended' WHERE id = ${userId}`;
  t.match(await read(), { status: 401, reason_class: 'user_suspended', token: undefined });
  await sql`DELETE FROM sessions`;
  t.match(await read(), { status: 401, token: undefined });
});
