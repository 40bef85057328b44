/** What every cookie here is: `__Host-`, so bound to this host, to TLS and to no domain. */
export const COOKIE_OPTIONS = { path: '/', secure: true, httpOnly: true, sameSite: 'lax' } as const;

/** The session: 256 random bits, of which the database knows the hash alone. */
export const SESSION_COOKIE = '__Host-sso_session';
/** The slug of the company that signed in here last: the next time it is one press. */
export const COMPANY_COOKIE = '__Host-sso_company';

/** A setup link that was opened in this browser: src/setup/session.ts. */
export const SETUP_COOKIE = '__Host-sso_setup';

/** Set after a sign-out and a refusal: the next sign-in asks for the account at JumpCloud. */
/** The language that `ui_locales` asked for. */
export const LANGUAGE_COOKIE = '__Host-sso_language';
export const PROMPT_COOKIE = '__Host-sso_prompt';
/** Long enough to press "Sign in again". Seconds. */
export const PROMPT_COOKIE_S = 10 * 60;

export type Cookies = Record<string, string | undefined>;
