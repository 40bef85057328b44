import type { Database } from '../db/client.ts';
import type { Outcome, Reason } from '../events/link-result.ts';
import { type DecisionCount, type PreviewedAccount, preview, tally } from './preview.ts';
import { outcomeOfUnmatched, type UnfoundUser, unmatchedUsers } from './preview-unmatched.ts';

type Would = { outcome: Outcome; reason: Reason | null };

export interface PreviewSummary {
  /** The company's social accounts, by what would come of them. */
  counts: DecisionCount[];
  /** Accounts whose email signs in as another user than the account's. */
  signsInAsAnotherUser: number;
  /** The company's users whom no email would find, and what each would get. */
  notFoundByEmail: Would & { count: number };
}

/**
 * Counts what would happen if a company's people came today.
 * @param each receives every account, and every user whom no email finds, as they are read
 */
export async function summarizePreview(
  database: Pick<Database, 'sql'>,
  companyId: string,
  each: { account?(account: PreviewedAccount): void; user?(user: UnfoundUser, would: Would): void } = {},
): Promise<PreviewSummary> {
  const counts = tally();
  let signsInAsAnotherUser = 0;
  for await (const account of preview(database, companyId)) {
    counts.add(account.decision);
    if (signsInAsAnother(account)) signsInAsAnotherUser += 1;
    each.account?.(account);
  }
  const would = await outcomeOfUnmatched(database, companyId);
  let count = 0;
  for await (const user of unmatchedUsers(database, companyId)) {
    count += 1;
    each.user?.(user, would);
  }
  return { counts: counts.counts(), signsInAsAnotherUser, notFoundByEmail: { ...would, count } };
}

/** The person signs in as another user: they came by SSO before the account was imported, say. */
export const signsInAsAnother = ({ userId, decision }: PreviewedAccount): boolean =>
  decision.userId !== null && decision.userId !== userId;
