/**
 * `npm test`: starts what the tests share (a PostgreSQL, and an Apache Kafka where a JDK and Maven are
 * there), runs tap, and ends it all. Says what was skipped, and why.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromiumAvailable } from '../dev/browser.ts';
import { kafkaAvailable, startKafka } from '../dev/kafka.ts';
import { startPostgres } from '../dev/postgres.ts';

// One folder for everything that a test leaves; PostgreSQL and PgBouncer run as another user and read it, too.
const temporary = await mkdtemp(join(tmpdir(), 'sso-link-test-'));
await chmod(temporary, 0o755);
process.env.TMPDIR = temporary;
const env: Record<string, string | undefined> = { ...process.env };
const stops: (() => Promise<void>)[] = [];
let exitCode = 1;
try {
  const postgres = await startPostgres({ durable: false, settings: { max_connections: '300' } });
  stops.unshift(postgres.stop);
  env.TEST_DATABASE_URL = postgres.url;
  const kafka = await kafkaAvailable();
  if (kafka.available) {
    const cluster = await startKafka();
    stops.unshift(cluster.stop);
    env.KAFKA_BROKERS = cluster.brokers.join(',');
  } else {
    console.error(`Tests on a real Kafka are skipped: ${kafka.reason}`);
  }
  if (!(await chromiumAvailable())) {
    console.error(
      'Tests in a browser are skipped: Chromium is not installed (CHROMIUM_PATH says where it is)',
    );
  }
  // A fresh install has tap's own TypeScript plugin built in, beside the loader that .taprc names.
  await once(spawn('npx', ['tap', 'build'], { stdio: 'ignore' }), 'exit');
  const tap = spawn('npx', ['tap', ...process.argv.slice(2)], { env, stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => tap.kill(signal));
  [exitCode = 1] = await once(tap, 'exit');
} finally {
  for (const stop of stops) await stop();
  await rm(temporary, { recursive: true, force: true, maxRetries: 5 });
}
process.exit(exitCode ?? 1);
