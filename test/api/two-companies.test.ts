/** A key of one company, on every route: what is another company's answers with the bytes of what does not exist. */
import t from 'tap';
import { newId } from '../../src/ids.ts';
import { storeDirectoryUser } from '../support/directory.ts';
import { bytesOf, testApi } from './api.ts';
import { operations } from './operations.ts';
import { signedIn } from './person.ts';

/** What each operation needs in its body to pass its schema. */
const BODIES: Record<string, object> = {
  updateCompany: { name: 'Changed' },
  putDomain: { verified_by: 'operator' },
  challengeDomain: {},
  createClient: { client_id: 'c', client_secret: 's', region: 'us', check: false },
  updateClient: { logout_at_provider: true },
  addClientSecret: { client_secret: 's', check: false },
  createSetupLink: { purpose: 'secret' },
  activateClient: { allow_no_domain: true },
  putUser: { company: 'beta' },
  putAccount: { email: null, email_verified: false },
  putLink: { user_id: 'bob' },
  updateDirectory: { enabled: true },
  undoLinks: { since: '2026-11-20T00:00:00Z' },
  replayResults: { since: '2026-11-20T00:00:00Z' },
};
/** They name no single thing: 403, or only what is the caller's own. */
const UNNAMED = [
  'listCompanies',
  'createCompany',
  'importAccounts',
  'listResults',
  'listAudit',
  'listLateMatches',
];

t.test('every route hides the other company', async (t) => {
  const { ask, company, database, key } = await testApi(t);
  for (const slug of ['acme', 'beta']) {
    await company(slug);
    await ask(`PUT /v1/companies/${slug}/domains/${slug}.test`, { body: { verified_by: 'operator' } });
  }
  const acme = await signedIn(database, 'acme', 'ada');
  const beta = await signedIn(database, 'beta', 'bob');
  const [secret] =
    await database.sql`SELECT id FROM sso_client_secrets WHERE sso_client_id = ${acme.ssoClientId}`;
  const secretId = String(secret?.id);
  const made = await ask('POST /v1/companies/acme/setup-links', { body: { purpose: 'setup' } });
  const linkId = made.json().id as string;
  const token = (await ask('POST /v1/companies/acme/directory/tokens')).json();
  const directoryUser = await storeDirectoryUser(database, acme.companyId, { userName: 'ada@acme.test' });
  const lateMatch = newId();
  await database.sql`
    INSERT INTO late_matches (id, company_id, sso_identity_id, created_user_id, user_id)
    VALUES (${lateMatch}, ${acme.companyId}, ${acme.identityId}, 'ada', 'ada-2')`;
  const undo = newId();
  await database.sql`
    INSERT INTO link_batches (id, kind, company_id, sso_client_id, actor, finished_at)
    VALUES (${undo}, 'undo', ${acme.companyId}, ${acme.ssoClientId}, 'operator:olga', now())`;
  const ofBeta = await key({ company: 'beta' });
  const before = await database.sql`SELECT * FROM users WHERE id = 'ada'`;
  const state = async () => ({
    users: await database.sql`SELECT * FROM users WHERE id = 'ada'`,
    accounts: await database.sql`SELECT * FROM social_accounts WHERE user_id = 'ada'`,
    identities: await database.sql`SELECT * FROM sso_identities WHERE id = ${acme.identityId}`,
    secrets: await database.sql`SELECT * FROM sso_client_secrets WHERE id = ${secretId}`,
    clients: await database.sql`SELECT * FROM sso_clients WHERE id = ${acme.ssoClientId}`,
    sessions: await database.sql`SELECT count(*)::int AS n FROM sessions WHERE id = ${acme.sessionId}`,
    lateMatches: await database.sql`SELECT * FROM late_matches`,
    setupLinks: await database.sql`SELECT * FROM setup_links`,
    batches: await database.sql`SELECT * FROM link_batches`,
    outbox: await database.sql`SELECT count(*)::int AS n FROM outbox`,
    company: await database.sql`SELECT * FROM companies WHERE slug = 'acme'`,
    tokens: await database.sql`SELECT * FROM directory_tokens WHERE company_id = ${acme.companyId}`,
    directory: await database.sql`SELECT * FROM directory_users WHERE id = ${directoryUser}`,
  });
  const whole = await state();
  t.equal(before.length, 1);

  /** Values of parameters: the other company's, and ones that name nothing. */
  const theirs = (path: string) => ({
    ...{ slug: 'acme', user_id: 'ada', login_id: acme.loginId, domain: 'acme.test' },
    ...{ provider: 'google', provider_user_id: 'g-ada', secret_id: secretId },
    id: path.includes('/clients/')
      ? acme.ssoClientId
      : path.includes('/setup-links/')
        ? linkId
        : path.includes('/late-matches/')
          ? lateMatch
          : path.includes('/link-batches/')
            ? undo
            : acme.identityId,
    ...{ user: directoryUser, token_id: token.id },
  });
  const nothing = {
    ...{ slug: 'none', user_id: 'nobody', login_id: newId(), domain: 'none.test', id: newId() },
    ...{ provider: 'google', provider_user_id: 'g-none', secret_id: newId() },
    ...{ user: newId(), token_id: 'aaaaaaaaaaaa' },
  };
  const fill = (path: string, values: Record<string, string>) =>
    path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? ''));

  let compared = 0;
  for (const { method, path, operationId } of await operations()) {
    if (!path.startsWith('/v1/') || UNNAMED.includes(operationId)) continue;
    const body = BODIES[operationId];
    const send = (values: Record<string, string>) =>
      ask(`${method} ${fill(path, values)}`, { key: ofBeta, ...(body && { body }) });
    // The path of the other company, and its things below one's own path.
    const own = { ...theirs(path), slug: 'beta' };
    const cases = [[theirs(path), nothing] as const];
    if (/\{slug\}.*\{(id|user|token_id)\}/.test(path) || operationId === 'deleteDomain') {
      cases.push([own, { ...nothing, slug: 'beta' }]);
    }
    for (const [other, missing] of cases) {
      const [hidden, absent] = [await send(other), await send(missing)];
      t.equal(hidden.statusCode, 404, `${method} ${fill(path, other)} ${hidden.body}`);
      t.same(bytesOf(hidden), bytesOf(absent), `${operationId} has the bytes of what does not exist`);
      compared += 1;
    }
  }
  t.ok(compared > 25, `${compared} pairs`);
  t.same(await state(), whole, 'and nothing of the other company has changed');

  for (const query of ['results?company=acme', 'audit?company=acme']) {
    const hidden = await ask(`GET /v1/${query}`, { key: ofBeta });
    t.same(bytesOf(hidden), bytesOf(await ask(`GET /v1/${query.replace('acme', 'none')}`, { key: ofBeta })));
    t.equal(hidden.statusCode, 404);
  }
  const results = (await ask('GET /v1/results', { key: ofBeta })).json().items;
  t.match(results, [{ login_id: beta.loginId }]);
  t.equal(results.length, 1);
  const link = (userId: string) =>
    ask(`PUT /v1/identities/${beta.identityId}/link`, { key: ofBeta, body: { user_id: userId } });
  t.same(bytesOf(await link('ada')), bytesOf(await link('nobody')));
});
