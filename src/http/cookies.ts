/** What every cookie here is: `__Host-`, so bound to this host, to TLS and to no domain. */
export const COOKIE_OPTIONS = { path: '/', secure: true, httpOnly: true, sameSite: 'lax' } as const;

/** The session: 256 random bits, of which the database knows the hash alone. */
export const SESSION_COOKIE = '__Host-sso_session';
/** The slug of the company that signed in here last: the next time it is one press. */
export const COMPANY_COOKIE = '__Host-sso_company';

export type Cookies = Record<string, string | undefined>;
