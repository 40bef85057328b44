/** Every hostile ID token through the front door: rows 2–10, 12, 20–30 of docs/security.md. */
import t from 'tap';
import { advance, realTime, UNTIL_FORGOTTEN_MS } from '../support/hostile/clock.ts';
import { HOSTILE_TOKENS } from '../support/hostile/id-tokens.ts';
import { accepted, refused, startHostileService } from '../support/hostile/service.ts';

const service = await startHostileService(t);
const { provider } = service;
t.teardown(realTime);

for (const { row, name, valid, forge, jwks } of HOSTILE_TOKENS) {
  t.test(`row ${row}: ${name}`, async (t) => {
    if (jwks) advance(UNTIL_FORGOTTEN_MS);
    provider.be({ idToken: forge, ...(jwks && { jwks: () => ({ keys: jwks(provider.keys) }) }) });
    const attempt = await service.signIn();
    provider.be();
    if (jwks) advance(UNTIL_FORGOTTEN_MS);
    if (valid) accepted(t, attempt, name);
    else refused(t, attempt, name);
    t.equal(attempt.tokenCalls, 1, 'the code was exchanged: it is the token that decides');
  });
}

t.test('row 27: the addresses in a header were never asked', async (t) => {
  t.equal(provider.calls('other'), 0);
});
