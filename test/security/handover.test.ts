/** What is handed to the product, and what operators do: row 66 of docs/security.md. */
import { importJWK, type JWK, jwtVerify } from 'jose';
import t from 'tap';
import { SESSION_COOKIE } from '../../src/cookies.ts';
import { cookieOf, startHostileService } from '../support/hostile/service.ts';
import { SUBJECT } from '../support/hostile-provider.ts';
import { linkUser } from '../support/service.ts';

const OTHER_ORIGIN = 'https://second-product.test';
const service = await startHostileService(t);
const { provider, acme, url, appUrl } = service;
await linkUser(service, acme, SUBJECT);
t.beforeEach(() => provider.be());
const appOrigin = new URL(appUrl).origin;

t.test('row 66: a token of /session is for the asking origin alone, for 60 s', async (t) => {
  const { browser } = await service.signIn();
  const cookie = `${SESSION_COOKIE}=${await cookieOf(browser, url, SESSION_COOKIE)}`;
  const session = (origin: string) => fetch(`${url}/session`, { headers: { cookie, origin } });
  const listed = await session(appOrigin);
  t.equal(listed.headers.get('access-control-allow-origin'), appOrigin);
  const { token } = (await listed.json()) as { token: string };
  const { keys } = (await (await fetch(`${url}/.well-known/jwks.json`)).json()) as { keys: JWK[] };
  const key = await importJWK(keys[0] as JWK, 'ES256');
  const { payload } = await jwtVerify(token, key, { issuer: url, audience: appOrigin });
  t.equal((payload.exp ?? 0) - (payload.iat ?? 0), 60);
  await t.rejects(jwtVerify(token, key, { audience: OTHER_ORIGIN }), {
    code: 'ERR_JWT_CLAIM_VALIDATION_FAILED',
  });
  const later = new Date(Date.now() + 61_000);
  await t.rejects(jwtVerify(token, key, { audience: appOrigin, currentDate: later }), {
    code: 'ERR_JWT_EXPIRED',
  });

  for (const origin of [OTHER_ORIGIN, 'null', `${appOrigin}.evil.test`, appOrigin.toUpperCase()]) {
    const answer = await session(origin);
    t.equal(answer.headers.get('access-control-allow-origin'), null, `${origin}: no CORS`);
    t.equal(answer.status, 403, `${origin}: no token`);
  }
  t.equal(listed.headers.get('cache-control'), 'no-store');
});

t.test('row 66: each act of an operator is in the audit log', async (t) => {
  const { sql } = service.database;
  const { runCommand } = await import('../../src/commands/program.ts');
  const { PassThrough } = await import('node:stream');
  const env = { ...process.env, ...service.env, SSO_LINK_OPERATOR: 'eve' };
  const run = (...args: string[]) => {
    const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
    stdin.end('another-secret\n');
    return runCommand(args, { env, stdin, stdout, stderr } as unknown as Parameters<typeof runCommand>[1]);
  };
  const acts = [
    ['company', 'create', 'zeta', '--name', 'Zeta'],
    ['domain', 'add', 'zeta', 'zeta.test', '--verified-by', 'operator'],
    ['client', 'create', 'zeta', '--client-id', 'zeta-client', '--region', 'us', '--no-check'],
    ['client', 'activate', 'zeta'],
    ['client', 'disable', 'zeta'],
    ['domain', 'remove', 'zeta', 'zeta.test'],
    ['company', 'disable', 'zeta'],
    ['company', 'enable', 'zeta'],
    ['keys', 'rotate'],
  ];
  for (const act of acts) t.equal(await run(...act), 0, act.join(' '));
  const rows = await sql<
    { action: string }[]
  >`SELECT * FROM audit_log WHERE actor = 'operator:eve' ORDER BY id`;
  t.equal(rows.length, acts.length, rows.map((r) => r.action).join(', '));
  t.notMatch(JSON.stringify(rows), 'another-secret');
});
