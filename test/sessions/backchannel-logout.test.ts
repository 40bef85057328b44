/** Each rule of OpenID Connect Back-Channel Logout 1.0 §2.6, broken once. */
import { randomUUID } from 'node:crypto';
import t from 'tap';
import { sign, signWithPublicKey, unsigned } from '../support/hostile/draft.ts';
import { startHostileService } from '../support/hostile/service.ts';
import { SUBJECT, startHostileProvider } from '../support/hostile-provider.ts';
import { addCompany, linkUser } from '../support/service.ts';

const EVENT = 'http://schemas.openid.net/event/backchannel-logout';
const offering = { discovery: (d: object) => ({ ...d, backchannel_logout_supported: true }) };
const now = () => Math.floor(Date.now() / 1000);

const provider = await startHostileProvider();
provider.be(offering);
const service = await startHostileService(t, { provider, env: { RATE_LIMIT_PER_ADDRESS: '1000' } });
const { acme, url } = service;
const { sql } = service.database;
await addCompany(service, 'zeta');
await linkUser(service, acme, SUBJECT);

const draft = (claims: object = {}, header: object = {}) => ({
  keys: provider.keys,
  accessToken: '',
  header: { alg: 'RS256', kid: provider.keys.signing.kid, typ: 'logout+jwt', ...header },
  claims: {
    ...{ iss: provider.issuer, aud: ['acme-client'], sub: SUBJECT, iat: now(), exp: now() + 120 },
    ...{ jti: randomUUID(), events: { [EVENT]: {} }, ...claims },
  },
});
/** The same signature under other claims. */
function swapClaims(token: string, claims: object): string {
  const [header, payload = '', signature] = token.split('.');
  const changed = { ...JSON.parse(Buffer.from(payload, 'base64url').toString()), ...claims };
  return [header, Buffer.from(JSON.stringify(changed)).toString('base64url'), signature].join('.');
}
const send = async (token: string, to = url) => {
  const answer = await fetch(`${to}/logout/backchannel`, {
    method: 'POST',
    body: new URLSearchParams({ logout_token: token }),
  });
  const text = await answer.text();
  t.equal(answer.headers.get('cache-control'), 'no-store');
  return { status: answer.status, headers: answer.headers, body: text === '' ? null : JSON.parse(text) };
};
/** A session whose `sid` at the provider is this. */
const signIn = async (sid: string) => {
  provider.be({ ...offering, claims: { sid } });
  const { session } = await service.signIn();
  return async () => {
    const answer = await fetch(`${url}/session`, { headers: { cookie: `__Host-sso_session=${session}` } });
    return ((await answer.json()) as { state: string }).state;
  };
};

t.test('each rule, broken once', async (t) => {
  const read = await signIn('s-rules');
  const replayed = draft({ sid: 's-none', sub: undefined });
  t.equal((await send(sign(replayed))).status, 200, 'of a session that is not there');
  for (const [name, token] of Object.entries({
    'a replayed jti': sign(replayed),
    'the key of a stranger': sign(draft(), provider.keys.strangers),
    'a claim that was changed after it was signed': swapClaims(sign(draft()), { aud: 'zeta-client' }),
    'aud of nobody': sign(draft({ aud: 'nobody' })),
    'two audiences': sign(draft({ aud: ['acme-client', 'zeta-client'] })),
    'no aud': sign(draft({ aud: undefined })),
    'a nonce': sign(draft({ nonce: 'n' })),
    'a nonce that is null': sign(draft({ nonce: null })),
    'no events': sign(draft({ events: undefined })),
    'other events': sign(draft({ events: { 'http://schemas.openid.net/event/other': {} } })),
    'events without an object': sign(draft({ events: { [EVENT]: true } })),
    'events as a list': sign(draft({ events: [EVENT] })),
    'an old iat': sign(draft({ iat: now() - 301 })),
    'an iat to come': sign(draft({ iat: now() + 70 })),
    'no iat': sign(draft({ iat: undefined })),
    'an iat as text': sign(draft({ iat: String(now()) })),
    'an exp that is over': sign(draft({ exp: now() - 70 })),
    'another issuer': sign(draft({ iss: 'https://evil.test/' })),
    'no issuer': sign(draft({ iss: undefined })),
    'no jti': sign(draft({ jti: undefined })),
    'a jti that is a number': sign(draft({ jti: 1 })),
    'neither sub nor sid': sign(draft({ sub: undefined })),
    'a sub that is a number': sign(draft({ sub: 1 })),
    'a sid that is a list': sign(draft({ sid: ['s-rules'] })),
    'HS256 by the public key': await signWithPublicKey(draft()),
    'alg none': unsigned(draft()),
    'another algorithm': sign(draft({}, { alg: 'PS256' })),
    'the typ of an access token': sign(draft({}, { typ: 'at+jwt' })),
    'an unknown crit': sign(draft({}, { crit: ['x'], x: 1 })),
    'no token': '',
    'no JWT': 'a.b.c',
  })) {
    t.match(await send(token), { status: 400, body: { error: 'logout_token_invalid' } }, name);
  }
  t.equal(await read(), 'signed_in', 'none of them ended it');
  t.equal((await sql`SELECT 1 FROM outbox WHERE headers->>'ce_type' = 'user.sessions_revoked'`).length, 0);
  t.equal((await send(sign(draft()))).status, 200);
  t.equal(await read(), 'none');
});

