/** What a person reads when there is no way in: what happened in a sentence, and what to do next. */
import type { ReasonClass } from '../sessions/session.ts';

export interface Problem {
  status: number;
  title: string;
  text: string;
  /** `again`: sign in once more. `other`: the product's other way in. */
  action: 'again' | 'other' | 'both';
}

const problem = (status: number, title: string, text: string, action: Problem['action']): Problem => ({
  status,
  title,
  text,
  action,
});

/** By the code of an error. */
export const PROBLEMS: Record<string, Problem> = {
  attempt_missing: problem(
    400,
    'Please start again',
    'This sign-in was not begun in this browser, or it took too long. Start it again here.',
    'again',
  ),
  request_malformed: problem(
    400,
    'Please start again',
    'The address of this page is incomplete. Start the sign-in again here.',
    'again',
  ),
  iss_mismatch: problem(
    400,
    'Please start again',
    'JumpCloud’s answer did not belong to this sign-in. Start it again here.',
    'again',
  ),
  provider_error_unknown: problem(
    400,
    'Please start again',
    'JumpCloud could not continue this sign-in. Start it again here.',
    'again',
  ),
  provider_step_repeated: problem(
    400,
    'Please start again',
    'This step at JumpCloud was done twice, for example by going back. Start again here. If JumpCloud refuses you then, ask your administrator to assign this application to you.',
    'again',
  ),
  grant_rejected: problem(
    400,
    'Please start again',
    'JumpCloud’s answer was used before or took too long. Start the sign-in again here.',
    'again',
  ),
  id_token_invalid: problem(
    400,
    'Sign-in was not accepted',
    'JumpCloud’s answer could not be verified. Start again; if it happens again, tell your administrator.',
    'again',
  ),
  userinfo_sub_mismatch: problem(
    400,
    'Sign-in was not accepted',
    'JumpCloud’s answer could not be verified. Start again; if it happens again, tell your administrator.',
    'again',
  ),
  access_denied: problem(
    403,
    'JumpCloud didn’t let you in',
    'Ask your administrator to assign this application to you in JumpCloud, then try again.',
    'both',
  ),
  cross_site: problem(
    403,
    'You are still signed in',
    'Another site asked to sign you out. If you want to, sign out in the product itself.',
    'other',
  ),
  test_link_expired: problem(
    400,
    'This test link is over',
    'A test link is valid for one hour, and until the connection changes. Ask the person who sent it to you for a new one.',
    'again',
  ),
  sso_not_active: problem(
    404,
    'No single sign-on here',
    'Single sign-on is not turned on for this company. Use another way to sign in, or ask your administrator.',
    'both',
  ),
  not_found: problem(404, 'There is no such page', 'Check the address, or sign in here.', 'again'),
  rate_limited: problem(429, 'Too many sign-ins at once', 'Wait a minute, then try again.', 'again'),
  provider_error: problem(
    502,
    'JumpCloud has a problem',
    'JumpCloud could not complete the sign-in. Try again in a few minutes.',
    'both',
  ),
  provider_failed: problem(
    502,
    'JumpCloud has a problem',
    'JumpCloud could not complete the sign-in. Try again in a few minutes.',
    'both',
  ),
  provider_answer_invalid: problem(
    502,
    'JumpCloud has a problem',
    'JumpCloud’s answer could not be used. Try again in a few minutes.',
    'both',
  ),
  client_rejected: problem(
    502,
    'Single sign-on needs attention',
    'The connection between this product and JumpCloud is out of date. Tell your administrator.',
    'both',
  ),
  client_misconfigured: problem(
    502,
    'Single sign-on needs attention',
    'The connection between this product and JumpCloud is out of date. Tell your administrator.',
    'both',
  ),
  provider_unreachable: problem(
    503,
    'JumpCloud can’t be reached',
    'Try again in a few minutes. Nothing about your account has changed.',
    'both',
  ),
  provider_timeout: problem(
    504,
    'JumpCloud takes too long',
    'Try again in a few minutes. Nothing about your account has changed.',
    'both',
  ),
  unavailable: problem(
    503,
    'Sign-in is out of order for a moment',
    'Try again in a minute. Nothing about your account has changed.',
    'again',
  ),
};

/** By the class of a refusal. */
export const REFUSALS: Record<ReasonClass, Problem> = {
  sso_disabled: problem(
    403,
    'Single sign-on is turned off',
    'Your company’s single sign-on is not active at present. Use another way to sign in, or ask your administrator.',
    'other',
  ),
  user_suspended: problem(403, 'Your account is suspended', 'Ask your administrator to resume it.', 'other'),
  email_missing: problem(
    403,
    'JumpCloud gave no email',
    'Ask your administrator to enable “Email” in the application’s attribute mapping in JumpCloud.',
    'other',
  ),
  email_unverified: problem(
    403,
    'Your email isn’t verified',
    'JumpCloud says that your email is not verified. Ask your administrator to verify it, then sign in again.',
    'both',
  ),
  domain_not_owned: problem(
    403,
    'This email can’t be used here',
    'Your email’s domain is not set up for your company. Ask your administrator, or use another way to sign in.',
    'other',
  ),
  link_removed: problem(
    403,
    'This sign-in was disconnected',
    'An administrator disconnected JumpCloud from your account. Ask them to approve it again.',
    'other',
  ),
  not_linked: problem(
    403,
    'We could not connect you to an account',
    'Your administrator can do it for you. Until then, use another way to sign in.',
    'other',
  ),
};
