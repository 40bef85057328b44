/** What a person meets when there is no way in: its status, its text in the catalogues, and what they can do next. */
import type { ReasonClass } from '../sessions/session.ts';
import type { Messages } from './messages/en.ts';

type ProblemText = { problem: keyof Messages['problems'] } | { refusal: ReasonClass };

export type Problem = ProblemText & {
  status: number;
  /**
   * `again`: sign in once more. `other`: another way in, or another email; to sign in again would not help. `support`:
   * somebody else has to act. `product`: back to the product. `setup`: back to the setup.
   */
  action: 'again' | 'again or other' | 'support or other' | 'other' | 'product' | 'support' | 'setup';
};

export const textOf = (problem: Problem, messages: Messages): { title: string; text: string } =>
  'problem' in problem ? messages.problems[problem.problem] : messages.refusals[problem.refusal];

const problem = (status: number, action: Problem['action'], name: keyof Messages['problems']): Problem => ({
  status,
  action,
  problem: name,
});

/** By the code of an error. */
export const PROBLEMS: Record<string, Problem> = {
  attempt_missing: problem(400, 'again', 'attempt_missing'),
  cookie_missing: problem(400, 'again', 'cookie_missing'),
  request_malformed: problem(400, 'again', 'request_malformed'),
  iss_mismatch: problem(400, 'again', 'iss_mismatch'),
  provider_error_unknown: problem(400, 'again', 'provider_error_unknown'),
  provider_step_repeated: problem(400, 'again', 'provider_step_repeated'),
  grant_rejected: problem(400, 'again', 'grant_rejected'),
  id_token_invalid: problem(400, 'again', 'answer_not_verified'),
  logout_token_invalid: problem(400, 'again', 'request_malformed'),
  userinfo_sub_mismatch: problem(400, 'again', 'answer_not_verified'),
  access_denied: problem(403, 'again or other', 'access_denied'),
  cross_site: problem(403, 'product', 'cross_site'),
  test_link_expired: problem(400, 'product', 'test_link_expired'),
  sso_not_active: problem(404, 'other', 'sso_not_active'),
  not_found: problem(404, 'again', 'not_found'),
  method_not_allowed: problem(405, 'again', 'not_found'),
  rate_limited: problem(429, 'again', 'rate_limited'),
  provider_error: problem(502, 'again or other', 'provider_failed'),
  provider_failed: problem(502, 'again or other', 'provider_failed'),
  provider_answer_invalid: problem(502, 'again or other', 'provider_answer_invalid'),
  client_rejected: problem(502, 'other', 'needs_attention'),
  client_misconfigured: problem(502, 'other', 'needs_attention'),
  provider_unreachable: problem(503, 'again or other', 'provider_unreachable'),
  provider_timeout: problem(504, 'again or other', 'provider_timeout'),
  setup_session_missing: problem(410, 'support', 'setup_session_missing'),
  setup_link_unknown: problem(404, 'support', 'setup_link_unknown'),
  setup_link_expired: problem(410, 'support', 'setup_link_expired'),
  setup_link_revoked: problem(410, 'support', 'setup_link_revoked'),
  setup_link_fulfilled: problem(410, 'support', 'setup_link_fulfilled'),
  setup_link_unfit: problem(403, 'support', 'setup_link_fulfilled'),
  setup_cross_site: problem(403, 'setup', 'setup_cross_site'),
  setup_rate_limited: problem(429, 'setup', 'setup_rate_limited'),
  unavailable: problem(503, 'again', 'unavailable'),
};

const refusal = (name: ReasonClass, action: Problem['action']): Problem => ({
  status: 403,
  action,
  refusal: name,
});

/** By the class of a refusal. */
export const REFUSALS: Record<ReasonClass, Problem> = {
  sso_disabled: refusal('sso_disabled', 'other'),
  user_suspended: refusal('user_suspended', 'support or other'),
  directory_inactive: refusal('directory_inactive', 'other'),
  email_missing: refusal('email_missing', 'other'),
  email_unverified: refusal('email_unverified', 'again or other'),
  domain_not_owned: refusal('domain_not_owned', 'other'),
  link_removed: refusal('link_removed', 'support or other'),
  not_linked: refusal('not_linked', 'support or other'),
};