t.test('a token of another company ends nothing here, although issuer and sub are the same', async (t) => {
  const read = await signIn('s-shared');
  t.equal((await send(sign(draft({ aud: 'zeta-client' })))).status, 200, 'it is right, for zeta');
  t.equal((await send(sign(draft({ aud: 'zeta-client', sub: undefined, sid: 's-shared' })))).status, 200);
  t.equal(await read(), 'signed_in');
});

t.test('as Ory Hydra sends it: sid without sub and exp, typ JWT', async (t) => {
  const [one, two] = [await signIn('s-1'), await signIn('s-2')];
  const hydra = draft({ sid: 's-1', sub: undefined, exp: undefined }, { typ: 'JWT' });
  t.equal((await send(sign(hydra))).status, 200);
  t.same([await one(), await two()], ['none', 'signed_in']);
  const [row] = await sql`SELECT details, actor, target FROM audit_log ORDER BY id DESC LIMIT 1`;
  t.match(row, { actor: 'provider:us', details: { ended: 1 } });
});

t.test('sub with sid ends the session of that sid, and those whose sid is not known', async (t) => {
  const [one, two, unknown] = [await signIn('s-a'), await signIn('s-b'), await signIn('')];
  await sql`UPDATE sessions SET sid_hash = NULL WHERE sid_hash = sha256('')`;
  t.equal((await send(sign(draft({ sid: 's-a' })))).status, 200);
  t.same([await one(), await two(), await unknown()], ['none', 'signed_in', 'none']);
});

t.test('used once, also where two of them come at the same moment', async (t) => {
  const token = sign(draft({ sub: undefined, sid: 's-twice' }));
  const answers = await Promise.all([send(token), send(token), send(token)]);
  t.same(answers.map(({ status }) => status).sort(), [200, 400, 400]);
});

t.test('what was used is kept for longer than it is accepted, and then deleted', async (t) => {
  await sql`UPDATE logout_tokens SET used_at = now() - interval '30 minutes'`;
  const [before] = await sql`SELECT count(*)::int AS n FROM logout_tokens`;
  await send(sign(draft({ sub: undefined, sid: 's-x' })));
  t.match(await sql`SELECT count(*)::int AS n FROM logout_tokens`, [{ n: before?.n + 1 }]);
  await sql`UPDATE logout_tokens SET used_at = now() - interval '61 minutes'`;
  await send(sign(draft({ sub: undefined, sid: 's-x' })));
  await send(sign(draft({ sub: undefined, sid: 's-x' })));
  t.ok((await sql`SELECT 1 FROM logout_tokens`).length < before?.n);
});

t.test('the body: a form of 16 KiB at most', async (t) => {
  const post = async (body: BodyInit, type?: string) =>
    (
      await fetch(`${url}/logout/backchannel`, {
        method: 'POST',
        body,
        ...(type && { headers: { 'content-type': type } }),
      })
    ).status;
  t.equal(await post('{}', 'application/json'), 415);
  t.equal(await post(new URLSearchParams({ token: 'x' })), 400);
  t.equal(await post(new URLSearchParams({ logout_token: 'x'.repeat(9_000) })), 400);
  t.equal(await post(new URLSearchParams({ logout_token: 'x'.repeat(17_000) })), 413);
  t.equal((await fetch(`${url}/logout/backchannel`)).status, 405);
});

t.test('where the metadata do not say so: 404, and no sid is stored', async (t) => {
  const silent = await startHostileService(t);
  await linkUser(silent, silent.acme, SUBJECT);
  silent.provider.be({ claims: { sid: 's-1' } });
  await silent.signIn();
  const [row] = await silent.database.sql`SELECT sid_hash FROM sessions`;
  t.same(row, { sid_hash: null });
  const token = sign({ ...draft({ iss: silent.provider.issuer }), keys: silent.provider.keys });
  t.match(await send(token, silent.url), { status: 404, body: { error: 'not_found' } });
});

t.test('a limit per address of its own', async (t) => {
  const limited = await startHostileService(t, { env: { RATE_LIMIT_PER_ADDRESS: '3' } });
  const statuses = [];
  for (let n = 0; n < 4; n++) statuses.push((await send('x', limited.url)).status);
  t.same(statuses, [400, 400, 400, 429]);
  t.equal((await fetch(`${limited.url}/login`)).status, 200, 'sign-ins have theirs');
});
