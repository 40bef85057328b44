import { setTimeout as delay } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { type HttpBrowser, httpBrowser } from '../../dev/browser.ts';
import { createRevalidate } from '../../src/sessions/revalidate.ts';
import type { SignedIn } from '../../src/sessions/session.ts';
import { silent } from '../kafka/cluster.ts';
import {
  addCompany,
  addPerson,
  linkUser,
  startService,
  type TestCompany,
  type TestService,
} from '../support/service.ts';

interface World {
  service: TestService;
  acme: TestCompany;
  sub: string;
  browser: HttpBrowser;
}

/** Somebody who is signed in, and whose session is due at each read. */
async function signedIn(t: Test, refreshTokens = true): Promise<World> {
  const service = await startService(t, { env: { SESSION_REVALIDATE_AFTER: '1s' } });
  const acme = await addCompany(service, 'acme', { refreshTokens });
  const { sub, email } = addPerson(service, acme);
  await linkUser(service, acme, sub);
  const browser = httpBrowser({ stopAt: [service.appUrl] });
  await browser.signIn({ startUrl: `${service.url}/login/start?company=acme`, email });
  const world = { service, acme, sub, browser };
  await makeDue(world);
  return world;
}

/** As if the time had passed. */
async function makeDue({ service }: World, ago = '1 hour') {
  await service.database.sql`
    UPDATE sessions SET revalidated_at = now() - ${ago}::interval, revalidation_held_until = NULL`;
}

async function read({ service, browser }: World) {
  const answer = await browser.fetch(`${service.url}/session`);
  return { status: answer.status, ...((await answer.json()) as { state: string }) };
}

const refreshes = ({ service }: World) =>
  service.jumpcloud.requests.list('token').filter((r) => r.grantType === 'refresh_token').length;

t.test('the next read asks JumpCloud, and the one after it does not', async (t) => {
  const world = await signedIn(t);
  t.match(await read(world), { status: 200, state: 'signed_in' });
  t.match(await read(world), { status: 200, state: 'signed_in' });
  t.equal(refreshes(world), 1);
  await makeDue(world);
  t.match(await read(world), { status: 200 }, 'the rotated refresh token was kept');
  t.equal(refreshes(world), 2);
});

t.test('a person who is removed at JumpCloud is signed out', async (t) => {
  const world = await signedIn(t);
  world.service.jumpcloud.removePerson(world.sub);
  t.match(await read(world), { status: 401, state: 'none' });
  t.equal((await world.service.database.sql`SELECT 1 FROM sessions`).length, 0);
});

t.test('twenty reads at once spend one refresh token', async (t) => {
  const world = await signedIn(t);
  const answers = await Promise.all(Array.from({ length: 20 }, () => read(world)));
  t.ok(answers.every((a) => a.status === 200));
  t.equal(refreshes(world), 1);
});

t.test('a session that ended while JumpCloud was asked hands out no token', async (t) => {
  const world = await signedIn(t);
  const { sql } = world.service.database;
  await sql`UPDATE sessions SET revalidation_held_until = now() + interval '10 seconds'`;
  const answer = read(world);
  await delay(300);
  await sql`UPDATE users SET status = 'suspended'`;
  await sql`UPDATE sessions SET revalidated_at = now()`;
  t.match(await answer, { status: 401, state: 'refused', reason_class: 'user_suspended' });
});

t.test(
  'a refresh token is held for as long as a provider may take, and ends its own session alone',
  async (t) => {
    const { service } = await signedIn(t);
    const { database, sealer } = service;
    const [session] = await database.sql`SELECT id, 'a newer one' AS newer FROM sessions`;
    let held = 0;
    const revalidate = createRevalidate({
      database,
      sealer,
      log: silent,
      revalidateAfter: 1_000,
      provider: {
        // Meanwhile the lock has expired, and another process has spent the token.
        async refresh() {
          const [row] = await database.sql`
            SELECT extract(epoch FROM revalidation_held_until - now()) AS seconds FROM sessions`;
          held = Number(row?.seconds);
          await database.sql`UPDATE sessions SET refresh_token = ${session?.newer}`;
          throw Object.assign(new Error('spent'), { code: 'grant_rejected' });
        },
        verifyIdToken: () => Promise.reject(new Error('not asked')),
      },
    });
    const due = { id: session?.id, revalidatedAt: new Date(0), hasRefreshToken: true };
    t.equal(await revalidate({ session: due } as SignedIn), true, 'asked');
    t.ok(held > 20.2, `held for ${held} s: 10 for the metadata, 10 for the refresh`);
    t.equal((await database.sql`SELECT FROM sessions`).length, 1, 'it goes on with the newer token');
  },
);

t.test('without an answer the session is kept, for an hour at most', async (t) => {
  const world = await signedIn(t);
  await world.service.jumpcloud.outage('500', ['token']);
  t.match(await read(world), { status: 200, state: 'signed_in' });
  t.match(await read(world), { status: 200 });
  const { requests } = world.service.jumpcloud;
  t.equal(requests.count('token'), 2, 'the exchange and one refresh: nobody hammers a provider that fails');

  await world.service.database
    .sql`UPDATE sessions SET revalidation_failing_since = now() - interval '61 minutes'`;
  await makeDue(world);
  t.match(await read(world), { status: 401, state: 'none' });
});

t.test('a provider that is back ends the grace', async (t) => {
  const world = await signedIn(t);
  await world.service.jumpcloud.outage('refuse', ['token']);
  t.match(await read(world), { status: 200 });
  await world.service.jumpcloud.outage(null);
  await makeDue(world);
  t.match(await read(world), { status: 200 });
  const [session] = await world.service.database.sql`SELECT revalidation_failing_since FROM sessions`;
  t.equal(session?.revalidation_failing_since, null);
});

t.test(
  'an application without refresh tokens: the session can’t be followed, and lives to its end',
  async (t) => {
    const world = await signedIn(t, false);
    t.match(await read(world), { status: 200 });
    t.equal(refreshes(world), 0);
  },
);
