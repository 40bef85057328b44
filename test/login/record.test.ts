import { randomBytes } from 'node:crypto';
import t from 'tap';
import { createSealer } from '../../src/seal.ts';
import { recordLogins } from '../faults/logins.ts';
import { testDatabase } from '../support/database.ts';

t.test('first logins of the same person at the same moment are all recorded', async (t) => {
  const database = await testDatabase(t, { max: 8 });
  const [people, each] = [100, 8];
  await recordLogins(database, createSealer([randomBytes(32)]), people * each, (n) => Math.floor(n / each));
  const [counts] = await database.sql`
    SELECT (SELECT count(*)::int FROM logins) AS logins, (SELECT count(*)::int FROM sso_identities) AS identities,
      (SELECT count(*)::int FROM outbox WHERE topic = 'user.sso_authenticated') AS events`;
  t.match(counts, { logins: people * each, identities: people, events: people * each });
});
