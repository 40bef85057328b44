import t, { type Test } from 'tap';
import { newId } from '../../src/ids.ts';
import { runChunk } from '../../src/linking/chunk.ts';
import { worldOf } from '../linking/world.ts';
import { testApi } from './api.ts';
import { signedIn } from './person.ts';

/** Ada of acme, whom a sign-in by acme's client linked. */
async function linked(t: Test) {
  const api = await testApi(t);
  await api.company('acme');
  const ada = await signedIn(api.database, 'acme', 'ada');
  const { sql } = api.database;
  await sql`
    INSERT INTO link_changes (at, actor, change, cause, sso_client_id, sso_identity_id, user_id, user_created)
    VALUES ('2026-11-21', 'worker', 'linked', 'login', ${ada.ssoClientId}, ${ada.identityId}, 'ada', false)`;
  await sql`DELETE FROM outbox`;
  const client = `/v1/companies/acme/clients/${ada.ssoClientId}`;
  const events = async () =>
    (await sql`SELECT topic, headers->>'ce_type' AS type FROM outbox ORDER BY id`).map(
      ({ topic, type }) => type ?? topic,
    );
  return { ...api, ada, sql, client, events };
}
const since = '2026-11-20T00:00:00Z';

t.test('links of a client are undone, and made again', async (t) => {
  const { ask, ada, sql, client, events } = await linked(t);
  const undo = (body: object) => ask(`POST ${client}/undo-links`, { body });
  await sql`UPDATE sso_clients SET status = 'active' WHERE id = ${ada.ssoClientId}`;
  t.match((await undo({ since })).json(), { status: 409, code: 'client_still_active' });
  await sql`UPDATE sso_clients SET status = 'disabled' WHERE id = ${ada.ssoClientId}`;
  const counts = { links: 1, suspended: 0, companies: 1, sessions: 1 };
  t.same((await undo({ since, dry_run: true })).json(), { batch: null, ...counts, changed_since: 0 });
  t.same(await events(), [], 'a dry run publishes nothing');

  const { batch, ...undone } = (await undo({ since, reason: 'misused' })).json();
  t.same(undone, { ...counts, changed_since: null });
  const identity = `GET /v1/identities/${ada.identityId}`;
  t.match((await ask(identity)).json(), { state: 'removed', user_id: null });
  t.ok((await events()).includes('user.link_removed'));
  t.match((await undo({ since })).json(), { links: 0 }, 'nothing is left');

  await sql`UPDATE link_batches SET finished_at = NULL WHERE id = ${batch}`;
  t.match((await ask(`POST /v1/link-batches/${batch}/redo`)).json(), {
    status: 409,
    code: 'batch_unfinished',
  });
  await sql`UPDATE link_batches SET finished_at = now() WHERE id = ${batch}`;
  t.match((await ask(`POST /v1/link-batches/${batch}/redo`)).json(), { links: 1, resumed: 0, left: 0 });
  t.match((await ask(identity)).json(), { state: 'linked', user_id: 'ada' });
  t.ok((await events()).includes('user.linked'));
  t.equal((await ask(`POST /v1/link-batches/${newId()}/redo`)).statusCode, 404);
  const audited = await sql`SELECT DISTINCT actor FROM audit_log WHERE action LIKE 'links.%'`;
  t.match(audited, [{ actor: /^key:/ }]);
});

t.test('results and states are published again', async (t) => {
  const { ask, database } = await testApi(t);
  const world = worldOf(database);
  await runChunk(database, [await world.login(await world.company('acme'), { subject: 'ada' })]);
  await database.sql`DELETE FROM outbox`;
  const waiting = async () => (await database.sql`SELECT topic FROM outbox`).map(({ topic }) => topic).sort();
  const replay = (body: object) => ask('POST /v1/companies/acme/events/replay', { body });
  const one = { type: 'user.link_result', events: 1, unnumbered: 0 };
  t.same((await replay({ since, dry_run: true })).json(), { ...one, dry_run: true });
  t.same(await waiting(), []);
  t.same((await replay({ since })).json(), { ...one, dry_run: false });
  t.match((await replay({ since, until: since })).json(), { events: 0 });
  t.same(await waiting(), ['user.link_result']);
  const states = await ask('POST /v1/companies/acme/events/republish-state');
  t.same(states.json(), { companies: 1, identities: 1, renewed: 0 });
  t.same(await waiting(), ['sso.companies', 'sso.identities', 'user.link_result']);
});

t.test('a time that cannot be stored is refused', async (t) => {
  const { ask } = await testApi(t);
  for (const time of ['0000-01-01T00:00:00Z', '2026-12-31T23:59:60Z', '2026-13-01T00:00:00Z']) {
    const refused = await ask(`GET /v1/results?since=${time}`);
    t.match(refused.json(), { code: /^(time|request)_invalid$/ }, time);
    t.ok([400, 422].includes(refused.statusCode));
  }
});
