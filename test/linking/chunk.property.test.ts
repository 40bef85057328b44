import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import t from 'tap';
import type { LinkResult } from '../../src/events/link-result.ts';
import { runChunk } from '../../src/linking/chunk.ts';
import { testDatabase } from '../support/database.ts';
import { type Company, worldOf } from './world.ts';

const database = await testDatabase(t);
const { sql } = database;
const world = worldOf(database);

// Few of each, so that they meet. A login's email is mostly of its company's domain, else of the other's.
const often = <T>(value: T, ...rarely: T[]) => fc.constantFrom(value, value, value, value, ...rarely);
const loginOf = fc.record({
  company: fc.nat(1),
  subject: fc.nat(2),
  who: fc.nat(1),
  foreign: often(false, true),
  verified: often(true, false),
});
const scenario = fc.record({
  createsUsers: fc.tuple(fc.boolean(), fc.boolean()),
  users: fc.array(
    fc.record({
      company: fc.constantFrom(null, null, 0, 1),
      status: often('active', 'suspended', 'deleted'),
      accounts: fc.array(fc.record({ who: fc.nat(1), at: fc.nat(1), verified: often(true, false) }), {
        maxLength: 2,
      }),
    }),
    { maxLength: 4 },
  ),
  /** Decided before, one by one. */
  before: fc.array(loginOf, { maxLength: 4 }),
  /** What an operator or an import did since to each identity in turn. */
  since: fc.array(
    fc.constantFrom('nothing', 'removed', 'approved', 'company cleared', 'moved, then cleared'),
    {
      maxLength: 4,
    },
  ),
  logins: fc.array(loginOf, { minLength: 1, maxLength: 8 }),
});
type Scenario = typeof scenario extends fc.Arbitrary<infer S> ? S : never;

let worlds = 0;

/** Builds the scenario in a corner of the database of its own, and returns how its logins were decided. */
async function play(s: Scenario, inOneChunk: boolean) {
  const prefix = `w${worlds++}`;
  const companies: Company[] = [];
  for (const createsUsers of s.createsUsers) {
    companies.push(await world.company(`${prefix}-${companies.length}`, { createsUsers }));
  }
  const company = (n: number) => companies[n] as Company;
  const address = (who: number, at: number) => `p${who}@${company(at).domain}`;
  for (const [i, user] of s.users.entries()) {
    const over = user.company === null ? {} : { company: company(user.company) };
    const id = await world.user(`${prefix}-u${i}`, { ...over, status: user.status });
    for (const { who, at, verified } of user.accounts)
      await world.account(id, address(who, at), { verified });
  }

  const login = ({ company: n, subject, who, foreign, verified }: Scenario['logins'][number]) =>
    world.login(company(n), { subject: `s${subject}`, email: address(who, foreign ? 1 - n : n), verified });
  for (const l of s.before) await runChunk(database, [await login(l)]);

  const identities = await sql<{ id: string; company_id: string; user_id: string | null }[]>`
    SELECT id, company_id, user_id FROM sso_identities WHERE company_id = ANY(${companies.map((c) => c.id)}::uuid[])
    ORDER BY array_position(${companies.map((c) => c.id)}::uuid[], company_id), subject`;
  for (const [i, act] of s.since.entries()) {
    const identity = identities[i];
    if (identity === undefined) continue;
    if (act === 'company cleared' || act === 'moved, then cleared') {
      await sql`UPDATE users SET company_id = NULL, company_set_by = NULL WHERE id = ${identity.user_id}`;
      if (act === 'company cleared') continue;
      // It was linked where it was moved to.
      const { identityId } = await world.login(company(identity.company_id === company(0).id ? 1 : 0), {
        subject: `moved-${i}`,
        email: null,
      });
      await sql`UPDATE sso_identities SET user_id = ${identity.user_id} WHERE id = ${identityId}
        AND NOT EXISTS (SELECT FROM sso_identities same
          WHERE same.company_id = sso_identities.company_id AND same.user_id = ${identity.user_id})`;
    } else if (act !== 'nothing') {
      await sql`UPDATE sso_identities SET user_id = NULL, linked_at = NULL,
        link_removed_at = ${act === 'removed' ? new Date().toISOString() : null} WHERE id = ${identity.id}`;
    }
  }

  const homes = await homesOf(companies);
  const records = [];
  for (const l of s.logins) records.push(await login(l));
  const results: LinkResult[] = [];
  for (const part of inOneChunk ? [records] : records.map((record) => [record])) {
    results.push(...(await runChunk(database, part)).results);
  }
  const since = await homesOf(companies);
  const across = results.filter(({ user_id, company_id }) => {
    if (user_id === null) return false;
    const before = homes.get(user_id) ?? [];
    // Before, nobody else's; afterwards this company's, and of no company least of all.
    return before.some((home) => home !== company_id) || since.get(user_id)?.[0] !== company_id;
  });
  return { told: results.map((r) => tell(r, prefix)), userIds: namesOf(results), across: across.length };
}

/** Where each user belongs: to its company, or, where it has none, to where it is linked. */
async function homesOf(companies: Company[]): Promise<Map<string, (string | null)[]>> {
  const rows = await sql<{ id: string; home: string | null }[]>`
    SELECT u.id, coalesce(u.company_id, i.company_id) AS home
    FROM users u LEFT JOIN sso_identities i ON i.user_id = u.id
    WHERE coalesce(u.company_id, i.company_id) = ANY(${companies.map((c) => c.id)}::uuid[])`;
  const homes = new Map<string, (string | null)[]>();
  for (const { id, home } of rows) homes.set(id, [...(homes.get(id) ?? []), home]);
  return homes;
}

const tell = ({ outcome, reason, evidence, matched }: LinkResult, prefix: string) =>
  JSON.stringify({
    outcome,
    reason,
    rule: evidence.rule,
    candidates: evidence.candidates,
    matched: matched.length,
  }).replaceAll(prefix, '');

/** Users by the order in which they turn up: the ids themselves are of one world. */
function namesOf(results: LinkResult[]): (number | null)[] {
  const seen = [...new Set(results.map((r) => r.user_id))].filter((id) => id !== null);
  return results.map((r) => (r.user_id === null ? null : seen.indexOf(r.user_id)));
}

t.test('a chunk decides as its logins would be decided one by one, at the first try', async (t) => {
  const rules = new Set<unknown>();
  await fc.assert(
    fc.asyncProperty(scenario, async (s) => {
      const [together, singly] = [await play(s, true), await play(s, false)];
      for (const told of together.told) rules.add((JSON.parse(told) as { rule: number }).rule);
      return isDeepStrictEqual(together, singly) && together.across === 0;
    }),
    { numRuns: 40 },
  );
  t.ok(rules.size >= 8, `rows of the table that decided: ${[...rules].join(' ')}`);
});
