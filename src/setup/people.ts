/** Who will be linked: what an admin may read of `preview`. No reason, no provider, no user id, no other company. */
import type { Database } from '../db/client.ts';
import { domainOf } from '../email.ts';
import type { Outcome } from '../events/link-result.ts';
import { preview } from '../policy/preview.ts';
import { unmatchedUsers } from '../policy/preview-unmatched.ts';

export const GROUPS = ['existing', 'new', 'attention'] as const;
export type Group = (typeof GROUPS)[number];

export interface PeopleGroup {
  group: Group;
  count: number;
  /** The first ones, each once. */
  emails: string[];
}

/** Addresses of one group that are listed. */
const MAX_LISTED = 100;

/** Whatever keeps a person out looks the same: an address must not say that another company has it. */
const groupOf = (outcome: Outcome): Group =>
  outcome === 'linked' || outcome === 'already_linked'
    ? 'existing'
    : outcome === 'user_created'
      ? 'new'
      : 'attention';

/**
 * Counts the addresses of social accounts by what would happen, and the users whom no email would find.
 * @param domains the proven ones: no other address is looked at
 */
export async function countPeople(
  database: Pick<Database, 'sql'>,
  companyId: string,
  domains: readonly string[],
): Promise<{ groups: PeopleGroup[]; notFound: number }> {
  const byEmail = new Map<string, Group>();
  for await (const { email, decision } of preview(database, companyId)) {
    if (!domains.includes(domainOf(email))) continue;
    const group = groupOf(decision.outcome);
    byEmail.set(email, group);
  }
  let notFound = 0;
  for await (const _ of unmatchedUsers(database, companyId)) notFound += 1;
  const groups = GROUPS.map((group) => {
    const emails = [...byEmail].filter(([, of]) => of === group).map(([email]) => email);
    return { group, count: emails.length, emails: emails.sort().slice(0, MAX_LISTED) };
  });
  return { groups, notFound };
}
