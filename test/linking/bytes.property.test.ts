import fc from 'fast-check';
import t from 'tap';
import { linkChunk } from '../../src/linking/retry.ts';
import { testDatabase } from '../support/database.ts';
import { worldOf } from './world.ts';

const bytes = fc.option(fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array)));
/** JSON that is nearly an event: what a future or a broken producer might send. */
const nearly = fc
  .record(
    {
      login_id: fc.oneof(fc.uuid(), fc.string()),
      sso_identity_id: fc.oneof(fc.uuid(), fc.constant(null)),
      company_id: fc.uuid(),
      email: fc.oneof(fc.emailAddress(), fc.string(), fc.constant(null)),
      email_verified: fc.oneof(fc.boolean(), fc.string()),
      groups: fc.oneof(fc.array(fc.string()), fc.string()),
    },
    { requiredKeys: [] },
  )
  .map((data) => Buffer.from(JSON.stringify(data)));
const headers = fc.dictionary(fc.string({ maxLength: 30 }), fc.string({ maxLength: 60 }), { maxKeys: 4 });
const junk = fc.record({ key: bytes, value: fc.oneof(bytes, nearly), headers });

t.test('any bytes end as a result or a dead letter, and hold up nothing', { timeout: 120_000 }, async (t) => {
  const database = await testDatabase(t);
  const world = worldOf(database);
  const acme = await world.company('acme');
  let subject = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(junk, { minLength: 1, maxLength: 12 }), fc.nat(), async (rubbish, at) => {
      const good = await world.login(acme, { subject: `person-${subject++}` });
      const records = rubbish.map((over) => world.record(over));
      records.splice(at % (records.length + 1), 0, good);
      const report = await linkChunk(database, records);
      const results = report.results.map((r) => r.login_id);
      return results.length === 1 && results[0] === good.loginId && report.faulty.length === rubbish.length;
    }),
    { numRuns: 150 },
  );
  const [row] = await database.sql`
    SELECT (SELECT count(*) FROM link_results)::int AS results, (SELECT count(*) FROM dead_letters)::int AS letters`;
  t.ok(row?.results === 150 && row?.letters >= 150, `${row?.results} results, ${row?.letters} dead letters`);
});
