/** The plainest case of each fact; a test says what is different. */
import type {
  Candidate,
  CompanyFacts,
  IdentityFacts,
  LoginFacts,
  MatchingAccount,
} from '../../src/policy/policy-types.ts';

export const OURS = '00000000-0000-7000-8000-00000000000a';
export const THEIRS = '00000000-0000-7000-8000-00000000000b';
export const EMAIL = 'ada@acme.example';

export const login = (over: Partial<LoginFacts> = {}): LoginFacts => ({
  email: EMAIL,
  emailVerified: true,
  ...over,
});

export const identity = (over: Partial<IdentityFacts> = {}): IdentityFacts => ({
  linked: null,
  linkRemoved: false,
  directoryInactive: false,
  ...over,
});

export const linkedTo = (over: Partial<NonNullable<IdentityFacts['linked']>> = {}): IdentityFacts =>
  identity({ linked: { userId: 'ada', status: 'active', companyId: OURS, ...over } });

export const account = (over: Partial<MatchingAccount> = {}): MatchingAccount => ({
  provider: 'google',
  socialAccountId: '00000000-0000-7000-8000-000000000001',
  email: EMAIL,
  verified: true,
  ...over,
});

export const candidate = (over: Partial<Candidate> = {}): Candidate => ({
  userId: 'ada',
  status: 'active',
  companyId: null,
  identityId: null,
  accounts: [account()],
  viaIdentity: false,
  ...over,
});

export const company = (over: Partial<CompanyFacts> = {}): CompanyFacts => ({
  id: OURS,
  active: true,
  clientActive: true,
  createsUsers: true,
  domainProof: { domain: 'acme.example', companyId: OURS, verifiedBy: 'operator:eve' },
  ...over,
});
