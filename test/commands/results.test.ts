import t from 'tap';
import { newId } from '../../src/ids.ts';
import { testDatabase } from '../support/database.ts';
import { until } from '../support/until.ts';
import { operator } from './operator.ts';
import { seed } from './seed.ts';

t.test('results are listed and shown', async (t) => {
  const database = await testDatabase(t);
  const run = operator(database.url);
  const make = seed(database);
  const [acme, globex] = [await make.company('acme'), await make.company('globex')];
  const identity = await make.identity(acme.id, 's1');
  await make.user('u1');
  const linked = await make.login(acme, identity, {
    daysAgo: 2,
    result: { outcome: 'linked', userId: 'u1' },
  });
  const refused = await make.login(acme, identity, {
    daysAgo: 1,
    result: { outcome: 'refused', reason: 'domain_not_owned' },
  });
  const there = await make.identity(globex.id, 's1');
  await make.login(globex, there, { result: { outcome: 'no_match' } });
  const pending = await make.login(acme, identity);

  const all = await run('results list --json');
  t.match(all.json, [
    { company: 'globex', outcome: 'no_match', reason: null },
    { login_id: refused, outcome: 'refused', reason: 'domain_not_owned', evidence: { rule: 1 } },
    { login_id: linked, company: 'acme', outcome: 'linked', user_id: 'u1', sso_identity_id: identity },
  ]);
  t.match(all.json[0].decided_at, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  t.match((await run('results list --company acme --outcome linked --json')).json, [{ login_id: linked }]);
  t.equal((await run('results list --reason domain_not_owned --json')).json.length, 1);
  t.equal((await run('results list --limit 1 --json')).json.length, 1);
  t.match((await run('results list')).out, /^DECIDED +COMPANY +OUTCOME +REASON +USER +LOGIN +IDENTITY\n/);
  t.match(await run('results list --outcome nonsense'), { exitCode: 1, err: /Allowed choices are linked/ });
  t.match(await run('results list --limit 0'), { exitCode: 1, err: /integer from 1/ });
  t.match(await run('results list --company nobody'), { exitCode: 1, err: /no company 'nobody'/ });

  t.match((await run(`results show ${linked} --json`)).json, [
    {
      login_id: linked,
      outcome: 'linked',
      subject: 's1',
      identity_email: 's1@acme.example',
      linked_to: null,
    },
  ]);
  t.match((await run(`results show ${linked}`)).out, /^login_id +\S+\ncompany_id +\S+\ncompany +acme\n/);
  t.match(await run(`results show ${pending}`), { exitCode: 1, err: /no result yet/ });
  t.match(await run(`results show ${newId()}`), { exitCode: 1, err: /there is no login/ });
});

t.test('a person’s results are found by email, and all there are can be exported', async (t) => {
  const database = await testDatabase(t);
  const run = operator(database.url);
  const make = seed(database);
  const acme = await make.company('acme');
  const [ada, bob] = [await make.identity(acme.id, 'ada'), await make.identity(acme.id, 'bob')];
  for (let i = 0; i < 60; i += 1) await make.login(acme, ada, { result: { outcome: 'already_linked' } });
  const refused = await make.login(acme, bob, { result: { outcome: 'refused', reason: 'link_removed' } });
  // Ids of one millisecond are in no order.
  const made = Date.now();
  await until(() => Date.now() > made);
  await make.login(acme, bob, { result: { outcome: 'refused', reason: 'other_company' } });
  await make.login(acme, ada, { result: { outcome: 'refused', reason: 'link_removed' } });

  t.equal((await run('results list --json')).json.length, 50);
  t.equal((await run('results list --json --all')).json.length, 63);
  t.match((await run('results list --all')).out, /^DECIDED +COMPANY.*\n.*acme/);
  t.match(await run('results list --all --limit 3'), { exitCode: 1, err: /cannot be used with/ });
  const bobs = await run('results list --email Bob@ACME.example --json');
  t.match(bobs.json, [{ reason: 'other_company' }, { login_id: refused }]);
  t.match(await run('results list --email ada@acme.example --outcome refused'), { out: /link_removed/ });
  t.match(await run('results list --email nobody@acme.example'), { exitCode: 0, out: 'no result\n' });
  t.match(await run('results list --email nonsense'), { exitCode: 1, err: /no email address/ });

  t.same((await run('results summary acme --json')).json, [
    { outcome: 'already_linked', reason: null, count: 60, identities: 1 },
    { outcome: 'refused', reason: 'link_removed', count: 2, identities: 2 },
    { outcome: 'refused', reason: 'other_company', count: 1, identities: 1 },
  ]);
  t.match(await run('results summary nobody'), { exitCode: 1, err: /no company 'nobody'/ });
});
