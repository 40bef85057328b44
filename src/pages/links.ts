/** Where a person wants to go, for the links that lead on from a page. */
export interface Destination {
  /** The company's slug. */
  company?: string | undefined;
  /** A URL that may be followed (`readReturnTo`). */
  returnTo?: string | undefined;
}

/** Nobody who said nothing wanted APP_URL, though they would have gone there. */
export function destinationOf(
  { company, returnTo }: { company: string; returnTo: string },
  appUrl: string,
): Destination {
  return { company, returnTo: returnTo === appUrl ? undefined : returnTo };
}

/** Our sign-in page, where it leads to the same company and place as before. */
export function signInUrl({ company, returnTo }: Destination): string {
  const query = new URLSearchParams({
    ...(company && { company }),
    ...(returnTo && { return_to: returnTo }),
  });
  return query.size === 0 ? '/login' : `/login?${query}`;
}

/** The product's other sign-in page. It is given return_to, as /login was. */
export function alternativeSignInUrl(socialLoginUrl: string, returnTo: string | undefined): string {
  if (!returnTo) return socialLoginUrl;
  const url = new URL(socialLoginUrl);
  url.searchParams.set('return_to', returnTo);
  return url.href;
}
