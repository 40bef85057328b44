/**
 * The same changes in any order, cut into chunks and delivered more than once, with a file import of a part of them in
 * the middle, end in the same mirror.
 */
import { Readable } from 'node:stream';
import fc from 'fast-check';
import t from 'tap';
import { importAccounts } from '../../src/accounts/import.ts';
import { mirrorChunk } from '../../src/accounts/mirror-chunk.ts';
import { createCompany } from '../../src/companies/companies.ts';
import { ACCOUNT_CHANGED_TOPIC } from '../../src/events/topics.ts';
import type { IncomingRecord } from '../../src/kafka/records.ts';
import { testDatabase } from '../support/database.ts';
import { createRandom } from '../support/random.ts';

const RUNS = Number(process.env.MIRROR_ORDERS ?? 40);
const FIRST = Date.parse('2026-11-01T00:00:00Z');
const name = (prefix: string, of: number) => fc.nat(of - 1).map((n) => `${prefix}${n}`);
const account = { provider: fc.constantFrom('google', 'github'), provider_user_id: name('p', 3) };
const change = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record(
      {
        user_id: name('u', 4),
        company: fc.constantFrom('acme', 'globex', null),
        name: fc.constantFrom('Ada', 'Bob', null),
        status: fc.constantFrom('active', 'suspended'),
        ...account,
        email: fc.constantFrom('a@acme.example', 'b@acme.example', null),
        email_verified: fc.boolean(),
      },
      { requiredKeys: ['user_id', 'provider', 'provider_user_id', 'email', 'email_verified'] },
    ),
  },
  { weight: 2, arbitrary: fc.record({ ...account, removed: fc.constant(true) }) },
  { weight: 1, arbitrary: fc.record({ user_id: name('u', 4), status: fc.constant('deleted') }) },
);

t.test(`${RUNS} sets of changes in three orders each`, { timeout: 600_000 }, async (t) => {
  const database = await testDatabase(t);
  const { sql, transaction } = database;
  for (const slug of ['acme', 'globex']) {
    await transaction((tx) => createCompany(tx, 'test', { slug, name: slug, createsUsers: true }));
  }
  let offset = 0n;

  const record = (line: object): IncomingRecord => ({
    ...{ topic: ACCOUNT_CHANGED_TOPIC, partition: 0, key: null, headers: {}, offset: offset++ },
    value: Buffer.from(JSON.stringify(line)),
    timestamp: Date.now(),
  });
  const empty = () => sql`TRUNCATE social_accounts, removed_accounts, users CASCADE`;
  const mirror = async () => ({
    users: [
      ...(await sql`SELECT u.id, c.slug, u.name, u.status FROM users u
        -- A deleted user keeps the company that was known.
        LEFT JOIN companies c ON c.id = u.company_id AND u.status <> 'deleted' ORDER BY u.id`),
    ],
    accounts: [
      ...(await sql`SELECT provider, provider_user_id, user_id, email, email_verified FROM social_accounts
        ORDER BY 1, 2`),
    ],
  });

  /** All of them, some twice, in chunks of any size, and some of them as a file in the middle. */
  async function deliver(lines: object[], random: () => number) {
    const again = lines.filter(() => random() < 0.3);
    const order = shuffled([...lines, ...again], random);
    const middle = Math.floor(random() * order.length);
    for (let from = 0; from < order.length; ) {
      const size = 1 + Math.floor(random() * 6);
      await mirrorChunk(database, order.slice(from, from + size).map(record));
      if (from <= middle && from + size > middle) {
        const file = lines.filter(() => random() < 0.5).map((line) => `${JSON.stringify(line)}\n`);
        await importAccounts(database, 'operator:test', 'test', Readable.from([Buffer.from(file.join(''))]));
      }
      from += size;
    }
    return mirror();
  }

  let compared = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 2, maxLength: 25 }), fc.nat(), async (changes, seed) => {
      const random = createRandom(seed);
      // Each has a time of its own; some differ by a microsecond.
      const lines = changes.map((line, i) => ({ ...line, changed_at: timeOf(i) }));
      await empty();
      const expected = await deliver(lines, () => 0.99);
      for (let order = 0; order < 3; order += 1) {
        await empty();
        t.strictSame(await deliver(lines, random), expected);
        compared += 1;
      }
    }),
    { numRuns: RUNS, endOnFailure: false },
  );
  t.ok(compared >= RUNS * 3, `${compared} orders ended alike`);
});

function timeOf(i: number): string {
  const text = new Date(FIRST + Math.floor(i / 3) * 1_000).toISOString();
  return text.replace('.000Z', `.00000${i % 3}Z`);
}

function shuffled<T>(items: T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}
