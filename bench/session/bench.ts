import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import postgres from 'postgres';
import { freePort } from '../../dev/free-port.ts';
import { createDatabase } from '../../dev/postgres.ts';
import { openDatabase } from '../../src/db/client.ts';
import { stopAll } from '../../src/roles/run-role.ts';
import { createSealer } from '../../src/seal.ts';
import { ensureSigningKey } from '../../src/sessions/signing-keys.ts';
import { type Bench, type BenchContext, median, pairRounds, percentile, ratio, short } from '../harness.ts';
import { type Measured, startProgram, startRole } from '../support/process.ts';
import type { SessionOrder, SessionRound } from './driver.ts';
import { seedSessions } from './sessions.ts';

/** So many that none is read again while its token may be reused. */
const SESSIONS = 60_000;
const WARM_UP = 5_000;
const READS = 8_000;
const SIZES = [
  { atOnce: 32, repeat: 1 },
  { atOnce: 1, repeat: 1 },
  // A page that asks four times.
  { atOnce: 32, repeat: 4 },
];
const GOALS = { 'the bare query and signature': 0.8, 'Better Auth': 3 };

interface Contestant {
  name: string;
  process: Measured;
  order: Pick<SessionOrder, 'url' | 'cookies' | 'contains'>;
}

interface Measurement {
  /** Reads a CPU second of the process. */
  perCpuSecond: number[];
  perSecond: number[];
  latencies: number[];
}

type Start = (
  context: BenchContext,
  closeLater: (stop: () => Promise<unknown>) => void,
) => Promise<Contestant>;

export const bench: Bench = {
  name: 'session',
  about:
    'GET /session by CPU of the server: ours against one query and one signature, and against Better Auth',
  async run(context) {
    await context.parts.peers();
    const stops: (() => Promise<unknown>)[] = [];
    const closeLater = (stop: () => Promise<unknown>) => stops.unshift(stop);
    try {
      const driver = await startProgram(fileOf('./driver.ts'), {});
      closeLater(driver.stop);
      const all: Contestant[] = [];
      for (const start of [startOurs, startLimit, startBetterAuth])
        all.push(await start(context, closeLater));
      for (const { order } of all) {
        await drive(driver, { ...order, repeat: 1, reads: context.scale(WARM_UP), concurrency: 16 });
        delete order.cookies;
      }
      for (const size of SIZES) report(context, size, await inTurn(context, driver, all, size));
    } finally {
      await stopAll(...stops);
    }
  },
};

const startOurs: Start = async ({ parts, scale }, closeLater) => {
  const cli = await parts.built();
  const { url, drop } = await parts.database();
  closeLater(drop);
  // A statement for everybody's sessions takes as long as it takes.
  const database = openDatabase(url, { name: 'bench', max: 2, statementTimeout: 0 });
  closeLater(database.close);
  const key = randomBytes(32);
  await database.transaction((tx) => ensureSigningKey(tx, createSealer([key])));
  const cookies = await seedSessions(database, scale(SESSIONS));
  const port = String(await freePort());
  const process = await startRole(cli, 'server', {
    DATABASE_URL: url,
    SECRET_KEYS: key.toString('base64'),
    PUBLIC_URL: `http://localhost:${port}`,
    APP_URL: 'http://localhost:1/',
    JUMPCLOUD_ISSUERS: 'us=http://localhost/jumpcloud/',
    PORT: port,
    // As it is shipped, one line per request.
    LOG_LEVEL: 'info',
  });
  closeLater(process.stop);
  return { name: 'ours', process, order: { url: `${process.url}/session`, cookies, contains: '"token":"' } };
};

