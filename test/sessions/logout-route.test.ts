import t from 'tap';
import { SESSION_COOKIE } from '../../src/http/cookies.ts';
import { signOutToken } from '../../src/tokens.ts';
import { startService } from '../support/service.ts';

t.test('a form of our own page signs out, and no other page without an origin', async (t) => {
  const { url } = await startService(t);
  const logout = async (headers: Record<string, string>) =>
    fetch(`${url}/logout`, {
      method: 'POST',
      redirect: 'manual',
      headers: { cookie: `${SESSION_COOKIE}=${'a'.repeat(43)}`, ...headers },
    });
  // By the referrer policy of our pages a browser says `null` for them, too.
  const ours = await logout({ origin: 'null', 'sec-fetch-site': 'same-origin' });
  t.equal(ours.status, 303);
  t.match(ours.headers.getSetCookie(), [/^__Host-sso_session=;/]);
  t.equal((await logout({ 'sec-fetch-site': 'same-origin' })).status, 303);
  for (const site of ['cross-site', 'same-site', 'none', '']) {
    t.equal((await logout({ origin: 'null', 'sec-fetch-site': site })).status, 403, site);
  }
  t.equal((await logout({ origin: 'null' })).status, 403);
});

t.test('without Fetch Metadata the token in our form says that it is ours', async (t) => {
  const { url } = await startService(t);
  const session = 'a'.repeat(43);
  const logout = async (token: string, cookie = session) => {
    const answer = await fetch(`${url}/logout`, {
      method: 'POST',
      redirect: 'manual',
      headers: { cookie: `${SESSION_COOKIE}=${cookie}` },
      body: new URLSearchParams({ token }),
    });
    return answer.status;
  };
  t.equal(await logout(signOutToken(session)), 303);
  t.equal(await logout(signOutToken('b'.repeat(43))), 403, 'of another session');
  t.equal(await logout(session), 403);
  t.equal(await logout(''), 403);
});
