/**
 * A whole login on the built image: `npm run image:check [-- --engine podman --image sso-link --dev-image sso-link-dev]`.
 * PostgreSQL and Kafka run on this machine as in the demo; everything of ours runs from the image as compose.yaml runs
 * it (its own user, a read-only root, no capability): migrate, topics, the three roles. The stand-ins and the chart's
 * test of a login run from the dev image. The containers share this machine's network: Linux alone.
 * More options for the engine follow a `--`.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { httpBrowser } from '../dev/browser.ts';
import { freePorts } from '../dev/free-port.ts';
import { startKafka } from '../dev/kafka.ts';
import { createDatabase, startPostgres } from '../dev/postgres.ts';
import { stopAll } from '../src/roles/run-role.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    engine: { type: 'string', default: 'docker' },
    image: { type: 'string', default: 'sso-link' },
    'dev-image': { type: 'string', default: 'sso-link-dev' },
  },
});
const SAFE = '--rm --network host --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges';
/** The ports of dev/image/stand-ins.ts; the chart's test brings a JumpCloud of its own. */
const [PRODUCT, US, EU] = [3001, 3010, 3011];
const APP_URL = `http://localhost:${PRODUCT}`;

const [serverPort = 0, relayPort = 0, workerPort = 0, testIssuer = 0, ...metrics] = await freePorts(7);
const PUBLIC_URL = `http://localhost:${serverPort}`;
const postgres = await startPostgres();
const kafka = await startKafka();
const { url: DATABASE_URL, drop } = await createDatabase(postgres.url);
const shared = {
  DATABASE_URL,
  KAFKA_BROKERS: kafka.brokers.join(','),
  SECRET_KEYS: randomBytes(32).toString('base64'),
  SSO_LINK_OPERATOR: 'image-check',
  PUBLIC_URL,
  APP_URL,
  HOST: '127.0.0.1',
  LOG_LEVEL: 'warn',
};
const extra = `in=http://localhost:${testIssuer}/`;
const issuers = `us=http://localhost:${US}/,eu=http://localhost:${EU}/,${extra}`;
const running: { name: string; child: ChildProcess }[] = [];

try {
  await toItsEnd('migrate', values.image, ['migrate'], shared);
  await toItsEnd('topics', values.image, ['topics'], shared);
  // Furnishes the database too, with the people of dev/fixtures.ts.
  start('stand-ins', values['dev-image'], [], shared);
  await answers(APP_URL);
  const ports = { server: serverPort, relay: relayPort, worker: workerPort };
  for (const [i, [role, port]] of Object.entries(ports).entries()) {
    const own = { PORT: String(port), METRICS_PORT: String(metrics[i]), JUMPCLOUD_ISSUERS: issuers };
    start(role, values.image, [role], { ...shared, ...own });
  }
  for (const [role, port] of Object.entries(ports)) {
    await answers(`http://localhost:${port}/readyz`);
    tell(`${role} is ready`);
  }

  const began = Date.now();
  const landed = await httpBrowser({ stopAt: [APP_URL] }).signIn({
    startUrl: `${PUBLIC_URL}/login/start?company=acme`,
    email: 'ada@acme.test',
    waitMs: 30_000,
  });
  if (!landed.url.startsWith(APP_URL)) throw new Error(`Ada landed at ${landed.url}`);
  tell(`Ada signed in through the stand-ins and landed in the product after ${Date.now() - began} ms`);
  const [login] = JSON.parse(`[${await toItsEnd('', values.image, ['results', 'list', '--json'], shared)}]`);
  if (login?.outcome !== 'linked') throw new Error(`Ada's result is ${JSON.stringify(login)}`);
  tell(`her result: ${login.outcome}, user ${login.user_id}`);

  // Its JumpCloud is the first issuer in its configuration.
  const env = { ...shared, JUMPCLOUD_ISSUERS: extra };
  console.log(await toItsEnd('', values['dev-image'], ['dev/image/sign-in-test.ts'], env));
} catch (error) {
  console.error(`FAIL  ${(error as Error).message}`);
  process.exitCode = 1;
} finally {
  for (const { name, child } of running.reverse()) await stop(name, child);
  await stopAll(drop, kafka.stop, postgres.stop);
}

function run(image: string, args: string[], env: Record<string, string>, stdout: 'pipe' | 'inherit') {
  const vars = Object.entries(env).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
  const [engine = '', ...options] = values.engine.split(' ');
  return spawn(engine, [...options, 'run', ...SAFE.split(' '), ...positionals, ...vars, image, ...args], {
    stdio: ['ignore', stdout, 'inherit'],
  });
}

function start(name: string, image: string, args: string[], env: Record<string, string>): void {
  running.push({ name, child: run(image, args, env, 'inherit') });
}

async function toItsEnd(name: string, image: string, args: string[], env: Record<string, string>) {
  const child = run(image, args, env, 'pipe');
  let output = '';
  child.stdout?.on('data', (chunk) => (output += chunk));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${output}`);
  if (name) tell(`${name} ended with 0`);
  return output.trim();
}

async function answers(url: string): Promise<void> {
  for (const end = Date.now() + 60_000; Date.now() < end; await delay(100)) {
    const ended = running.find(({ child }) => child.exitCode !== null);
    if (ended) throw new Error(`${ended.name} ended with ${ended.child.exitCode}`);
    if ((await fetch(url).catch(() => undefined))?.ok) return;
  }
  throw new Error(`${url} doesn't answer`);
}

/** The engine hands SIGTERM to process 1 of the container, which is node. */
async function stop(name: string, child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const began = Date.now();
  child.kill('SIGTERM');
  const [code] = await once(child, 'exit');
  tell(`${name} ended with ${code}, ${Date.now() - began} ms after SIGTERM`);
  if (code !== 0) process.exitCode = 1;
}

function tell(what: string): void {
  console.log(`ok    ${what}`);
}
