/** What the policy is asked, and what it answers. Facts only: chunk-facts.ts and load-people.ts read them. */
import type { LinkEvidence, LinkMatch, Outcome, Reason } from '../events/link-result.ts';

export type UserStatus = 'active' | 'suspended' | 'deleted';

export interface LoginFacts {
  /** As the provider gave it. What cannot be normalized (src/email.ts) counts as missing. */
  email: string | null;
  /** As the provider gave it: `true` and `"true"` are yes, all else is no. */
  emailVerified: unknown;
}

export interface IdentityFacts {
  /** The user that the SSO identity is linked to. */
  linked: Pick<Candidate, 'userId' | 'status' | 'companyId'> | null;
  /** Its link was removed, and nobody approved a new one. */
  linkRemoved: boolean;
  /** The company's directory says that the person is inactive, or deleted the person. */
  directoryInactive: boolean;
}

export interface MatchingAccount {
  provider: string;
  socialAccountId: string;
  /** Normalized. */
  email: string;
  verified: boolean;
}

/** A user who may be the person. One entry a user; their order means nothing. */
export interface Candidate {
  userId: string;
  status: UserStatus;
  /** The company that the user belongs to. One of no company belongs to where it is linked. */
  companyId: string | null;
  /** The SSO identity of the login's company that the user is linked to already. */
  identityId: string | null;
  /** The user's social accounts of the login's email, verified or not. */
  accounts: MatchingAccount[];
  /** An SSO identity of the login's company gave the user that email, now or when the user was created. */
  viaIdentity: boolean;
}

/** That a domain is a company's. Who proved it ends up in the evidence. */
export interface DomainProof {
  domain: string;
  companyId: string;
  verifiedBy: string;
}

export interface CompanyFacts {
  id: string;
  active: boolean;
  /** The SSO client that the person came by is active. */
  clientActive: boolean;
  createsUsers: boolean;
  /** For the domain of the login's email, whichever company owns it. */
  domainProof: DomainProof | null;
}

export interface Decision {
  outcome: Outcome;
  reason: Reason | null;
  /** Whom the person signs in as. Null for `user_created`, too: the policy makes no ids. */
  userId: string | null;
  matched: LinkMatch[];
  evidence: LinkEvidence;
}