const startLimit: Start = async ({ parts, scale }, closeLater) => {
  const { url } = await createDatabase(await parts.postgres());
  const sql = postgres(url, { max: 1 });
  const cookies = Array.from({ length: scale(SESSIONS) }, (_, n) => `id=session-${n}`);
  await sql`CREATE TABLE session (id text PRIMARY KEY, user_id text NOT NULL, expires_at timestamptz NOT NULL)`;
  await sql`
    INSERT INTO session SELECT 'session-' || n, 'user-' || n, now() + interval '7 days'
    FROM generate_series(0, ${cookies.length - 1}::int) AS n`;
  await sql`ANALYZE`;
  await sql.end();
  const port = String(await freePort());
  const env = { DATABASE_URL: url, PORT: port, NODE_ENV: 'production' };
  const process = await startProgram(fileOf('./limit.mjs'), env);
  closeLater(process.stop);
  const order = { url: `http://127.0.0.1:${port}/session`, cookies, contains: '"token":"' };
  return { name: 'the bare query and signature', process, order };
};

const startBetterAuth: Start = async ({ parts, scale }, closeLater) => {
  const { url } = await createDatabase(await parts.postgres());
  const port = String(await freePort());
  const env = { DATABASE_URL: url, PORT: port, NODE_ENV: 'production', SESSIONS: String(scale(SESSIONS)) };
  let cookies: string[] = [];
  const process = await startProgram(fileOf('../peers/better-auth-session.mjs'), env, (ready) => {
    cookies = (ready as { cookies: string[] }).cookies;
  });
  closeLater(process.stop);
  const order = { url: `http://127.0.0.1:${port}/api/auth/get-session`, cookies, contains: '"user":{' };
  return { name: 'Better Auth', process, order };
};

async function inTurn(
  { rounds, log, scale }: BenchContext,
  driver: Measured,
  all: Contestant[],
  { atOnce, repeat }: (typeof SIZES)[number],
): Promise<Map<string, Measurement>> {
  const empty = (): Measurement => ({ perCpuSecond: [], perSecond: [], latencies: [] });
  const results = new Map(all.map(({ name }) => [name, empty()]));
  const reads = scale(READS);
  for (let round = 0; round < rounds; round += 1) {
    const said: string[] = [];
    for (const one of round % 2 === 0 ? all : [...all].reverse()) {
      const before = one.process.cpu();
      const done = await drive(driver, { ...one.order, repeat, reads, concurrency: atOnce });
      const cpu = one.process.cpu() - before;
      const result = results.get(one.name) as Measurement;
      result.perCpuSecond.push(reads / cpu);
      result.perSecond.push(reads / done.seconds);
      result.latencies.push(...done.latencies);
      said.push(`${one.name} ${short((cpu / reads) * 1e6)} µs`);
    }
    log(`round ${round + 1}, ${atOnce} at once, ${repeat} in a row, CPU a read: ${said.join(', ')}`);
  }
  return results;
}

function report(
  context: BenchContext,
  { atOnce, repeat }: (typeof SIZES)[number],
  results: Map<string, Measurement>,
): void {
  const ours = results.get('ours') as Measurement;
  for (const [name, goal] of Object.entries(GOALS)) {
    const theirs = results.get(name) as Measurement;
    const rounds = pairRounds(ours.perCpuSecond, theirs.perCpuSecond);
    context.report(
      ratio(rounds, {
        metric: `${atOnce} at once${repeat > 1 ? `, ${repeat} in a row` : ''}, against ${name}`,
        unit: 'reads/CPU s',
        ...(atOnce > 1 && repeat === 1 && { goal: { atLeast: goal } }),
        more: { ours_per_second: said(ours), limit_per_second: said(theirs) },
      }),
    );
  }
}

const said = ({ perSecond, latencies }: Measurement) => ({
  rate: Math.round(median(perSecond)),
  p50_ms: Number(percentile(latencies, 50).toPrecision(3)),
  p99_ms: Number(percentile(latencies, 99).toPrecision(3)),
});

const fileOf = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

async function drive({ child }: Measured, order: SessionOrder): Promise<SessionRound> {
  child.send(order);
  const [answer] = (await once(child, 'message')) as [{ done?: SessionRound; failed?: string }];
  if (answer.done === undefined) throw new Error(`a read failed: ${answer.failed}`);
  return answer.done;
}
