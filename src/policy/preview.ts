/**
 * What would happen to each social account in a company's domains if its people came today. The policy and
 * the loader are the worker's own; nothing is locked and nothing is written.
 *
 * Assumed of each: JumpCloud says that the email is verified, and company and SSO client are active, since
 * this is asked before they are turned on. A person who came by SSO before comes back as the SSO identity
 * that has the verified email. Each account is asked about alone: two emails of one user are both told as
 * `linked`, although the second to come would be refused (`identity_replaced`).
 */
import type { Database } from '../db/client.ts';
import { domainOf } from '../email.ts';
import { SsoLinkError } from '../errors.ts';
import { OUTCOMES, type Outcome, type Reason } from '../events/link-result.ts';
import { decide } from './decide.ts';
import { loadPeople } from './load-people.ts';
import type { Decision } from './policy-types.ts';

export interface PreviewedAccount {
  socialAccountId: string;
  provider: string;
  email: string;
  emailVerified: boolean;
  /** The user who has the account, who need not be the one that the person would sign in as. */
  userId: string;
  decision: Decision;
}

interface Account {
  id: string;
  userId: string;
  provider: string;
  email: string;
  emailVerified: boolean;
}

const BATCH = 500;
const FIRST_ID = '00000000-0000-0000-0000-000000000000';

/** Streams the company's accounts with their decisions. @throws SsoLinkError `company_not_found` */
export async function* preview(
  { sql }: Pick<Database, 'sql'>,
  companyId: string,
): AsyncGenerator<PreviewedAccount> {
  const [company] = await sql<{ createsUsers: boolean }[]>`
    SELECT creates_users AS "createsUsers" FROM companies WHERE id = ${companyId}`;
  if (company === undefined) throw new SsoLinkError('company_not_found', `there is no company ${companyId}`);
  const domains = await sql<{ domain: string; verifiedBy: string }[]>`
    SELECT domain, verified_by AS "verifiedBy" FROM company_domains WHERE company_id = ${companyId}`;
  const proofs = new Map(domains.map((proof) => [proof.domain, { ...proof, companyId }]));

  for (let after = FIRST_ID; ; ) {
    const accounts = await sql<Account[]>`
      SELECT id, user_id AS "userId", provider, email, email_verified AS "emailVerified"
      FROM social_accounts
      WHERE split_part(email, '@', 2) = ANY(${[...proofs.keys()]}::text[]) AND id > ${after}
      ORDER BY id LIMIT ${BATCH}`;
    const last = accounts.at(-1);
    if (last === undefined) return;
    const decideFor = await decider(sql, companyId, [...new Set(accounts.map((a) => a.email))]);
    for (const { id, ...account } of accounts) {
      const domainProof = proofs.get(domainOf(account.email)) ?? null;
      const facts = { id: companyId, active: true, clientActive: true, ...company, domainProof };
      yield { socialAccountId: id, ...account, decision: decideFor(account.email, facts) };
    }
    after = last.id;
  }
}

async function decider(sql: Database['sql'], companyId: string, emails: string[]) {
  const identities = await sql<
    { id: string; email: string; userId: string | null; linkRemoved: boolean; directoryInactive: boolean }[]
  >`
    SELECT DISTINCT ON (email) id, email, user_id AS "userId", link_removed_at IS NOT NULL AS "linkRemoved",
      coalesce(directory_state = 'inactive', false) AS "directoryInactive"
    FROM sso_identities WHERE company_id = ${companyId} AND email = ANY(${emails}::text[]) AND email_verified
    ORDER BY email, last_login_at DESC, id`;
  const identityOf = new Map(identities.map((identity) => [identity.email, identity]));
  const search = {
    identityIds: identities.map((i) => i.id),
    emails: emails.map((email) => ({ companyId, email })),
  };
  const people = await loadPeople(sql, search, { lock: false });

  return (email: string, company: Parameters<typeof decide>[3]): Decision => {
    const identity = identityOf.get(email);
    return decide(
      { email, emailVerified: true },
      {
        linked: people.linked(identity?.userId ?? null, companyId),
        linkRemoved: identity?.linkRemoved ?? false,
        directoryInactive: identity?.directoryInactive ?? false,
      },
      people.candidates(companyId, email),
      company,
    );
  };
}

export interface DecisionCount {
  outcome: Outcome;
  reason: Reason | null;
  count: number;
}

/** Counts decisions by outcome and reason: outcomes in the policy's order, the most frequent reason first. */
export function tally(): {
  add(decision: Pick<Decision, 'outcome' | 'reason'>): void;
  counts(): DecisionCount[];
} {
  const counts = new Map<string, DecisionCount>();
  return {
    add({ outcome, reason }) {
      const key = `${outcome} ${reason}`;
      const count = counts.get(key) ?? { outcome, reason, count: 0 };
      count.count += 1;
      counts.set(key, count);
    },
    counts: () =>
      [...counts.values()].sort(
        (a, b) => OUTCOMES.indexOf(a.outcome) - OUTCOMES.indexOf(b.outcome) || b.count - a.count,
      ),
  };
}
