/**
 * Changes of accounts, three times in random order, through a worker that is killed with −9 in between, with a file
 * import of a part of them in the middle. The mirror ends as if the changes had come once and in order.
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startKafka } from '../../dev/kafka.ts';
import { createDatabase, startPostgres } from '../../dev/postgres.ts';
import { command, type Env } from '../../dev/roles.ts';
import { readConfig } from '../../src/config.ts';
import { type Database, openDatabase } from '../../src/db/client.ts';
import { migrate } from '../../src/db/migrate.ts';
import { ACCOUNT_CHANGED_TOPIC, MIRROR_GROUP } from '../../src/events/topics.ts';
import { consumerLag } from '../../src/kafka/lag.ts';
import { createKafkaStream } from '../../src/kafka/stream.ts';
import { TOPICS_CONFIG } from '../../src/kafka/topics.ts';
import { laneOf } from '../../src/outbox/lanes.ts';
import { silent } from '../kafka/cluster.ts';
import { createRandom } from '../support/random.ts';
import { until } from '../support/until.ts';
import { startRole } from './role-process.ts';

export interface MirrorReport {
  records: number;
  kills: number;
  users: number;
  accounts: number;
  deadLetters: number;
  /** Rows of users and accounts that differ from those of the changes in order. */
  different: number;
  seconds: number;
}

/** @param options.changes distinct ones; each is sent three times */
export async function killMirror(options: {
  changes: number;
  kills: number;
  tell?: (line: string) => void;
}): Promise<MirrorReport> {
  const { kills, tell = () => {} } = options;
  const started = performance.now();
  const postgres = await startPostgres();
  const kafka = await startKafka();
  const folder = await mkdtemp(join(tmpdir(), 'sso-link-mirror-'));
  const { url, drop } = await createDatabase(postgres.url);
  const expected = await createDatabase(postgres.url);
  await Promise.all([migrate(url), migrate(expected.url)]);
  const database = openDatabase(url, { name: 'mirror test', max: 2 });
  const inOrder = openDatabase(expected.url, { name: 'mirror test', max: 2 });
  const prefix = `mirror-${randomBytes(4).toString('hex')}.`;
  const env: Env = {
    ...{ DATABASE_URL: url, KAFKA_BROKERS: kafka.brokers.join(','), KAFKA_TOPIC_PREFIX: prefix },
    ...{ LOG_LEVEL: 'fatal', METRICS_PORT: '0' },
  };
  const config = readConfig(env, TOPICS_CONFIG);
  const random = createRandom(4_711);
  let worker = await startWorker(env, command(['topics'], env));
  try {
    const lines = changes(options.changes, random);
    const file = join(folder, 'all.ndjson');
    await writeFile(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    const some = join(folder, 'some.ndjson');
    await writeFile(
      some,
      lines
        .filter((_, i) => i % 3 === 0)
        .map((line) => `${JSON.stringify(line)}\n`)
        .join(''),
    );
    await command(['accounts', 'import', file], { ...env, DATABASE_URL: expected.url });

    const order = [1, 2, 3].flatMap(() => shuffled(lines, random));
    const lag = async () =>
      [...(await consumerLag(config, silent, MIRROR_GROUP, ACCOUNT_CHANGED_TOPIC)).values()].reduce(
        (a, b) => a + b,
        0,
      );
    const sender = await createKafkaStream(config, silent).sender();
    for (let part = 0; part <= kills; part += 1) {
      const from = Math.floor((order.length * part) / (kills + 1));
      const to = Math.floor((order.length * (part + 1)) / (kills + 1));
      await send(sender, order.slice(from, to));
      if (part === kills) break;
      // In the middle of its work.
      await until(async () => (await lag()) < (to - from) / 2, 120_000);
      await worker.kill();
      tell(`worker killed with ${await lag()} records left of ${to}`);
      const importing = part === 0 ? command(['accounts', 'import', some], env) : Promise.resolve('');
      worker = await startWorker(env, importing);
    }
    await sender.close();
    await until(async () => (await lag()) === 0, 180_000);
    const [users, accounts] = [await usersOf(database), await accountsOf(database)];
    const wanted = [...(await usersOf(inOrder)), ...(await accountsOf(inOrder))];
    const [letters] = await database.sql<{ n: number }[]>`SELECT count(*)::int AS n FROM dead_letters`;
    return {
      ...{ records: order.length, kills, users: users.length, accounts: accounts.length },
      deadLetters: letters?.n ?? -1,
      different: differences([...users, ...accounts], wanted),
      seconds: Math.round((performance.now() - started) / 1_000),
    };
  } finally {
    await worker.kill();
    await Promise.all([database.close(), inOrder.close()]);
    await Promise.all([drop(), expected.drop(), rm(folder, { recursive: true })]);
    await kafka.stop();
    await postgres.stop();
  }
}

async function startWorker(env: Env, after: Promise<unknown>) {
  await after;
  return startRole('worker', env);
}

/** Each has a time of its own; users and accounts change many times; accounts move and go. */
function changes(count: number, random: () => number): Record<string, unknown>[] {
  const people = Math.ceil(count / 5);
  const pick = (of: number) => Math.floor(random() * of);
  return Array.from({ length: count }, (_, i) => {
    const changed_at = new Date(Date.parse('2026-11-01T00:00:00Z') + i).toISOString();
    const account = { provider: random() < 0.7 ? 'google' : 'github', provider_user_id: `p${pick(people)}` };
    const user_id = `u${pick(people)}`;
    if (random() < 0.05) return { ...account, removed: true, changed_at };
    const email = random() < 0.1 ? null : `e${pick(people)}@acme.example`;
    return {
      ...{ user_id, ...account, email, email_verified: random() < 0.8, changed_at },
      ...(random() < 0.5 && { name: `Name ${i}` }),
      ...(random() < 0.2 && { status: random() < 0.5 ? 'active' : 'suspended' }),
    };
  });
}

async function send(
  sender: Awaited<ReturnType<ReturnType<typeof createKafkaStream>['sender']>>,
  lines: Record<string, unknown>[],
): Promise<void> {
  const lanes = new Map<number, { key: Buffer; value: Buffer; headers: Record<string, string> }[]>();
  for (const line of lines) {
    const key = Buffer.from(String(line.user_id ?? 'none'));
    const record = { key, value: Buffer.from(JSON.stringify(line)), headers: {} };
    lanes.set(laneOf(key), [...(lanes.get(laneOf(key)) ?? []), record]);
  }
  await Promise.all(
    [...lanes].map(async ([lane, records]) => {
      for (let from = 0; from < records.length; from += 1_000) {
        await sender.send(ACCOUNT_CHANGED_TOPIC, lane, records.slice(from, from + 1_000));
      }
    }),
  );
}

const usersOf = async ({ sql }: Database) => [
  ...(await sql<object[]>`SELECT id, name, status FROM users ORDER BY id`),
];
const accountsOf = async ({ sql }: Database) => [
  ...(await sql<
    object[]
  >`SELECT provider, provider_user_id, user_id, email, email_verified FROM social_accounts
    ORDER BY 1, 2`),
];

function differences(found: object[], wanted: object[]): number {
  const left = new Set(wanted.map((row) => JSON.stringify(row)));
  const strange = found.filter((row) => !left.delete(JSON.stringify(row)));
  return strange.length + left.size;
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}
