import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import t, { type Test } from 'tap';
import { freePort } from '../../dev/free-port.ts';
import { createStream } from '../../dev/stream.ts';
import { readConfig } from '../../src/config.ts';
import { TOPICS } from '../../src/events/topics.ts';
import type { Stream } from '../../src/kafka/records.ts';
import { append } from '../../src/outbox/append.ts';
import { RELAY_CONFIG, startRelay } from '../../src/roles/relay.ts';
import { onBrokers, silent, skip, testKafka } from '../kafka/cluster.ts';
import { testDatabase } from '../support/database.ts';
import { until } from '../support/until.ts';

const database = await testDatabase(t);
const [TOPIC] = TOPICS;

async function start(options: { stream?: Stream; env?: Record<string, string> }) {
  const port = await freePort();
  const env = { KAFKA_BROKERS: 'in-process:0', ...options.env };
  const config = readConfig(
    { DATABASE_URL: database.url, PORT: String(port), METRICS_PORT: '0', ...env },
    RELAY_CONFIG,
  );
  const relay = await startRelay({ config, log: silent, ...(options.stream && { stream: options.stream }) });
  relay.failed?.catch(() => {});
  const get = (path: string) => fetch(`http://127.0.0.1:${port}${path}`);
  const ready = async () => (await get('/readyz')).status === 200;
  return { relay, get, ready };
}

const put = (id: string) =>
  database.transaction((tx) =>
    append(tx, [{ topic: TOPIC, key: Buffer.from(id), headers: { ce_id: id }, payload: null }]),
  );
const left = async () => Number((await database.sql`SELECT count(*) AS n FROM outbox`)[0]?.n);

t.test('the relay role: ready, relays, says when rows wait, and stops', async (t) => {
  const stream = createStream();
  const { relay, get, ready } = await start({ stream });
  await until(ready);
  t.match(await (await get('/readyz')).json(), { status: 'ok', database: 'ok', kafka: 'ok' });
  await put('one');
  await until(async () => stream.records(TOPIC).length === 1 && (await left()) === 0);

  stream.pause();
  await put('two');
  await until(async () => !(await ready()));
  t.match(await (await get('/readyz')).json(), { kafka: 'rows wait: kafka_unavailable' });
  t.equal((await get('/livez')).status, 200);
  stream.resume();
  await until(ready);
  await until(async () => (await left()) === 0);

  await relay.stop();
  await t.rejects(get('/livez'), 'the port is free again');
});

/** A door to a broker that can be opened late. */
async function openDoor(t: Test, port: number, broker: string) {
  const [host = '', to] = broker.split(':');
  const server = createServer((socket) => {
    const behind = connect(Number(to), host);
    socket.pipe(behind).pipe(socket);
    for (const end of [socket, behind]) end.on('error', () => socket.destroy() && behind.destroy());
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
}

t.test('Kafka is away at the start: alive, not ready, and trying', { skip, timeout: 60_000 }, async (t) => {
  const { config, prefix } = await testKafka(t);
  const port = await freePort();
  const env = { KAFKA_BROKERS: `127.0.0.1:${port}`, KAFKA_TOPIC_PREFIX: prefix };
  const { relay, get, ready } = await start({ env });
  await put('early');
  t.equal((await get('/livez')).status, 200);
  const answer = await get('/readyz');
  t.equal(answer.status, 503);
  t.match(await answer.json(), { database: 'ok', kafka: 'not connected yet' });
  await openDoor(t, port, config.KAFKA_BROKERS[0] ?? '');
  await until(ready);
  await until(async () => (await left()) === 0);
  await relay.stop();
});

t.test('a topic with another number of partitions ends the role', { skip, timeout: 60_000 }, async (t) => {
  const { config, bare } = await testKafka(t, { topics: false });
  const other = await onBrokers(config.KAFKA_BROKERS, { topics: false });
  const admin = bare.admin();
  await admin.connect();
  const topics = TOPICS.map((topic) => ({ topic: other.prefix + topic, numPartitions: 3 }));
  await admin.createTopics({ topics, waitForLeaders: false });
  await admin.disconnect();
  const env = { KAFKA_BROKERS: config.KAFKA_BROKERS.join(','), KAFKA_TOPIC_PREFIX: other.prefix };
  const { relay } = await start({ env });
  await t.rejects(relay.failed ?? Promise.resolve(), { code: 'topic_partitions', message: /has 3/ });
  await relay.stop();
});
