/** RP-initiated logout (OpenID Connect RP-Initiated Logout 1.0): where JumpCloud ends a session, and where it sends people then. */

/** To be registered in the application at JumpCloud: another one fails the whole sign-out, and strands the person there. */
export const postLogoutRedirectUri = (publicUrl: string): string => `${publicUrl}/login?signed_out=1`;

/** The address holds the ID token: it is for a `Refresh` header alone, never for a page or a log. */
export function endSessionUrl(endpoint: string, publicUrl: string, idToken: string): string {
  const url = new URL(endpoint);
  url.searchParams.set('id_token_hint', idToken);
  url.searchParams.set('post_logout_redirect_uri', postLogoutRedirectUri(publicUrl));
  return url.href;
}
