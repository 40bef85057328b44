import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Kafka, logLevel } from 'kafkajs';
import postgres from 'postgres';
import { readConfig } from '../../src/config.ts';
import { ACCOUNT_CHANGED_TOPIC, MIRROR_GROUP } from '../../src/events/topics.ts';
import { createKafkaStream } from '../../src/kafka/stream.ts';
import { TOPICS_CONFIG } from '../../src/kafka/topics.ts';
import { createLogger } from '../../src/observability/log.ts';
import { laneOf } from '../../src/outbox/lanes.ts';
import { type Bench, inTurn, ratio } from '../harness.ts';
import { importLine } from '../import/lines.ts';
import type { Parts } from '../support/parts.ts';
import { startProgram, startRole } from '../support/process.ts';

const RECORDS = 1_000_000;
const LIMIT = fileURLToPath(new URL('limit.mjs', import.meta.url));

export const bench: Bench = {
  name: 'mirror',
  about:
    '1 000 000 records of user.account_changed into the mirror, against an import of the same lines and a bare consumer',
  async run({ parts, rounds, scale, report, log }) {
    const count = scale(RECORDS);
    const cli = await parts.built();
    const feed = await fillTopic(parts, count, log);
    const folder = await mkdtemp(join(tmpdir(), 'sso-link-bench-mirror-'));
    const file = join(folder, 'accounts.ndjson');
    try {
      await writeFile(file, linesOf(count));
      const ours = () => runMirror(cli, parts, feed, count);
      const byImport = await inTurn(rounds, ours, () => runImport(cli, parts, file, count), log);
      report(ratio(byImport, { metric: 'of the import', unit: 'records/s', goal: { atLeast: 0.5 } }));
      const byLoop = await inTurn(rounds, ours, () => runLimit(feed, count), log);
      report(ratio(byLoop, { metric: 'of a bare consumer', unit: 'records/s' }));
    } finally {
      await feed.admin.disconnect();
      await rm(folder, { recursive: true });
    }
  },
};

function* linesOf(count: number): Generator<string> {
  for (let n = 0; n < count; n += 1) yield importLine(n);
}

type Feed = Awaited<ReturnType<typeof fillTopic>>;

async function fillTopic(parts: Parts, count: number, log: (message: string) => void) {
  const { brokers, prefix } = await parts.topics();
  const env = { KAFKA_BROKERS: brokers.join(','), KAFKA_TOPIC_PREFIX: prefix };
  const sender = await createKafkaStream(
    readConfig(env, TOPICS_CONFIG),
    createLogger({ level: 'error', role: 'bench' }),
  ).sender();
  log(`filling the topic with ${count} records`);
  for (let from = 0; from < count; from += 20_000) {
    const lanes = new Map<number, { key: Buffer; value: Buffer; headers: Record<string, string> }[]>();
    for (let n = from; n < Math.min(count, from + 20_000); n += 1) {
      const key = Buffer.from(`user-${n}`);
      const records = lanes.get(laneOf(key)) ?? [];
      if (records.push({ key, value: Buffer.from(importLine(n).trim()), headers: {} }) === 1) {
        lanes.set(laneOf(key), records);
      }
    }
    await Promise.all([...lanes].map(([lane, records]) => sender.send(ACCOUNT_CHANGED_TOPIC, lane, records)));
  }
  await sender.close();
  const admin = new Kafka({ brokers, logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  return { env, prefix, admin };
}

/** From the first records that are in the mirror to the last one. */
async function runMirror(cli: string, parts: Parts, feed: Feed, count: number): Promise<number> {
  const { url, drop } = await parts.database();
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  const there = async () => Number((await sql`SELECT count(*) AS n FROM social_accounts`)[0]?.n);
  const worker = await startRole(cli, 'worker', { ...feed.env, DATABASE_URL: url });
  try {
    let first = await there();
    for (; first === 0; first = await there()) await delay(5);
    const started = performance.now();
    while ((await there()) < count) await delay(50);
    return (count - first) / ((performance.now() - started) / 1_000);
  } finally {
    await worker.stop();
    await sql.end();
    await drop();
    // The next round reads from the beginning.
    await feed.admin.deleteGroups([feed.prefix + MIRROR_GROUP]);
  }
}

async function runImport(cli: string, parts: Parts, file: string, count: number): Promise<number> {
  const { url, drop } = await parts.database();
  try {
    const started = performance.now();
    const env = { ...process.env, DATABASE_URL: url, NODE_ENV: 'production' };
    const child = spawn(process.execPath, [cli, 'accounts', 'import', file], {
      env,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const [code] = await once(child, 'exit');
    if (code !== 0) throw new Error(`the import ended with ${code}`);
    return count / ((performance.now() - started) / 1_000);
  } finally {
    await drop();
  }
}

async function runLimit(feed: Feed, count: number): Promise<number> {
  const group = `limit-${Date.now()}`;
  const program = await startProgram(LIMIT, { ...feed.env, GROUP: group, RECORDS: String(count) });
  try {
    const [rate] = await once(program.child, 'message');
    return Number(rate);
  } finally {
    await program.stop();
    await feed.admin.deleteGroups([feed.prefix + group]).catch(() => {});
  }
}
