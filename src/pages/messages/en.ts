import { setupEn } from './setup-en.ts';

/** English: the catalogue that all others have to match. */
export const en = {
  locale: 'en',
  signIn: {
    title: (product: string) => `Sign in to ${product}`,
    email: 'Work email',
    continue: 'Continue',
    continueWithJumpCloud: 'Continue with JumpCloud',
    company: (company: string) => `${company} signs in with JumpCloud.`,
    notThisCompany: (company: string) => `Not ${company}? Use another email`,
    otherWays: 'Other ways to sign in',
    anotherEmail: 'Use another email',
    signedOut: 'You are signed out.',
    emailMalformed: 'That doesn’t look like an email address. Check it and try again.',
    noCompany: 'There is no single sign-on for this email. Check the address, or ask your administrator.',
    again: 'Sign in again',
    signOut: 'Sign out',
  },
  wait: {
    title: 'Signing you in',
    connecting: (company: string) => `Connecting your ${company} account. This usually takes a second.`,
    long: 'You are signed in at JumpCloud. Connecting your account takes longer than usual.',
    nothingLost:
      'Nothing is lost: keep this page open and it continues automatically, or come back in a few minutes and sign in again.',
    checkAgain: 'Check again',
  },
  /** For the admin who tests an SSO client. */
  test: {
    title: 'This was a test',
    intro: (company: string) =>
      `JumpCloud signed you in for ${company}. Nobody is signed in here, and nothing was changed.`,
    toDo: 'To do:',
    email: 'Email',
    emailMissing: 'missing. Enable “Email” in the application’s attribute mapping.',
    emailOdd: (came: string) => `${came}. Map “email” to one address in the application’s attribute mapping.`,
    verified: 'Verified email',
    verifiedYes: 'JumpCloud confirms it',
    verifiedNo: 'JumpCloud does not confirm it, so nobody can be connected by it',
    verifiedOdd: (came: string) => `${came}. Correct “email_verified” in the attribute mapping.`,
    domain: 'Domain',
    domainNone: 'none, because there is no email',
    domainYes: (domain: string, company: string) => `${domain} belongs to ${company}`,
    domainNo: (domain: string, company: string) => `${domain} is not proven to belong to ${company}`,
    refresh: 'Refresh token',
    refreshYes: 'people removed in JumpCloud are signed out here',
    refreshNo: 'missing. Select “Refresh Token” under “Grant type” in the application.',
    organization: 'Organization',
    organizationNone: 'not sent, and not needed',
    organizationMoved: (now: string, before: string) => `${now}, but ${before} at the first sign-in`,
    groups: 'Groups',
    groupsNone: 'none, and not needed',
    logout: 'Sign-out at JumpCloud',
    logoutNone: 'this region offers none. Signing out works here alone.',
    logoutTry:
      'Signing out ends the session at JumpCloud, too. If its page shows an error, register the address.',
    logoutButton: 'Try to sign out',
    refused: (title: string, text: string) =>
      `At your first real sign-in you would not get in. The page would say: “${title}. ${text}”`,
    created: 'At your first real sign-in you would get a new account.',
    linked: 'At your first real sign-in you would land in the account that you already have.',
    asBefore: 'At your next real sign-in you would land in your account, as before.',
  },
  setup: setupEn,
  signedOut: {
    title: 'You are signed out',
    atJumpCloud: 'Signing you out of JumpCloud, too…',
  },
  sessions: {
    title: 'Where you are signed in',
    thisOne: 'this browser',
    unknownDevice: 'Unknown browser',
    started: (ago: string) => `Signed in ${ago}`,
    lastUsed: (ago: string) => `Last used ${ago}`,
    end: 'Sign out there',
    endOthers: 'Sign out everywhere else',
    noOthers: 'You are signed in nowhere else.',
    ended: 'You are signed out there.',
    back: (product: string) => `Back to ${product}`,
  },
  footer: {
    reference: (reference: string) => `Reference: ${reference}`,
    copy: 'Copy',
    copied: 'Copied',
    support: 'Contact support',
    terms: 'Terms',
    privacy: 'Privacy',
  },
  /** By the code of an error; some codes share one. */
  problems: {
    attempt_missing: {
      title: 'Please start again',
      text: 'This sign-in was not begun in this browser, or it took too long. Start it again here.',
    },
    cookie_missing: {
      title: 'Please start again',
      text: 'This browser has no cookie of your sign-in. Allow cookies for this site, or start again in the browser in which you began.',
    },
    request_malformed: {
      title: 'Please start again',
      text: 'The address of this page is incomplete. Start the sign-in again here.',
    },
    iss_mismatch: {
      title: 'Please start again',
      text: 'JumpCloud’s answer did not belong to this sign-in. Start it again here.',
    },
    provider_error_unknown: {
      title: 'Please start again',
      text: 'JumpCloud could not continue this sign-in. Start it again here.',
    },
    provider_step_repeated: {
      title: 'Please start again',
      text: 'This step at JumpCloud was done twice, for example by going back. Start again here. If JumpCloud refuses you then, ask your administrator to assign this application to you.',
    },
    grant_rejected: {
      title: 'Please start again',
      text: 'JumpCloud’s answer was used before or took too long. Start the sign-in again here.',
    },
    answer_not_verified: {
      title: 'Sign-in was not accepted',
      text: 'JumpCloud’s answer could not be verified. Start again; if it happens again, tell your administrator.',
    },
    access_denied: {
      title: 'JumpCloud didn’t let you in',
      text: 'Ask your administrator to assign this application to you in JumpCloud, then try again.',
    },
    cross_site: {
      title: 'You are still signed in',
      text: 'Another site asked to sign you out. If you want to, sign out in the product itself.',
    },
    test_link_expired: {
      title: 'This test link is over',
      text: 'A test link is valid for one hour, and until the connection changes. Ask the person who sent it to you for a new one.',
    },
    sso_not_active: {
      title: 'No single sign-on here',
      text: 'Single sign-on is not turned on for this company. Ask your administrator.',
    },
    not_found: { title: 'There is no such page', text: 'Check the address, or sign in here.' },
    rate_limited: { title: 'Too many sign-ins at once', text: 'Wait a minute, then try again.' },
    provider_failed: {
      title: 'JumpCloud has a problem',
      text: 'JumpCloud could not complete the sign-in. Try again in a few minutes.',
    },
    provider_answer_invalid: {
      title: 'JumpCloud has a problem',
      text: 'JumpCloud’s answer could not be used. Try again in a few minutes.',
    },
    needs_attention: {
      title: 'Single sign-on needs attention',
      text: 'The connection between this product and JumpCloud is out of date. Tell your administrator.',
    },
    provider_unreachable: {
      title: 'JumpCloud can’t be reached',
      text: 'Try again in a few minutes. Nothing about your account has changed.',
    },
    provider_timeout: {
      title: 'JumpCloud takes too long',
      text: 'Try again in a few minutes. Nothing about your account has changed.',
    },
    setup_session_missing: {
      title: 'Open the setup link again',
      text: 'No setup is open in this browser, or it was open for more than eight hours. Open the link that you were sent again. What you did is saved.',
    },
    setup_link_unknown: {
      title: 'This setup link is not valid',
      text: 'Check that the whole address was opened, or ask for a new link.',
    },
    setup_link_expired: {
      title: 'This setup link has expired',
      text: 'What you did is saved. Ask for a new link and continue there.',
    },
    setup_link_revoked: {
      title: 'This setup link was revoked',
      text: 'It can no longer be used. Ask for a new link.',
    },
    setup_link_fulfilled: {
      title: 'This setup link has done its work',
      text: 'Single sign-on was set up, and the link can’t be used again. For a change ask for a new link.',
    },
    setup_cross_site: {
      title: 'Please try again',
      text: 'The form did not come from this page, so nothing was changed. Open the setup again, and allow cookies for this site.',
    },
    setup_rate_limited: {
      title: 'Too many requests at once',
      text: 'Wait a minute, then continue with the setup. Nothing is lost.',
    },
    unavailable: {
      title: 'Sign-in is out of order for a moment',
      text: 'Try again in a minute. Nothing about your account has changed.',
    },
  },
  /** By the class of a refusal. */
  refusals: {
    sso_disabled: {
      title: 'Single sign-on is turned off',
      text: 'Your company’s single sign-on is not active at present. Ask your administrator.',
    },
    user_suspended: { title: 'Your account is suspended', text: 'Ask your administrator to resume it.' },
    email_missing: {
      title: 'JumpCloud gave no email',
      text: 'Ask your administrator to enable “Email” in the application’s attribute mapping in JumpCloud.',
    },
    email_unverified: {
      title: 'Your email isn’t verified',
      text: 'JumpCloud says that your email is not verified. Ask your administrator to verify it, then sign in again.',
    },
    domain_not_owned: {
      title: 'This email can’t be used here',
      text: 'Your email’s domain is not set up for your company. Ask your administrator.',
    },
    directory_inactive: {
      title: 'Your access has ended',
      text: 'Your company’s directory says that you no longer have access. Ask your administrator.',
    },
    link_removed: {
      title: 'This sign-in was disconnected',
      text: 'An administrator disconnected JumpCloud from your account. Ask them to approve it again.',
    },
    not_linked: {
      title: 'We could not connect you to an account',
      text: 'Your administrator can do it for you.',
    },
  },
};

export type Messages = typeof en;
