import t from 'tap';
import { testApi } from './api.ts';
import { signedIn } from './person.ts';

t.test('identities, links, results and sessions are read and changed', async (t) => {
  const { ask, app, company, database } = await testApi(t);
  await company('acme');
  const { identityId, loginId, sessionId } = await signedIn(database, 'acme', 'ada');
  t.match((await ask('GET /v1/companies/acme/identities?state=linked')).json().items, [
    { sso_identity_id: identityId, company: 'acme', state: 'linked', user_id: 'ada', link_removed_at: null },
  ]);
  t.same((await ask('GET /v1/companies/acme/identities?state=removed')).json().items, []);
  t.match((await ask('GET /v1/results?company=acme&email=ADA@acme.test&outcome=linked')).json().items, [
    { login_id: loginId, user_id: 'ada', outcome: 'linked', matched: [], evidence: {} },
  ]);
  t.same((await ask('GET /v1/results?since=2999-01-01T00:00:00Z')).json().items, []);
  t.match((await ask(`GET /v1/results/${loginId}`)).json(), {
    linked_to: 'ada',
    identity_email: 'ada@acme.test',
  });
  t.match((await ask('GET /v1/users/ada/sessions')).json().items, [{ id: sessionId, company: 'acme' }]);
  t.match((await ask('GET /v1/companies/acme/preview')).json(), {
    counts: [],
    not_found_by_email: { count: 0 },
  });

  const removed = await ask(`DELETE /v1/identities/${identityId}/link`);
  t.match(removed.json(), { user_id: 'ada', sessions_ended: 1 });
  t.match((await ask(`GET /v1/identities/${identityId}`)).json(), { state: 'removed', user_id: null });
  t.match((await ask(`DELETE /v1/identities/${identityId}/link`)).json(), {
    status: 409,
    code: 'identity_not_linked',
  });
  t.match((await ask(`POST /v1/identities/${identityId}/approve`)).json(), { state: 'unlinked' });
  const linked = await ask(`PUT /v1/identities/${identityId}/link`, { body: { user_id: 'ada' } });
  t.match(linked.json(), { state: 'linked', user_id: 'ada' });
  const events = await database.sql`SELECT headers->>'ce_type' AS type, payload FROM outbox
    WHERE topic = 'user.link_result' ORDER BY id`;
  t.match(
    events.map(({ payload }) => JSON.parse(String(payload))),
    [
      { cause: 'api', removed_by: /^key:/ },
      { cause: 'api', by: /^key:/, user_id: 'ada' },
    ],
  );
  t.ok(app);
});

t.test('sessions of a user and of a company are ended', async (t) => {
  const { ask, company, database } = await testApi(t);
  await company('acme');
  await signedIn(database, 'acme', 'ada');
  await signedIn(database, 'acme', 'bob');
  t.same((await ask('DELETE /v1/users/ada/sessions')).json(), { ended: 1 });
  t.same((await ask('DELETE /v1/users/ada/sessions')).json(), { ended: 0 });
  t.match((await ask('DELETE /v1/companies/acme/sessions')).json(), { company: 'acme', not_before: /Z$/ });
  const audited =
    await database.sql`SELECT target FROM audit_log WHERE action = 'sessions.revoke' ORDER BY id`;
  t.same(
    audited.map(({ target }) => target),
    ['ada', 'acme'],
  );
});

t.test(
  'an SSO client is created, tested, changed, activated and disabled; its secret is never returned',
  async (t) => {
    const { ask, company, database } = await testApi(t);
    await company('acme');
    const body = { client_id: 'app-1', client_secret: 's3cret-value', region: 'us', check: false };
    const created = await ask('POST /v1/companies/acme/clients', { body });
    t.match(created, { statusCode: 201 });
    const { id } = created.json();
    t.match(created.json(), { status: 'draft', client_id: 'app-1', region: 'us', version: 1 });
    const path = `/v1/companies/acme/clients/${id}`;
    const test = await ask(`POST ${path}/test-links`);
    t.match(test.json(), { url: /^https:\/\/account\.test\/login\/start\?company=acme&test=s1\./ });
    t.match((await ask(`POST ${path}/activate`, { body: {} })).json(), {
      status: 409,
      code: 'company_without_domain',
    });
    const active = await ask(`POST ${path}/activate`, { body: { allow_no_domain: true } });
    t.match(active.json(), { client: { status: 'active' }, replaced: null });
    t.match((await ask(`PATCH ${path}`, { body: {} })).json(), { status: 422, code: 'nothing_to_change' });
    t.match((await ask(`PATCH ${path}`, { body: { logout_at_provider: true } })).json(), {
      logout_at_provider: true,
      version: 2,
    });
    const disabled = await ask(`POST ${path}/disable`);
    t.match(disabled.json(), { status: 'disabled' });
    const list = await ask('GET /v1/companies/acme/clients');
    const audited = await database.sql`SELECT details FROM audit_log`;
    for (const text of [created.body, active.body, disabled.body, list.body, JSON.stringify(audited)]) {
      t.notMatch(text, /s3cret-value|s1\./);
    }
  },
);
