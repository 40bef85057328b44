import { domainOf, normalizeEmail } from '../email.ts';
import type { Outcome, Reason } from '../events/link-result.ts';
import type { Candidate, CompanyFacts, Decision, IdentityFacts, LoginFacts } from './policy-types.ts';

/** Raised with every change of the table; each result carries it. */
export const POLICY_VERSION = 2;

/**
 * What becomes of a login: the policy's table (docs/linking-policy.md), a rule a row, the first match wins.
 * Pure and total; the order of the candidates means nothing.
 */
export function decide(
  login: LoginFacts,
  identity: IdentityFacts,
  candidates: readonly Candidate[],
  company: CompanyFacts,
): Decision {
  const input = prepare(login, identity, candidates, company);
  for (const { row, when, gives } of TABLE) {
    if (when(input)) return toDecision(row, gives(input), input);
  }
  throw new Error('the last row matches always');
}

const TABLE: readonly Rule[] = [
  { row: 1, when: (q) => !(q.company.active && q.company.clientActive), gives: refuse('sso_disabled') },
  // Rows keep their numbers, so that results of version 1 read the same: the row that version 2 added is 17.
  { row: 17, when: (q) => q.directoryInactive, gives: refuse('directory_inactive') },
  { row: 2, when: (q) => q.linked !== null && q.linked.status !== 'active', gives: refuse('user_suspended') },
  {
    row: 3,
    when: (q) => q.linked !== null && belongsToOtherCompany(q.linked, q),
    gives: refuse('other_company'),
  },
  { row: 4, when: (q) => q.linked !== null, gives: (q) => ({ outcome: 'already_linked', who: q.linked }) },
  { row: 5, when: (q) => q.linkRemoved, gives: refuse('link_removed') },
  { row: 6, when: (q) => q.email === null, gives: refuse('email_missing') },
  { row: 7, when: (q) => !q.emailVerified, gives: refuse('email_unverified') },
  { row: 8, when: (q) => q.provenBy === null, gives: refuse('domain_not_owned') },
  { row: 9, when: (q) => q.ours.some((c) => c.identityId !== null), gives: refuse('identity_replaced') },
  { row: 10, when: (q) => q.ours.length === 1, gives: (q) => link(q.ours[0]) },
  { row: 11, when: (q) => q.candidates.length > 1, gives: () => ({ outcome: 'ambiguous' }) },
  {
    row: 12,
    when: (q) => q.candidates.some((c) => belongsToOtherCompany(c, q)),
    gives: refuse('other_company'),
  },
  { row: 13, when: (q) => q.candidates.length === 1, gives: (q) => link(q.candidates[0]) },
  { row: 14, when: (q) => q.company.createsUsers, gives: () => ({ outcome: 'user_created' }) },
  { row: 15, when: (q) => q.unverifiedAccounts, gives: refuse('social_email_unverified') },
  { row: 16, when: () => true, gives: () => ({ outcome: 'no_match' }) },
];

/** In these rows it matters who has the email. */
const asksForCandidates = (row: number): boolean => row >= 9 && row <= 16;

interface Rule {
  row: number;
  when(input: PolicyInput): boolean;
  gives(input: PolicyInput): PolicyAnswer;
}

interface PolicyAnswer {
  outcome: Outcome;
  reason?: Reason;
  who?: { userId: string } | null;
}

interface PolicyInput {
  company: CompanyFacts;
  linked: IdentityFacts['linked'];
  linkRemoved: boolean;
  directoryInactive: boolean;
  email: string | null;
  emailVerified: boolean;
  /** Who proved that the email's domain is this company's. */
  provenBy: string | null;
  candidates: readonly Candidate[];
  /** The candidates that belong to this company. */
  ours: readonly Candidate[];
  /** Somebody has the email in a social account that no provider verified. */
  unverifiedAccounts: boolean;
}

function prepare(
  login: LoginFacts,
  identity: IdentityFacts,
  everybody: readonly Candidate[],
  company: CompanyFacts,
): PolicyInput {
  const email = normalizeEmail(login.email);
  const people = everybody.filter((c) => c.status !== 'deleted');
  const isOurs = (c: Candidate) =>
    c.companyId === company.id || (c.companyId === null && c.identityId !== null);
  const candidates = people.filter(
    (c) => (c.viaIdentity && isOurs(c)) || verifiedAccounts(c, email).length > 0,
  );
  return {
    company,
    linked: identity.linked,
    linkRemoved: identity.linkRemoved,
    directoryInactive: identity.directoryInactive,
    email,
    emailVerified: login.emailVerified === true || login.emailVerified === 'true',
    provenBy: proofOf(company, email),
    candidates,
    ours: candidates.filter(isOurs),
    unverifiedAccounts: people.some((c) => c.accounts.some((a) => a.email === email)),
  };
}

/** A proof counts for exactly this domain, and for its owner only. */
function proofOf({ id, domainProof }: CompanyFacts, email: string | null): string | null {
  if (domainProof === null || email === null) return null;
  const counts = domainProof.companyId === id && domainProof.domain === domainOf(email);
  return counts ? domainProof.verifiedBy : null;
}

function verifiedAccounts(candidate: Candidate, email: string | null) {
  return candidate.accounts.filter((a) => a.verified && a.email === email);
}

function belongsToOtherCompany(user: { companyId: string | null }, { company }: PolicyInput): boolean {
  return user.companyId !== null && user.companyId !== company.id;
}

function refuse(reason: Reason): () => PolicyAnswer {
  return () => ({ outcome: 'refused', reason });
}

function link(candidate: Candidate | undefined): PolicyAnswer {
  return candidate?.status === 'active'
    ? { outcome: 'linked', who: candidate }
    : { outcome: 'refused', reason: 'user_suspended' };
}

function toDecision(row: number, { outcome, reason, who }: PolicyAnswer, q: PolicyInput): Decision {
  const asked = asksForCandidates(row);
  const considered =
    outcome === 'linked' ? q.candidates.filter((c) => c.userId === who?.userId) : asked ? q.candidates : [];
  return {
    outcome,
    reason: reason ?? null,
    userId: who?.userId ?? null,
    matched: considered
      .flatMap((c) => verifiedAccounts(c, q.email))
      .map((a) => ({ provider: a.provider, social_account_id: a.socialAccountId }))
      .sort((a, b) => (a.social_account_id < b.social_account_id ? -1 : 1)),
    evidence: {
      rule: row,
      email_domain: q.email === null ? null : domainOf(q.email),
      domain_verified_by: q.provenBy,
      provider_email_verified: q.emailVerified,
      candidates: asked ? q.candidates.length : null,
      company_active: q.company.active,
      sso_client_active: q.company.clientActive,
    },
  };
}
