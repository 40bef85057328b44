/** What policy version 1 stored and published stays readable: its sixteen rows, as they were written then. */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import Ajv from 'ajv';
import t from 'tap';
import { parseEvent } from '../../src/events/index.ts';
import { type LinkResult, linkResult } from '../../src/events/link-result.ts';
import { newId, ssoIdentityId } from '../../src/ids.ts';
import { POLICY_VERSION } from '../../src/policy/decide.ts';
import { readSession } from '../../src/sessions/session.ts';
import { hashToken, randomToken } from '../../src/tokens.ts';
import { testApi } from '../api/api.ts';
import { operator } from '../commands/operator.ts';
import { published } from '../events/records.ts';

/** The table of version 1: row, outcome, reason, and what its session says. */
const VERSION_1: [rule: number, outcome: string, reason: string | null, session: object][] = [
  [1, 'refused', 'sso_disabled', { reasonClass: 'sso_disabled' }],
  [2, 'refused', 'user_suspended', { reasonClass: 'not_linked' }],
  [3, 'refused', 'other_company', { reasonClass: 'not_linked' }],
  [4, 'already_linked', null, { state: 'none' }],
  [5, 'refused', 'link_removed', { reasonClass: 'link_removed' }],
  [6, 'refused', 'email_missing', { reasonClass: 'email_missing' }],
  [7, 'refused', 'email_unverified', { reasonClass: 'email_unverified' }],
  [8, 'refused', 'domain_not_owned', { reasonClass: 'domain_not_owned' }],
  [9, 'refused', 'identity_replaced', { reasonClass: 'not_linked' }],
  [10, 'linked', null, { state: 'none' }],
  [11, 'ambiguous', null, { reasonClass: 'not_linked' }],
  [12, 'refused', 'other_company', { reasonClass: 'not_linked' }],
  [13, 'linked', null, { state: 'none' }],
  [14, 'user_created', null, { state: 'none' }],
  [15, 'refused', 'social_email_unverified', { reasonClass: 'not_linked' }],
  [16, 'no_match', null, { reasonClass: 'not_linked' }],
];

/** The payload as version 1 wrote it. */
const payload = (
  ids: Pick<LinkResult, 'login_id' | 'sso_identity_id' | 'company_id'>,
  [rule, outcome, reason]: (typeof VERSION_1)[number],
) => ({
  ...{ ...ids, outcome, reason, user_id: null, matched: [], policy_version: 1 },
  evidence: {
    ...{ rule, email_domain: 'acme.test', domain_verified_by: 'operator', provider_email_verified: true },
    ...{ candidates: rule < 9 ? null : 1, company_active: rule !== 1, sso_client_active: true },
  },
  decided_at: '2026-11-20T09:30:00.000Z',
});

t.test('stored results of version 1: commands, API, sessions', async (t) => {
  t.ok(POLICY_VERSION > 1);
  const { ask, company, database } = await testApi(t);
  const { sql, url } = database;
  const run = operator(url);
  await company('acme');
  const [{ id: companyId } = {}] = await sql`SELECT id FROM companies`;
  const clientId = newId();
  await sql`
    INSERT INTO sso_clients (id, company_id, region, issuer, client_id, client_secret, status)
    VALUES (${clientId}, ${companyId}, 'us', 'https://issuer.test/', 'acme', 'x', 'active')`;
  for (const row of VERSION_1) {
    const [loginId, token] = [newId(), randomToken()];
    const identityId = ssoIdentityId(companyId, 'https://issuer.test/', `subject-${row[0]}`);
    const ids = { login_id: loginId, sso_identity_id: identityId, company_id: companyId };
    const { outcome, reason, evidence, decided_at } = payload(ids, row);
    await sql`
      INSERT INTO sso_identities (id, company_id, issuer, subject)
      VALUES (${identityId}, ${companyId}, 'https://issuer.test/', ${`subject-${row[0]}`})`;
    await sql`
      INSERT INTO logins (id, state_hash, sso_identity_id, company_id, sso_client_id)
      VALUES (${loginId}, ${randomBytes(32)}, ${identityId}, ${companyId}, ${clientId})`;
    await sql`
      INSERT INTO link_results
        (login_id, sso_identity_id, company_id, outcome, reason, matched, policy_version, evidence, decided_at)
      VALUES (${loginId}, ${identityId}, ${companyId}, ${outcome}, ${reason}, '[]', 1, ${JSON.stringify(evidence)}::jsonb,
        ${decided_at})`;
    await sql`
      INSERT INTO sessions (id, token_hash, login_id, sso_identity_id, return_to, expires_at)
      VALUES (${newId()}, ${hashToken(token)}, ${loginId}, ${identityId}, 'https://app.test/', now() + interval '1 day')`;

    const stored = { login_id: loginId, outcome, reason, policy_version: 1, evidence };
    t.match((await run(`results show ${loginId} --json`)).json, [stored], `row ${row[0]}`);
    const shown = await ask(`GET /v1/results/${loginId}`);
    t.match(shown.json(), { ...stored, decided_at }, `row ${row[0]} by the API`);
    t.match(await readSession(database, token, { idle: 3_600_000 }), row[3], `the session of row ${row[0]}`);
  }
  const listed = (await run('results list --company acme --json')).json;
  t.same(
    listed.map(({ evidence }) => (evidence as { rule: number }).rule).reverse(),
    VERSION_1.map(([rule]) => rule),
  );
  t.equal((await ask('GET /v1/results?company=acme')).json().items.length, VERSION_1.length);
  t.equal((await run('results list --reason other_company --json')).json.length, 2);
  t.match((await run('results summary acme --json')).json[0], { outcome: 'linked', count: 2 });
});

t.test('published results of version 1: the event, the released schema', async (t) => {
  const released = new URL('../../schemas/released/user.link_result.v1.json', import.meta.url);
  const current = new URL('../../schemas/user.link_result.v1.json', import.meta.url);
  const validators = await Promise.all(
    [released, current].map(async (file) => {
      const { $schema: _, ...schema } = JSON.parse(await readFile(file, 'utf8'));
      return new Ajv.default({ strict: false }).compile(schema);
    }),
  );
  const ids = { login_id: newId(), sso_identity_id: newId(), company_id: newId() };
  for (const row of VERSION_1) {
    const data = payload(ids, row) as LinkResult;
    for (const valid of validators) t.ok(valid(data), `row ${row[0]} ${JSON.stringify(valid.errors)}`);
    const metadata = { id: newId(), source: 'urn:sso-link:worker', time: new Date(), subject: newId() };
    t.same(parseEvent(published(linkResult.create(metadata, data))).data, data, `row ${row[0]}`);
  }
});
