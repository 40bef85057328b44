/** OpenID Connect Core §12.2: the ID token of a refresh is the same person's, or the session ends. */
import t from 'tap';
import { startHostileService } from '../support/hostile/service.ts';
import { SUBJECT } from '../support/hostile-provider.ts';
import { linkUser } from '../support/service.ts';

const service = await startHostileService(t, { env: { SESSION_REVALIDATE_AFTER: '1s' } });
const { provider, acme, database, url } = service;
await linkUser(service, acme, SUBJECT);

async function stateAfterRefresh(behaviour: Parameters<typeof provider.be>[0]) {
  provider.be();
  const { browser } = await service.signIn();
  await database.sql`UPDATE sessions SET revalidated_at = now() - interval '1 hour'`;
  service.logs.length = 0;
  provider.be(behaviour);
  const { state } = (await (await browser.fetch(`${url}/session`)).json()) as { state: string };
  return state;
}

t.test('the same person stays signed in', async (t) => {
  t.equal(await stateAfterRefresh({}), 'signed_in');
  t.equal(await stateAfterRefresh({ claims: { nonce: undefined } }), 'signed_in', 'its nonce is optional');
});

t.test('another person, application or issuer ends the session', async (t) => {
  for (const claims of [{ sub: 'somebody-else' }, { aud: 'another-client' }, { iss: 'https://evil.test/' }]) {
    t.equal(await stateAfterRefresh({ claims }), 'none', JSON.stringify(claims));
    t.ok(service.logs.some((line) => line.includes('of another person, application or issuer')));
  }
});

t.test(
  'a token that cannot be verified is a failed revalidation: the session is kept for its grace',
  async (t) => {
    t.equal(await stateAfterRefresh({ claims: { exp: 1 } }), 'signed_in');
    const warning = service.logs
      .map((line) => JSON.parse(line))
      .find(({ msg }) => /could not be reval/.test(msg));
    t.match(warning, { code: 'id_token_invalid', company: 'acme', endpoint: 'refresh' });
    const [row] = await database.sql`
    SELECT revalidation_failing_since IS NOT NULL AS failing,
      extract(epoch FROM revalidation_held_until - now())::float8 AS held FROM sessions`;
    t.equal(row?.failing, true);
    t.ok(Number(row?.held) < 2, 'the first retry comes soon');
  },
);

t.test('a lost answer, then a rejection: the log says what it may be', async (t) => {
  const transport = { token: async (response: { destroy(): void }) => void response.destroy() };
  provider.be();
  const { browser } = await service.signIn();
  await database.sql`UPDATE sessions SET revalidated_at = now() - interval '1 hour'`;
  provider.be({ transport });
  await browser.fetch(`${url}/session`);
  await database.sql`UPDATE sessions SET revalidation_held_until = NULL, refresh_token = refresh_token`;
  provider.be({
    transport: {
      token: async (response) =>
        void response.writeHead(400, { 'content-type': 'application/json' }).end('{"error":"invalid_grant"}'),
    },
  });
  service.logs.length = 0;
  t.match(await (await browser.fetch(`${url}/session`)).json(), { state: 'none' });
  const ended = service.logs.map((line) => JSON.parse(line)).find(({ msg }) => /session ended/.test(msg));
  t.match(ended, {
    company: 'acme',
    oauth_error: 'invalid_grant',
    msg: /answer to an earlier request was lost/,
  });
});
