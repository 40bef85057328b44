/** What is handed to the product, and what operators do: row 66 of docs/security.md. */
import type { Command } from 'commander';
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose';
import t from 'tap';
import { buildProgram } from '../../src/commands/program.ts';
import { SESSION_COOKIE } from '../../src/http/cookies.ts';
import { newId, ssoIdentityId } from '../../src/ids.ts';
import { operator } from '../commands/operator.ts';
import { dnsServer, type Zone } from '../support/dns-server.ts';
import { cookieOf, startHostileService } from '../support/hostile/service.ts';
import { SUBJECT } from '../support/hostile-provider.ts';
import { linkUser } from '../support/service.ts';

const SECOND = 'https://second-product.test';
const service = await startHostileService(t, { env: { RETURN_ORIGINS: `https://first.test,${SECOND}` } });
const { acme, url, appUrl, database } = service;
const { sql } = database;
const appOrigin = new URL(appUrl).origin;
const userId = await linkUser(service, acme, SUBJECT);
const { browser } = await service.signIn();
const cookie = `${SESSION_COOKIE}=${await cookieOf(browser, url, SESSION_COOKIE)}`;

const session = (origin?: string) =>
  fetch(`${url}/session`, { headers: { cookie, ...(origin !== undefined && { origin }) } });

t.test('row 66: a token of /session is for the asking origin alone, for 60 s', async (t) => {
  const keys = (await (await fetch(`${url}/.well-known/jwks.json`)).json()) as JSONWebKeySet;
  t.same(
    keys.keys.map((key) => key.d),
    [undefined],
    'no private half is published',
  );
  const find = createLocalJWKSet(keys);
  const audiences = [
    ['https://first.test', 'https://first.test'],
    [SECOND, SECOND],
    [undefined, appOrigin],
    [url, appOrigin],
  ] as const;
  for (const [origin, audience] of audiences) {
    const answer = await session(origin);
    t.equal(answer.headers.get('cache-control'), 'no-store');
    const { token } = (await answer.json()) as { token: string };
    const right = { issuer: url, audience, algorithms: ['ES256'] };
    const { payload } = await jwtVerify(token, find, right);
    t.match(payload, { sub: userId, company: 'acme', aud: audience });
    t.equal((payload.exp ?? 0) - (payload.iat ?? 0), 60);
    for (const [, other] of audiences.filter(([, a]) => a !== audience)) {
      const elsewhere = jwtVerify(token, find, { ...right, audience: other });
      await t.rejects(elsewhere, { code: 'ERR_JWT_CLAIM_VALIDATION_FAILED' });
    }
    const later = new Date(Date.now() + 61_000);
    await t.rejects(jwtVerify(token, find, { ...right, currentDate: later }), { code: 'ERR_JWT_EXPIRED' });
    const [head, , signature] = token.split('.');
    const forged = Buffer.from(JSON.stringify({ ...payload, sub: 'somebody-else' })).toString('base64url');
    await t.rejects(jwtVerify(`${head}.${forged}.${signature}`, find, right), 'nor with other claims');
  }
});

t.test('row 66: CORS for listed origins alone', async (t) => {
  for (const origin of [SECOND, 'https://first.test']) {
    const { headers } = await session(origin);
    t.equal(headers.get('access-control-allow-origin'), origin, 'named, never a star');
    t.equal(headers.get('access-control-allow-credentials'), 'true');
    t.match(headers.get('vary'), /origin/i, 'no cache hands it to another');
  }
  const strangers = [
    'https://evil.test',
    'null',
    '',
    `${SECOND}.evil.test`,
    `${SECOND}:8443`,
    SECOND.toUpperCase(),
    SECOND.replace('https', 'http'),
    `${SECOND},https://first.test`,
    appOrigin, // Where RETURN_ORIGINS is set, it is the whole list.
  ];
  for (const origin of strangers) {
    const answer = await session(origin);
    t.equal(answer.headers.get('access-control-allow-origin'), null, `${origin}: no CORS`);
    t.equal(answer.status, 403, `${origin}: no token`);
    t.notMatch(await answer.text(), /token|user/);
    const preflight = await fetch(`${url}/session`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'GET' },
    });
    t.equal(preflight.headers.get('access-control-allow-origin'), null, `${origin}: no preflight`);
  }
  for (const path of ['/login', '/login/start?company=acme', '/login/callback', '/login/wait', '/logout']) {
    const { headers } = await fetch(url + path, { headers: { origin: SECOND }, redirect: 'manual' });
    t.equal(headers.get('access-control-allow-origin'), null, `${path} is nobody's to read`);
  }
});

