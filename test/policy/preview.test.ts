import t from 'tap';
import { runChunk } from '../../src/linking/chunk.ts';
import { type PreviewedAccount, preview, tally } from '../../src/policy/preview.ts';
import { type Company, worldOf } from '../linking/world.ts';
import { testDatabase } from '../support/database.ts';

const database = await testDatabase(t);
const { sql } = database;
const world = worldOf(database);

async function previewed(company: Company): Promise<PreviewedAccount[]> {
  const rows: PreviewedAccount[] = [];
  for await (const row of preview(database, company.id)) rows.push(row);
  return rows;
}

t.test('the preview is what then happens', async (t) => {
  const other = await world.company('other');
  for (const createsUsers of [true, false]) {
    const name = createsUsers ? 'open' : 'closed';
    const company = await world.company(name, { createsUsers });
    const email = (who: string) => `${who}@${name}.example`;
    const user = async (who: string, over: Parameters<typeof world.user>[1] = {}) =>
      world.account(await world.user(`${name}-${who}`, over), email(who));

    await user('free');
    await user('ours', { company });
    await user('theirs', { company: other });
    await user('suspended', { status: 'suspended' });
    await user('gone', { status: 'deleted' });
    await world.account(await world.user(`${name}-twin1`), email('twin'));
    await world.account(await world.user(`${name}-twin2`), email('twin'));
    await world.account(await world.user(`${name}-pre`), email('pre'), { verified: false });
    await world.account(`${name}-free`, email('free'), { provider: 'github' });
    await world.account(`${name}-free`, 'free@elsewhere.example');

    await user('back');
    await user('removed');
    await user('replaced', { company });
    const back = await world.login(company, { subject: 'back' });
    const removed = await world.login(company, { subject: 'removed' });
    const before = await world.login(company, { subject: 'before', email: email('replaced') });
    await runChunk(database, [back, removed, before]);
    await sql`UPDATE sso_identities SET user_id = NULL, link_removed_at = now() WHERE id = ${removed.identityId}`;
    // The directory's entry was created again: another subject has the email now.
    await world.login(company, { subject: 'replaced' });

    const rows = await previewed(company);
    t.equal(rows.length, 12, 'each social account in the domains, and no other');
    const emails = [...new Set(rows.map((row) => row.email))];
    const logins = [];
    for (const address of emails) {
      const [subject = ''] = address.split('@');
      logins.push(await world.login(company, { subject, email: address }));
    }
    const { results } = await runChunk(database, logins);
    for (const row of rows) {
      const result = results[emails.indexOf(row.email)];
      const { outcome, reason, matched, evidence } = row.decision;
      t.match(result, { outcome, reason, matched, evidence }, `${row.email}: ${outcome} ${reason ?? ''}`);
      if (outcome !== 'user_created') t.equal(result?.user_id, row.decision.userId);
    }
    const outcomes = new Set(rows.map((row) => row.decision.reason ?? row.decision.outcome));
    t.same(
      [...outcomes].sort(),
      [
        'already_linked',
        'ambiguous',
        'identity_replaced',
        'link_removed',
        'linked',
        'other_company',
        'user_suspended',
        ...(createsUsers ? ['user_created'] : ['no_match', 'social_email_unverified']),
      ].sort(),
    );
  }
});

t.test('it is asked before company and SSO client are turned on, and writes nothing', async (t) => {
  const company = await world.company('draft');
  await sql`UPDATE companies SET status = 'disabled' WHERE id = ${company.id}`;
  await sql`UPDATE sso_clients SET status = 'draft' WHERE id = ${company.id}`;
  await world.account(await world.user('ada'), 'ada@draft.example');
  t.match(await previewed(company), [{ userId: 'ada', decision: { outcome: 'linked', userId: 'ada' } }]);
  t.equal((await world.userRow('ada'))?.company_id, null);
});

t.test('nobody is taken for the identity that came with their email unverified', async (t) => {
  const company = await world.company('colleagues');
  await world.account(await world.user('cora'), 'cora@colleagues.example');
  await runChunk(database, [await world.login(company, { subject: 'mallory' })]);
  await world.login(company, { subject: 'mallory', email: 'cora@colleagues.example', verified: false });
  t.match(await previewed(company), [{ userId: 'cora', decision: { outcome: 'linked', userId: 'cora' } }]);
});

t.test('a company without domains, without accounts, or that isn’t there', async (t) => {
  const company = await world.company('empty');
  t.same(await previewed(company), []);
  await sql`DELETE FROM company_domains WHERE company_id = ${company.id}`;
  t.same(await previewed(company), []);
  await t.rejects(previewed({ ...company, id: '00000000-0000-7000-8000-000000000000' }), {
    code: 'company_not_found',
  });
});

t.test('more accounts than a batch holds, each told once', async (t) => {
  const company = await world.company('big');
  await sql`INSERT INTO users (id) SELECT 'big' || n FROM generate_series(1, 1203) n`;
  await sql`
    INSERT INTO social_accounts (id, user_id, provider, provider_user_id, email, email_verified)
    SELECT gen_random_uuid(), 'big' || n, 'google', 'big' || n, 'p' || n || '@big.example', n % 3 > 0
    FROM generate_series(1, 1203) n`;
  const counts = tally();
  const seen = new Set<string>();
  for await (const row of preview(database, company.id)) {
    seen.add(row.socialAccountId);
    counts.add(row.decision);
  }
  t.equal(seen.size, 1203);
  t.same(counts.counts(), [
    { outcome: 'linked', reason: null, count: 802 },
    { outcome: 'user_created', reason: null, count: 401 },
  ]);
});
