import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { PushedPerson, PushResult } from '../../dev/jumpcloud/push.ts';
import type { Database } from '../../src/db/client.ts';
import { setDirectoryEnabled } from '../../src/directory/directory.ts';
import { createDirectoryToken } from '../../src/directory/tokens.ts';
import { ssoIdentityId } from '../../src/ids.ts';
import { type Bench, median, percentile, type Round, rounded } from '../harness.ts';
import { COMPANY, fileOf, type LoginParts, startLoginParts } from '../login/parts.ts';
import { subjectOf } from '../login/subject.ts';
import { type Measured, startProgram } from '../support/process.ts';
import type { PushOrder } from './pusher.ts';

const USERS = 10_000;
const GROUPS = 200;
const LEAVERS = 500;
/** JumpCloud pushes one person after the other; a few in parallel are the harder case. */
const CONCURRENCY = 4;
/** Sign-ins a second beside the push: a company of 10 000 people comes in an hour and a half. */
const RATE = 2;

export const bench: Bench = {
  name: 'directory',
  about: 'SCIM: 10 000 users and 200 groups pushed, a group of 500 removed; sign-ins with and without it',
  byDefault: false,
  async run(context) {
    const { parts, scale, rounds, log, report } = context;
    const people = Array.from({ length: scale(USERS) }, (_, n): PushedPerson => {
      const email = `pushed-${n}@acme.test`;
      return { sub: subjectOf(email), email };
    });
    const login = await startLoginParts({ parts });
    const pusher = await startProgram(fileOf('../directory/pusher.ts'), {});
    try {
      const companyId = await signedInBefore(login, people);
      const { token } = await login.database.transaction(async (tx) => {
        await setDirectoryEnabled(tx, 'operator:bench', { slug: COMPANY, enabled: true });
        return createDirectoryToken(tx, 'operator:bench', COMPANY);
      });
      const server = await login.startServer();
      const push = pushWith(pusher, { url: `${login.origin}/scim/v2`, token, concurrency: CONCURRENCY });
      await login.logins({ logins: 300, concurrency: 8 });
      const idle = server.memory();
      let most = idle;
      const watch = setInterval(() => (most = Math.max(most, server.memory())), 100);

      // Each round pushes its share of the users while people sign in, and lets them sign in alone.
      const share = Math.ceil(people.length / rounds);
      const pushed: PushResult[] = [];
      const signIns: Round[] = [];
      const slowest: Round[] = [];
      for (let round = 0; round < rounds; round += 1) {
        const some = people.slice(round * share, (round + 1) * share);
        const [latencies, result] = await beside(login, push({ kind: 'users', people: some }));
        const alone = await signInsFor(login, result.seconds);
        pushed.push(result);
        signIns.push({ ours: median(latencies), limit: median(alone) });
        slowest.push({ ours: percentile(latencies, 95), limit: percentile(alone, 95) });
        log(`round ${round + 1}: ${some.length} users in ${rounded(result.seconds)} s`);
      }
      reportPush('users', merge(pushed));
      const groups = Array.from({ length: scale(GROUPS) }, (_, n) => ({
        name: `group-${n}`,
        members: people.filter((_, at) => at % scale(GROUPS) === n),
      }));
      reportPush('groups', await push({ kind: 'groups', groups }));
      const leavers = { name: 'leavers', members: people.slice(0, scale(LEAVERS)) };
      await push({ kind: 'groups', groups: [leavers] });
      reportPush('group removed', await push({ kind: 'remove group', groups: [leavers] }), {
        left: await whoLeft(login.database, companyId),
      });
      clearInterval(watch);
      const goal = { atMost: 1.1 };
      report({ metric: 'sign-in beside it, p50', ...figure(signIns), unit: 'ms', rounds: signIns, goal });
      report({ metric: 'sign-in beside it, p95', ...figure(slowest), unit: 'ms', rounds: slowest });
      report({
        metric: 'memory of the server',
        value: most,
        unit: 'MiB',
        more: { before: Math.round(idle) },
      });
    } finally {
      await pusher.stop();
      await login.stop();
    }

    function reportPush(metric: string, result: PushResult, more: object = {}) {
      const { requests, errors, latencies, seconds } = result;
      const [p50, p95] = [50, 95].map((p) => rounded(percentile(latencies, p)));
      const details = { requests, errors, p50_ms: p50, p95_ms: p95, per_second: rounded(requests / seconds) };
      report({ metric, value: seconds, unit: 's', more: { ...details, ...more } });
    }
  },
};

type Order = Partial<PushOrder> & Pick<PushOrder, 'kind'>;

