import t from 'tap';
import { deriveStates, lockIdentities } from '../../src/directory/derive-states.ts';
import { worldOf } from '../linking/world.ts';
import { testDatabase } from '../support/database.ts';
import { type StoredDirectoryUser, storeDirectoryUser } from '../support/directory.ts';

type Said = Omit<StoredDirectoryUser, 'userName' | 'identity'>;

t.test('what a directory says of an identity', async (t) => {
  const database = await testDatabase(t);
  const { sql, transaction } = database;
  const world = worldOf(database);
  const acme = await world.company('acme');
  await sql`UPDATE companies SET directory_enabled = true`;

  let people = 0;
  async function stateOf(all: Said[]): Promise<[state: string | null, cause: string | null]> {
    const { identityId: identity } = await world.login(acme, { subject: `s${++people}` });
    for (const [i, said] of all.entries()) {
      await storeDirectoryUser(database, acme.id, { userName: `u${people}-${i}`, identity, ...said });
    }
    await transaction(async (tx) => {
      await lockIdentities(tx, [identity]);
      await deriveStates(tx, [identity]);
    });
    const [row] = await sql`SELECT directory_state FROM sso_identities WHERE id = ${identity}`;
    const [event] = await sql`
      SELECT convert_from(payload, 'UTF8')::jsonb->>'cause' AS cause FROM outbox
      WHERE headers->>'ce_type' = 'user.deprovisioned' AND headers->>'ce_subject' = ${identity}`;
    return [row?.directory_state, event?.cause ?? null];
  }

  const cases: [about: string, said: Said[], state: string | null, cause: string | null][] = [
    ['nothing', [], null, null],
    ['active', [{}], 'active', null],
    ['inactive', [{ active: false }], 'inactive', 'directory_inactive'],
    ['deleted', [{ deleted: true }], 'inactive', 'directory_deleted'],
    ['deleted while inactive', [{ deleted: true, active: false }], 'inactive', 'directory_deleted'],
    ['inactive beside active', [{}, { active: false }], 'inactive', 'directory_inactive'],
    ['deleted, then created again', [{ deleted: true }, {}], 'active', null],
    [
      'deleted, then created without an external id: perhaps another person with the email',
      [{ deleted: true }, { boundBy: 'email' }],
      'inactive',
      'directory_deleted',
    ],
    [
      'deleted and created again, known by the email both times',
      [{ deleted: true, boundBy: 'email' }, { boundBy: 'email' }],
      'active',
      null,
    ],
    ['deleted by email, active by external id', [{ deleted: true, boundBy: 'email' }, {}], 'active', null],
  ];
  for (const [about, said, state, cause] of cases) t.same(await stateOf(said), [state, cause], about);
});
