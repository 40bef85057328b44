import { createServer } from 'node:http';
import { createSessionVerifier } from '../client/src/session.ts';
import { codeOf } from '../src/errors.ts';

/** The path of the product's own sign-in page. */
export const SOCIAL_LOGIN = '/sign-in';

/**
 * A stand-in for the product: one page that shows who is signed in. Its script asks the service's /session
 * with the browser's cookie; its backend trusts only the token, verified with the published keys.
 * @param options.serviceUrl the service's PUBLIC_URL
 */
export async function startProduct(options: {
  port: number;
  /** The address to listen on; localhost. */
  host?: string;
  serviceUrl: string;
}): Promise<{ url: string; stop(): Promise<void> }> {
  const url = `http://localhost:${options.port}`;
  const verifySession = createSessionVerifier({ issuer: options.serviceUrl, audience: url });

  const server = createServer(async (request, response) => {
    const { pathname, search } = new URL(request.url ?? '/', url);
    if (pathname === '/whoami') {
      const answer = await whoIs(request.headers.authorization ?? '');
      response.writeHead(answer.status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answer.body));
      return;
    }
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
    response.end(
      pathname === SOCIAL_LOGIN ? socialLoginPage() : page(options.serviceUrl, url + pathname + search),
    );
  });

  async function whoIs(authorization: string): Promise<{ status: number; body: object }> {
    try {
      const session = await verifySession(authorization);
      if (session === undefined) return { status: 401, body: { error: 'token_invalid' } };
      return { status: 200, body: { user_id: session.userId, company: session.company } };
    } catch (error) {
      return { status: 503, body: { error: codeOf(error) ?? 'unverified' } };
    }
  }

  await new Promise<void>((resolve) => server.listen(options.port, options.host ?? 'localhost', resolve));
  return {
    url,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Where people sign in whose company has no single sign-on: SOCIAL_LOGIN_URL. It leads nowhere else. */
const socialLoginPage = (): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Other ways to sign in</title>
<h1>The product’s own sign-in</h1>
<p>Google and GitHub would be here.</p>
</html>`;

function page(serviceUrl: string, asked: string): string {
  const login = `${serviceUrl}/login?return_to=${encodeURIComponent(asked)}`;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>The product</title>
<style>
  body { font: 1rem/1.5 system-ui, sans-serif; max-width: 32rem; margin: 4rem auto; padding: 0 1rem }
  code { overflow-wrap: anywhere }
</style>
<h1>The product</h1>
<p id="who" role="status">…</p>
<p id="signed-out" hidden><a href="${login}">Sign in</a></p>
<form id="signed-in" method="post" action="${serviceUrl}/logout" hidden><button>Sign out</button></form>
<script type="module">
  const answer = await fetch(${JSON.stringify(`${serviceUrl}/session`)}, { credentials: 'include' });
  const session = await answer.json();
  const who = document.getElementById('who');
  if (session.state === 'signed_in') {
    const verified = await fetch('/whoami', { headers: { authorization: 'Bearer ' + session.token } });
    const { user_id, company, error } = await verified.json();
    who.textContent = error
      ? 'The token was refused: ' + error
      : 'Signed in as ' + (session.user.name ?? session.user.email) + ', user ' + user_id + ' of ' + company + '.';
    document.getElementById('signed-in').hidden = false;
  } else if (session.state === 'pending' || session.state === 'refused') {
    location.replace(${JSON.stringify(`${serviceUrl}/login/wait`)});
  } else {
    who.textContent = 'Nobody is signed in (' + session.state + ').';
    document.getElementById('signed-out').hidden = false;
  }
</script>
</html>`;
}