const pushWith =
  ({ child }: Measured, how: Pick<PushOrder, 'url' | 'token' | 'concurrency'>) =>
  async (order: Order): Promise<PushResult> => {
    child.send({ people: [], groups: [], ...how, ...order } satisfies PushOrder);
    const [answer] = (await once(child, 'message')) as [{ done?: PushResult; failed?: string }];
    if (answer.done === undefined) throw new Error(`the push failed: ${answer.failed}`);
    return answer.done;
  };

/** Sign-ins at a steady rate until the push is over. */
async function beside(login: LoginParts, push: Promise<PushResult>): Promise<[number[], PushResult]> {
  const latencies: number[] = [];
  let over = false;
  const done = push.finally(() => {
    over = true;
  });
  while (!over) latencies.push(...(await someSignIns(login)));
  return [latencies, await done];
}

async function signInsFor(login: LoginParts, seconds: number): Promise<number[]> {
  const latencies: number[] = [];
  const until = performance.now() + seconds * 1000;
  while (performance.now() < until) latencies.push(...(await someSignIns(login)));
  return latencies;
}

async function someSignIns(login: LoginParts): Promise<number[]> {
  const { latencies } = await login.logins({ logins: 2 * RATE, concurrency: 1, rate: RATE });
  await delay(1000 / RATE);
  return latencies;
}

const figure = (rounds: Round[]) => ({
  value: median(rounds.map(({ ours, limit }) => ours / limit)),
  ours: median(rounds.map(({ ours }) => ours)),
  limit: median(rounds.map(({ limit }) => limit)),
});

function merge(results: PushResult[]): PushResult {
  const errors: Record<number, number> = {};
  for (const result of results) {
    for (const [status, n] of Object.entries(result.errors)) {
      errors[Number(status)] = (errors[Number(status)] ?? 0) + n;
    }
  }
  return {
    errors,
    requests: results.reduce((sum, { requests }) => sum + requests, 0),
    seconds: results.reduce((sum, { seconds }) => sum + seconds, 0),
    latencies: results.flatMap(({ latencies }) => latencies),
  };
}

/** Everybody who is pushed has signed in before, and is signed in. @returns the company's id */
async function signedInBefore({ database, issuer }: LoginParts, people: PushedPerson[]): Promise<string> {
  const { sql } = database;
  const [client] = await sql<{ id: string; companyId: string }[]>`
    SELECT k.id, k.company_id AS "companyId" FROM sso_clients k JOIN companies c ON c.id = k.company_id
    WHERE c.slug = ${COMPANY}`;
  const { id: clientId = '', companyId = '' } = client ?? {};
  const ids = people.map(({ sub }) => ssoIdentityId(companyId, issuer, sub));
  const rows = sql`
    unnest(${ids}::uuid[], ${people.map(({ sub }) => sub)}::text[], ${people.map(({ email }) => email)}::text[])
      AS p (id, sub, email)`;
  const key = (kind: string) => sql`md5(${kind}::text || p.id)::uuid`;
  await sql`
    INSERT INTO users (id, company_id, company_set_by) SELECT 'user-' || p.sub, ${companyId}, 'link' FROM ${rows}`;
  await sql`
    INSERT INTO sso_identities (id, company_id, issuer, subject, email, user_id, linked_at)
    SELECT p.id, ${companyId}, ${issuer}, p.sub, p.email, 'user-' || p.sub, now() FROM ${rows}`;
  await sql`
    INSERT INTO logins (id, state_hash, sso_identity_id, company_id, sso_client_id)
    SELECT ${key('login')}, sha256(p.sub::bytea), p.id, ${companyId}, ${clientId} FROM ${rows}`;
  await sql`
    INSERT INTO sessions (id, token_hash, login_id, sso_identity_id, return_to, expires_at)
    SELECT ${key('session')}, sha256(p.email::bytea), ${key('login')}, p.id, 'http://localhost:1/',
      now() + interval '1 day' FROM ${rows}`;
  await sql`ANALYZE`;
  return companyId;
}

/** What the removal came to: each figure is the number of the group's people. */
async function whoLeft({ sql }: Database, companyId: string): Promise<object> {
  const [left] = await sql`
    SELECT count(*)::int AS inactive,
      (SELECT count(*)::int FROM outbox WHERE headers->>'ce_type' = 'user.deprovisioned') AS events,
      count(*) FILTER (WHERE EXISTS (SELECT FROM sessions s WHERE s.sso_identity_id = i.id))::int AS still_signed_in
    FROM sso_identities i WHERE company_id = ${companyId} AND directory_state = 'inactive'`;
  return left ?? {};
}
