import { pino } from 'pino';
import t from 'tap';
import { freePort } from '../../dev/free-port.ts';
import { createStream } from '../../dev/stream.ts';
import { readConfig } from '../../src/config.ts';
import { ssoAuthenticated } from '../../src/events/sso-authenticated.ts';
import type { Stream } from '../../src/kafka/records.ts';
import { laneOf } from '../../src/outbox/lanes.ts';
import { startWorker, WORKER_CONFIG } from '../../src/roles/worker.ts';
import { worldOf } from '../linking/world.ts';
import { testDatabase } from '../support/database.ts';
import { until } from '../support/until.ts';

const database = await testDatabase(t);
const world = worldOf(database);
const log = pino({ level: 'silent' });

async function start(stream: Stream) {
  const port = await freePort();
  const env = { DATABASE_URL: database.url, KAFKA_BROKERS: 'in-process:0', PORT: String(port) };
  const worker = await startWorker({ config: readConfig(env, WORKER_CONFIG), log, stream });
  worker.failed?.catch(() => {});
  return { worker, get: (path: string) => fetch(`http://127.0.0.1:${port}${path}`) };
}

t.test('the worker role: ready as a member of its group, links, and stops', async (t) => {
  const stream = createStream();
  const { worker, get } = await start(stream);
  await until(async () => (await get('/readyz')).status === 200);
  t.match(await (await get('/readyz')).json(), { status: 'ok', database: 'ok', kafka: 'ok' });
  t.equal((await get('/livez')).status, 200);

  const login = await world.login(await world.company('acme'), { subject: 'ada' });
  const { key, value, headers } = login;
  await (await stream.sender()).send(ssoAuthenticated.topic, laneOf(key), [{ key, value, headers }]);
  await until(async () => (await world.results()).length === 1);

  await worker.stop();
  await t.rejects(get('/livez'), 'the port is free again');
});

t.test('a worker that is no member of its group is alive, and not ready', async (t) => {
  const { worker, get } = await start({
    ...createStream(),
    consume: async () => ({ isRunning: () => false, stop: async () => {}, failed: new Promise(() => {}) }),
  });
  t.equal((await get('/livez')).status, 200);
  const answer = await get('/readyz');
  t.equal(answer.status, 503);
  t.match(await answer.json(), { kafka: 'not a member of the consumer group' });
  await worker.stop();
});

t.test('a worker that stops is not ready from the first moment, while it finishes its chunk', async (t) => {
  let finish = () => {};
  const chunk = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const { worker, get } = await start({
    ...createStream(),
    consume: async () => ({ isRunning: () => true, stop: () => chunk, failed: new Promise(() => {}) }),
  });
  await until(async () => (await get('/readyz')).status === 200);
  const stopped = worker.stop();
  const answer = await get('/readyz');
  t.match({ code: answer.status, ...((await answer.json()) as object) }, { code: 503, status: 'stopping' });
  finish();
  await stopped;
});

t.test('a consumer that has stopped for good ends the role', async (t) => {
  const gone = Promise.reject(new Error('stopped for good'));
  const { worker } = await start({
    ...createStream(),
    consume: async () => ({ isRunning: () => false, stop: async () => {}, failed: gone }),
  });
  await t.rejects(worker.failed ?? Promise.resolve(), /stopped for good/);
  await worker.stop();
});
