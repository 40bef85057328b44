/** What the documents show: one person's way, and a result of each outcome. Tests hold them against the schemas. */
import type { CompanySsoChanged } from '../../src/events/company-sso-changed.ts';
import type { IdentityState } from '../../src/events/identity-state.ts';
import type { UserLateMatch } from '../../src/events/late-match.ts';
import type { LinkRemoved } from '../../src/events/link-removed.ts';
import type { LinkResult } from '../../src/events/link-result.ts';
import type { SessionsRevoked } from '../../src/events/sessions-revoked.ts';
import type { SsoAuthenticated } from '../../src/events/sso-authenticated.ts';
import type { UserDeprovisioned } from '../../src/events/user-deprovisioned.ts';
import type { UserErased } from '../../src/events/user-erased.ts';
import type { UserLinked } from '../../src/events/user-linked.ts';
import type { UserReprovisioned } from '../../src/events/user-reprovisioned.ts';

const LOGIN = '019a3c1e-7d40-7a11-8c55-0e6f2b9d4a10';
const IDENTITY = '5b7f0d2c-91ae-8d3b-a6c4-2f10e8b7d935';
const COMPANY = '019a3b90-02c8-7f5e-9b1d-6a4c83e0f721';
const ACCOUNT = { provider: 'google', social_account_id: '019a3b92-55d1-7c0a-b7e2-91f3d6084c58' };

export const AUTHENTICATED: SsoAuthenticated = {
  login_id: LOGIN,
  sso_identity_id: IDENTITY,
  company_id: COMPANY,
  company: 'acme',
  sso_client_id: '019a3b91-6e0f-7b44-8d29-c5a1f7e3b806',
  issuer: 'https://oauth.id.jumpcloud.com/',
  subject: '66b1f0c2a4d9e83b7c5f1a20',
  email: 'ada@acme.example',
  email_verified: true,
  name: 'Ada Byron',
  groups: ['Engineering'],
  authenticated_at: '2026-11-24T09:30:00.000Z',
  first_login: true,
};

const result = (rule: number, more: Partial<LinkResult>): LinkResult => ({
  login_id: LOGIN,
  sso_identity_id: IDENTITY,
  company_id: COMPANY,
  company: 'acme',
  outcome: 'refused',
  reason: null,
  user_id: null,
  matched: [],
  policy_version: 2,
  evidence: {
    rule,
    email_domain: 'acme.example',
    domain_verified_by: 'operator:eve',
    provider_email_verified: true,
    candidates: rule < 9 ? null : 0,
    company_active: true,
    sso_client_active: true,
  },
  decided_at: '2026-11-24T09:30:00.120Z',
  ...more,
});

const found = (rule: number, candidates: number, more: Partial<LinkResult>): LinkResult => {
  const made = result(rule, more);
  return { ...made, evidence: { ...made.evidence, candidates } };
};

/** A result of each outcome. */
export const RESULTS = {
  linked: found(13, 1, { outcome: 'linked', user_id: 'u-1', matched: [ACCOUNT] }),
  already_linked: result(4, { outcome: 'already_linked', user_id: 'u-1' }),
  user_created: result(14, { outcome: 'user_created', user_id: '019a3c1e-7dc2-7e90-a3f8-4b61d05c9e77' }),
  ambiguous: found(11, 2, {
    outcome: 'ambiguous',
    matched: [ACCOUNT, { provider: 'github', social_account_id: '019a3b93-1f6a-7d82-9c04-d7b2e5a8f316' }],
  }),
  no_match: result(16, { outcome: 'no_match' }),
  refused: result(5, { outcome: 'refused', reason: 'link_removed' }),
} satisfies Record<LinkResult['outcome'], LinkResult>;

export const REMOVED: LinkRemoved = {
  sso_identity_id: IDENTITY,
  company_id: COMPANY,
  company: 'acme',
  user_id: 'u-1',
  removed_by: 'operator:eve',
  removed_at: '2026-11-24T10:00:00.000Z',
  cause: 'operator',
};

export const LINKED: UserLinked = {
  sso_identity_id: IDENTITY,
  company_id: COMPANY,
  company: 'acme',
  user_id: 'u-2',
  previous_user_id: null,
  cause: 'operator',
  by: 'operator:eve',
  at: '2026-11-24T10:05:00.000Z',
};

export const ERASED: UserErased = {
  sso_identity_id: IDENTITY,
  company_id: COMPANY,
  company: 'acme',
  user_id: 'u-2',
  at: '2026-11-24T11:00:00.000Z',
};

export const DEPROVISIONED: UserDeprovisioned = {
  sso_identity_id: IDENTITY,
  user_id: 'u-2',
  company_id: COMPANY,
  company: 'acme',
  cause: 'directory_inactive',
  at: '2026-11-24T12:00:00.000Z',
};

export const REPROVISIONED: UserReprovisioned = {
  sso_identity_id: IDENTITY,
  user_id: 'u-2',
  company_id: COMPANY,
  company: 'acme',
  at: '2026-11-24T13:00:00.000Z',
};

export const LATE_MATCH: UserLateMatch = {
  sso_identity_id: IDENTITY,
  company_id: COMPANY,
  created_user_id: '019a3c1e-7dc2-7e90-a3f8-4b61d05c9e77',
  user_id: 'u-2',
  found_at: '2026-11-24T15:00:00.000Z',
};

export const REVOKED: SessionsRevoked = {
  sso_identity_id: IDENTITY,
  user_id: 'u-2',
  company_id: COMPANY,
  company: 'acme',
  by: 'operator:olga',
  at: '2026-11-24T14:00:00.000Z',
};

/** `sequence` is the number that `ce_sequence` has. */
export const STATE: IdentityState = {
  sso_identity_id: IDENTITY,
  company_id: COMPANY,
  company: 'acme',
  user_id: 'u-1',
  state: 'linked',
  sequence: 4711,
  at: '2026-11-24T09:30:00.120Z',
};

export const SSO_CHANGED: CompanySsoChanged = {
  company_id: COMPANY,
  company: 'acme',
  name: 'Acme',
  status: 'active',
  domains: ['acme.example'],
  unproven_domains: [],
  sso: 'active',
  secret_expires_on: '2027-11-30',
  changed_by: 'operator:olga',
  at: '2026-11-24T08:00:00.000Z',
};