/** What changes nothing in the database, and so leaves no trace there. */
const READ_ONLY = [
  ...[
    'server',
    'relay',
    'worker',
    'api',
    'all',
    'doctor',
    'preview',
    'topics',
    'company list',
    'domain list',
  ],
  ...[
    'client list',
    'client secret list',
    'client test',
    'results list',
    'results show',
    'results summary',
    'dead-letters list',
    'audit list',
    'audit export',
    'links list',
    'events digest',
    'links history',
    'api-keys list',
    'directory status',
    'directory users',
    'directory token list',
    'sessions list',
    'setup list',
    'guide',
    'late-matches list',
  ],
];

function leavesOf(command: Command, path: string[] = []): string[] {
  if (command.commands.length === 0) return [path.join(' ')];
  return command.commands.flatMap((sub) => leavesOf(sub, [...path, sub.name()]));
}

t.test('row 66: each act of an operator is in the audit log', async (t) => {
  const run = operator(database.url, { ...service.env, SSO_LINK_OPERATOR: 'eve' });
  const identity = ssoIdentityId(acme.id, service.provider.issuer, SUBJECT);
  const letter = newId();
  await sql`
    INSERT INTO dead_letters (id, topic, "partition", "offset", record_hash, headers, value, reason, error)
    VALUES (${letter}, 'user.sso_authenticated', 0, 1, '\\x00', '{}', '\\x00', 'event_invalid', 'x')`;
  const account = JSON.stringify({
    user_id: 'u-1',
    provider: 'google',
    provider_user_id: 'g-1',
    email: 'u1@acme.test',
    email_verified: true,
  });
  await sql`DELETE FROM signing_keys`;
  const zone: Zone = new Map();
  const dns = await dnsServer(t, zone);
  const publish = async () => {
    const [challenge] = await sql`SELECT value FROM domain_challenges WHERE domain = 'dns.test'`;
    zone.set('_sso-link-challenge.dns.test', [[Buffer.from(`sso-link=${challenge?.value}`)]]);
  };
  type Id = { id: string };
  /** What an act names in capitals: an id that an act before it made. */
  const ids: Record<string, () => Promise<Id[]>> = {
    TOKEN: () => sql<Id[]>`SELECT id FROM directory_tokens`,
    SECRET: () => sql<Id[]>`
      SELECT s.id FROM sso_client_secrets s JOIN sso_clients k ON k.id = s.sso_client_id
      WHERE k.client_id = 'zeta-client' AND s.retired_at IS NULL ORDER BY s.added_at`,
    SETUP: () => sql<Id[]>`SELECT id FROM setup_links`,
    CLIENT: () => sql<Id[]>`SELECT id FROM sso_clients WHERE client_id = 'zeta-client'`,
    BATCH: () => sql<Id[]>`SELECT id FROM link_batches`,
    MATCH: () => sql<Id[]>`SELECT id FROM late_matches WHERE state = 'open'`,
  };
  const filled = async (act: string): Promise<string> => {
    const words = act.split(' ').map(async (word) => {
      const [row] = ids[word] ? await ids[word]() : [];
      return row?.id ?? word;
    });
    return (await Promise.all(words)).join(' ');
  };
  /** A person who signed in, and whose account came later. */
  const lateMatch = async (name: string) => {
    const [email, person] = [`${name}@acme.test`, newId()];
    await sql`INSERT INTO users (id) VALUES (${name})`;
    await sql`
      INSERT INTO social_accounts (id, user_id, provider, provider_user_id, email, email_verified)
      VALUES (${newId()}, ${name}, 'google', ${name}, ${email}, true)`;
    await sql`
      INSERT INTO users (id, company_id, company_set_by, sso_email)
      VALUES (${`${name}-created`}, ${acme.id}, 'link', ${email})`;
    await sql`
      INSERT INTO sso_identities (id, company_id, issuer, subject, user_id, linked_at, email)
      VALUES (${person}, ${acme.id}, 'https://issuer.test/', ${name}, ${`${name}-created`}, now(), ${email})`;
    await sql`
      INSERT INTO late_matches (id, company_id, sso_identity_id, created_user_id, user_id)
      VALUES (${newId()}, ${acme.id}, ${person}, ${`${name}-created`}, ${name})`;
  };
  const pushUser = () => sql`
    INSERT INTO directory_users (id, company_id, user_name, user_name_key)
    SELECT ${newId()}, id, 'probe@zeta.test', 'probe@zeta.test' FROM companies WHERE slug = 'zeta'`;
  type Act = [
    command: string,
    input?: string | undefined,
    options?: { before?: () => unknown; exitCode?: number; entries?: number },
  ];
  const acts: Act[] = [
    ['migrate'], // It makes the signing key that is missing.
    ['company create zeta --name Zeta'],
    ['domain add zeta zeta.test --verified-by operator'],
    ['domain move acme zeta.test --verified-by operator'],
    ['domain remove acme zeta.test'],
    ['domain challenge zeta dns.test'],
    [`domain check zeta dns.test --dns-server ${dns}`, undefined, { before: publish }],
    [`domain recheck --dns-server ${dns}`, undefined, { before: () => zone.clear(), exitCode: 2 }],
    ['api-keys create billing --scope users:read'],
    ['api-keys revoke billing'],
    ['directory enable zeta'],
    ['directory token create zeta'],
    ['directory token revoke TOKEN'],
    ['directory forget zeta probe@zeta.test', undefined, { before: pushUser }],
    ['directory disable zeta'],
    ['setup create zeta --for setup'],
    ['setup revoke SETUP'],
    ['client create zeta --client-id zeta-client --region us --no-check', 'the-first-secret\n'],
    ['client activate zeta --allow-no-domain'],
    ['client update zeta --client-secret-stdin --no-check', 'the-second-secret\n'],
    ['client secret add zeta --no-check', 'the-third-secret\n'],
    ['client secret retire zeta SECRET'],
    ['client disable zeta'],
    ['links undo zeta --client CLIENT --since 2026-01-01T00:00:00Z', undefined, { entries: 2 }],
    ['links redo BATCH', undefined, { entries: 2 }],
    ['late-matches merge MATCH', undefined, { before: () => lateMatch('ada') }],
    ['late-matches dismiss MATCH', undefined, { before: () => lateMatch('bob') }],
    ['company update zeta --no-create-users'],
    ['company disable zeta'],
    ['company enable zeta'],
    ['accounts import -', `${account}\n`],
    ['users suspend u-1'],
    ['users resume u-1'],
    ['sessions revoke --company acme', undefined, { before: () => service.signIn() }],
    [`links remove ${identity}`],
    [`links approve ${identity}`],
    [`link acme ${identity} u-1`],
    ['users delete u-1'],
    [`dead-letters replay ${letter}`],
    ['events republish-state --all'],
    ['events replay --type user.link_result --company acme --since 2026-01-01'],
    ['keys rotate'],
    ['keys reseal'],
    ['prune --older-than 90d'],
  ];
  for (const [act, input, options] of acts) {
    await options?.before?.();
    const [before] = await sql`SELECT count(*)::int AS n FROM audit_log`;
    const { exitCode, err } = await run(await filled(act), input);
    t.equal(exitCode, options?.exitCode ?? 0, `${act} ${err}`);
    const [last] = await sql`SELECT actor, target, (SELECT count(*)::int FROM audit_log) AS n FROM audit_log
      ORDER BY id DESC LIMIT 1`;
    t.match(last, { actor: 'operator:eve', n: before?.n + (options?.entries ?? 1), target: /./ }, act);
  }
  const io = { env: {}, stdin: process.stdin, stdout: process.stdout, stderr: process.stderr, exitCode: 0 };
  const done = acts.map(([act]) => act);
  const missing = leavesOf(await buildProgram(io)).filter(
    (leaf) => !READ_ONLY.includes(leaf) && !done.some((act) => act === leaf || act.startsWith(`${leaf} `)),
  );
  t.same(missing, [], 'every command that changes something was run here');
  const everything = await sql`SELECT * FROM audit_log`;
  t.notMatch(JSON.stringify(everything), /the-(first|second|third)-secret/);
});
