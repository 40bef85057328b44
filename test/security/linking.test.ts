/** Linking: rows 67–73 of docs/security.md, on the worker's real chunk and a real PostgreSQL. */
import t from 'tap';
import { normalizeEmail } from '../../src/email.ts';
import { approveLink, removeLink } from '../../src/linking/manual-links.ts';
import { linkChunk } from '../../src/linking/retry.ts';
import { worldOf } from '../linking/world.ts';
import { testDatabase } from '../support/database.ts';

const database = await testDatabase(t, { max: 12 });
const world = worldOf(database);
const acme = await world.company('acme');
const rival = await world.company('rival');

async function decide(...records: Parameters<typeof linkChunk>[1]) {
  return (await linkChunk(database, records)).results;
}

t.test('row 67: the same issuer and sub at two companies stays two identities', async (t) => {
  const [atAcme, atRival] = [
    await world.login(acme, { subject: 'shared' }),
    await world.login(rival, { subject: 'shared' }),
  ];
  t.not(atAcme.identityId, atRival.identityId);
  const results = await decide(atAcme, atRival);
  t.same(
    results.map((r) => r.outcome),
    ['user_created', 'user_created'],
  );
  t.not(results[0]?.user_id, results[1]?.user_id);
});

t.test('row 68: an email outside the company’s proven domains never links, whatever the flags', async (t) => {
  await world.user('ceo', { company: rival });
  await world.account('ceo', 'ceo@rival.example');
  for (const verified of [true, false]) {
    const [result] = await decide(
      await world.login(acme, { subject: `attacker-${verified}`, email: 'ceo@rival.example', verified }),
    );
    t.match(result, { outcome: 'refused', user_id: null });
  }
  const [sub] = await decide(await world.login(acme, { subject: 'sub', email: 'a@sub.acme.example' }));
  t.match(sub, { outcome: 'refused', reason: 'domain_not_owned' }, 'a subdomain is a domain of its own');
});

t.test('row 68: a user who is linked at two companies, and of neither, is nobody’s', async (t) => {
  await world.user('mover', { company: acme });
  await world.account('mover', 'mover@acme.example');
  const atAcme = { subject: 'moved', email: 'mover@acme.example' };
  t.match(await decide(await world.login(acme, atAcme)), [{ outcome: 'linked' }]);
  await database.sql`UPDATE users SET company_id = ${rival.id} WHERE id = 'mover'`;
  await world.account('mover', 'mover@rival.example');
  const atRival = { subject: 'moved', email: 'mover@rival.example' };
  t.match(await decide(await world.login(rival, atRival)), [{ outcome: 'linked' }], 'moved by the product');
  await database.sql`UPDATE users SET company_id = NULL, company_set_by = NULL WHERE id = 'mover'`;

  const login = await world.login(acme, atAcme);
  const both = [login, await world.login(rival, atRival)];
  for (const result of await decide(...both)) {
    t.match(result, { outcome: 'refused', reason: 'other_company', user_id: null });
  }
  t.equal((await world.userRow('mover'))?.company_id, null, 'and nobody claims it');
  await database.transaction((tx) => removeLink(tx, 'operator:test', login.identityId));
  const [rest] = await decide(await world.login(rival, atRival));
  t.match(rest, { outcome: 'already_linked', user_id: 'mover' }, 'until one link is removed');
});

t.test('row 69: case, look-alikes, plus-tags, commas, IDN domains, a trailing dot', async (t) => {
  await world.user('kim');
  await world.account('kim', 'kim@acme.example');
  const links = async (email: string) => {
    const [result] = await decide(await world.login(acme, { subject: `s-${email}`, email }));
    return result?.user_id === 'kim';
  };
  for (const other of [
    'kim+tag@acme.example',
    '\u212aim@acme.example', // the Kelvin sign
    'k\u0131m@acme.example', // a dotless i
    'к\u0456m@acme.example', // Cyrillic
    'kim,eve@acme.example',
    'kim@acme.example@evil.test',
    'kim@acme\u3002evil.test',
    '"kim"@acme.example',
    'kim\u200b@acme.example',
  ]) {
    t.notOk(await links(other), JSON.stringify(other));
  }
  t.ok(await links(' KIM@ACME.EXAMPLE. '), 'the same mailbox in other letters');
  t.equal(normalizeEmail('x@B\u00dcCHER.example'), 'x@xn--bcher-kva.example');
});

t.test('row 70: a pre-registered unverified social account never gets linked', async (t) => {
  await world.user('squatter');
  await world.account('squatter', 'victim@acme.example', { verified: false });
  const [result] = await decide(await world.login(acme, { subject: 'victim', email: 'victim@acme.example' }));
  t.equal(result?.outcome, 'user_created', 'and locks nobody out');
  t.not(result?.user_id, 'squatter');

  const strict = await world.company('strict', { createsUsers: false });
  await world.account('squatter', 'victim@strict.example', { verified: false });
  const [refused] = await decide(await world.login(strict, { subject: 'v', email: 'victim@strict.example' }));
  t.match(refused, { outcome: 'refused', reason: 'social_email_unverified', user_id: null });
});

t.test('row 71: the email changes at JumpCloud: the link stays', async (t) => {
  await world.user('renamed');
  await world.account('renamed', 'renamed-before@acme.example');
  await world.user('other');
  await world.account('other', 'other@acme.example');
  const person = { subject: 'renamed', email: 'renamed-before@acme.example' };
  const [first] = await decide(await world.login(acme, person));
  t.match(first, { outcome: 'linked', user_id: 'renamed' });
  for (const email of ['renamed@acme.example', 'other@acme.example', 'x@rival.example', null]) {
    const [next] = await decide(await world.login(acme, { ...person, email }));
    t.match(next, { outcome: 'already_linked', user_id: 'renamed' }, String(email));
  }
});

t.test('row 72: a removed link isn’t made again without a fresh decision', async (t) => {
  await world.user('gone');
  await world.account('gone', 'gone@acme.example');
  const login = await world.login(acme, { subject: 'gone' });
  await decide(login);
  await database.transaction((tx) => removeLink(tx, 'operator:test', login.identityId));
  for (let n = 0; n < 2; n += 1) {
    const [again] = await decide(await world.login(acme, { subject: 'gone' }));
    t.match(again, { outcome: 'refused', reason: 'link_removed', user_id: null });
  }
  await database.transaction((tx) => approveLink(tx, 'operator:test', login.identityId));
  const [approved] = await decide(await world.login(acme, { subject: 'gone' }));
  t.match(approved, { outcome: 'linked', user_id: 'gone' });
});

t.test('row 73: two workers, the same email, two identities at the same moment: one user', async (t) => {
  for (let n = 0; n < 10; n += 1) {
    const email = `twin${n}@acme.example`;
    const records = [
      await world.login(acme, { subject: `left-${n}`, email }),
      await world.login(acme, { subject: `right-${n}`, email }),
    ];
    const results = (await Promise.all(records.map((record) => decide(record)))).flat();
    t.same(results.map((r) => r.outcome).sort(), ['refused', 'user_created']);
    const users = await database.sql`SELECT 1 FROM users WHERE sso_email = ${email}`;
    t.equal(users.length, 1);
  }
});
