/** Brokers as clouds and operators offer them: TLS, client certificates, passwords, OAuth, IPv6, topic policies. */
import { once } from 'node:events';
import { copyFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import type { SASLOptions } from 'kafkajs';
import t, { type Test } from 'tap';
import { freePort } from '../../dev/free-port.ts';
import { kafkaAvailable } from '../../dev/kafka.ts';
import { readConfig } from '../../src/config.ts';
import { TOPICS } from '../../src/events/topics.ts';
import { KAFKA_SASL_CONFIG, saslOf } from '../../src/kafka/sasl.ts';
import { createTopics, describeTopics, TOPICS_CONFIG } from '../../src/kafka/topics.ts';
import { append } from '../../src/outbox/append.ts';
import { RELAY_CONFIG, startRelay } from '../../src/roles/relay.ts';
import { startWorker, WORKER_CONFIG } from '../../src/roles/worker.ts';
import { operator } from '../commands/operator.ts';
import { testDatabase } from '../support/database.ts';
import { createAuthority } from '../support/parts/certificates.ts';
import { startForwardProxy } from '../support/parts/forward-proxy.ts';
import { startSecuredKafka } from '../support/parts/secured-kafka.ts';
import { until } from '../support/until.ts';
import { silent } from './cluster.ts';

const here = await kafkaAvailable({ own: true });
if (!here.available) {
  t.pass('nothing to test without Kafka', { skip: here.reason });
  process.exit();
}
const kafka = await startSecuredKafka(t);
const database = await testDatabase(t);

type OauthbearerProviderOptions = Extract<SASLOptions, { mechanism: 'oauthbearer' }>;
type Env = Record<string, string>;

/** The number of brokers, through the listener that the variables name. */
async function brokers(KAFKA_BROKERS: string, env: Env = {}): Promise<number> {
  const config = readConfig({ KAFKA_BROKERS, ...env }, TOPICS_CONFIG);
  return (await describeTopics(config, silent)).brokers;
}

/** What `doctor` says of the brokers: one line that names the variable. */
async function doctor(t: Test, KAFKA_BROKERS: string, env: Env, expected: RegExp): Promise<void> {
  // An issuer on loopback: nothing outside of this machine is asked.
  const JUMPCLOUD_ISSUERS = 'us=http://localhost:9/';
  const answer = await operator(database.url, { KAFKA_BROKERS, JUMPCLOUD_ISSUERS, ...env })('doctor --json');
  const line = answer.json.find(({ check }) => check === 'brokers');
  t.match(line, { status: 'fail', detail: expected }, JSON.stringify(env));
  t.notMatch(line?.detail, '\n');
}

const TLS = { KAFKA_SSL: 'true', KAFKA_SSL_CA_FILE: kafka.authority.ca };

t.test('TLS, checked against the host that was asked for', async (t) => {
  t.equal(await brokers(kafka.tls, TLS), 1, 'by name');
  t.equal(await brokers(kafka.tlsByAddress, TLS), 1, 'by IP address');
  const otherName = kafka.tls.replace('localhost', '127.0.0.1');
  await doctor(t, otherName, TLS, /certificate is for another host: .*KAFKA_SSL_SERVERNAME/);
  t.equal(await brokers(otherName, { ...TLS, KAFKA_SSL_SERVERNAME: 'localhost' }), 1);
  await doctor(t, kafka.tlsByAddress.replace('127.0.0.1', 'localhost'), TLS, /for another host/);
  await doctor(t, kafka.tls, { KAFKA_SSL: 'true' }, /unknown authority: set KAFKA_SSL_CA_FILE/);
  await doctor(t, kafka.tls, {}, /check KAFKA_SSL/);
  await doctor(t, kafka.plain, TLS, /does not speak TLS on this port: set KAFKA_SSL=false/);
  await doctor(t, kafka.tls, { KAFKA_SSL_CA_FILE: kafka.authority.ca }, /set KAFKA_SSL=true, too/);
  await doctor(t, kafka.tls, { ...TLS, KAFKA_SSL_CA_FILE: '/none.pem' }, /KAFKA_SSL_CA_FILE cannot be read/);
});

t.test('a client certificate', async (t) => {
  const own = await kafka.authority.issue('sso-link', ['DNS:sso-link']);
  const stranger = await createAuthority();
  t.teardown(stranger.remove);
  const foreign = await stranger.issue('stranger', ['DNS:stranger']);
  const withCertificate = (cert: string, key: string) => ({
    ...TLS,
    KAFKA_SSL_CERT_FILE: cert,
    KAFKA_SSL_KEY_FILE: key,
  });
  t.equal(await brokers(kafka.mtls, withCertificate(own.cert, own.key)), 1);
  await doctor(
    t,
    kafka.mtls,
    TLS,
    /requires a client certificate: set KAFKA_SSL_CERT_FILE and KAFKA_SSL_KEY_FILE/,
  );
  await doctor(t, kafka.mtls, withCertificate(foreign.cert, foreign.key), /KAFKA_SSL_CERT_FILE/);
  await doctor(t, kafka.mtls, withCertificate(own.cert, foreign.key), /KAFKA_SSL_KEY_FILE is not the key/);
  await doctor(t, kafka.mtls, { ...TLS, KAFKA_SSL_CERT_FILE: own.cert }, /KAFKA_SSL_KEY_FILE/);
});

t.test('certificates that are rotated while the roles run', { timeout: 240_000 }, async (t) => {
  const stranger = await createAuthority();
  t.teardown(stranger.remove);
  const [first, second, wrong] = await Promise.all([
    kafka.authority.issue('sso-link', ['DNS:first']),
    kafka.authority.issue('sso-link', ['DNS:second']),
    stranger.issue('stranger', ['DNS:wrong']),
  ]);
  const [cert, key] = [join(stranger.folder, 'current.pem'), join(stranger.folder, 'current.key')];
  const install = (from: { cert: string; key: string }) =>
    Promise.all([copyFile(from.cert, cert), copyFile(from.key, key)]);
  await install(first);
  const env = {
    ...TLS,
    KAFKA_BROKERS: kafka.mtls,
    KAFKA_TOPIC_PREFIX: 'rotated.',
    KAFKA_SSL_CERT_FILE: cert,
    KAFKA_SSL_KEY_FILE: key,
  };
  await createTopics(readConfig(env, TOPICS_CONFIG), silent);
  const port = await freePort();
  const config = readConfig(
    { DATABASE_URL: database.url, PORT: String(port), METRICS_PORT: '0', ...env },
    RELAY_CONFIG,
  );
  const relay = await startRelay({ config, log: silent });
  t.teardown(relay.stop);
  const workerPort = await freePort();
  const worker = await startWorker({ config: { ...config, PORT: workerPort }, log: silent });
  t.teardown(worker.stop);
  const answers = (at: number) => fetch(`http://127.0.0.1:${at}/readyz`);
  const ready = async () => (await answers(port)).status === 200;
  const isMember = async () => (await answers(workerPort)).status === 200;
  const put = (id: string) =>
    database.transaction((tx) =>
      append(tx, [{ topic: TOPICS[0], key: Buffer.from(id), headers: { ce_id: id }, payload: null }]),
    );
  /** The worker adds a row of its own: the dead letter of a record without an event. */
  const waiting = async (id: string) =>
    (await database.sql`SELECT FROM outbox WHERE headers->>'ce_id' = ${id}`).length;
  await put('with the first');
  await until(async () => (await waiting('with the first')) === 0, 30_000);
  t.ok(await ready(), 'the relay is connected with the first certificate');
  await until(isMember, 30_000);

  await install(wrong);
  await kafka.restart();
  await put('waits');
  await until(async () => !(await ready()), 60_000);
  await until(async () => !(await isMember()), 60_000);
  t.equal(await waiting('waits'), 1, 'the file is read again: a wrong certificate is refused');
  await install(second);
  await until(async () => (await waiting('waits')) === 0, 60_000);
  await until(ready, 60_000);
  await until(isMember, 60_000);
  t.pass('relay and worker are connected with the second certificate, without a restart');
});

t.test('a password', async (t) => {
  const login = {
    KAFKA_SASL_MECHANISM: 'plain',
    KAFKA_SASL_USERNAME: 'sso-link',
    KAFKA_SASL_PASSWORD: 'right',
  };
  t.equal(await brokers(kafka.password, login), 1);
  const wrong = { ...login, KAFKA_SASL_PASSWORD: 'wrong' };
  await doctor(t, kafka.password, wrong, /refuses the credentials: .*KAFKA_SASL_PASSWORD/);
  await doctor(
    t,
    kafka.password,
    { ...login, KAFKA_SASL_MECHANISM: 'scram-sha-512' },
    /KAFKA_SASL_MECHANISM/,
  );
  await doctor(t, kafka.password, {}, /closed the connection: .*KAFKA_SASL_MECHANISM/);
  await doctor(t, kafka.password, { ...login, KAFKA_SASL_PASSWORD: '' }, /set KAFKA_SASL_PASSWORD, too/);
});

t.test('OAUTHBEARER by client credentials', { timeout: 240_000 }, async (t) => {
  let isDown = false;
  let life = 300;
  const asked: { body: string; authorization: string | undefined }[] = [];
  const right = `Basic ${Buffer.from('sso%3Alink:s%25').toString('base64')}`;
  const endpoint = createHttpServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const { authorization } = request.headers;
    asked.push({ body, authorization });
    if (isDown) return response.writeHead(503).end('restarting');
    response.setHeader('content-type', 'application/json');
    if (authorization !== right) return response.writeHead(401).end('{"error":"invalid_client"}');
    const now = Math.floor(Date.now() / 1_000);
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const token = `${part({ alg: 'none' })}.${part({ sub: 'sso-link', iat: now, exp: now + 300 })}.`;
    return response.end(JSON.stringify({ access_token: token, expires_in: life }));
  });
  endpoint.listen(0, '127.0.0.1');
  await once(endpoint, 'listening');
  t.teardown(() => endpoint.close());
  const url = `http://127.0.0.1:${(endpoint.address() as AddressInfo).port}/token`;
  const login = {
    KAFKA_SASL_MECHANISM: 'oauthbearer',
    KAFKA_OAUTH_TOKEN_URL: url,
    KAFKA_OAUTH_CLIENT_ID: 'sso:link',
    KAFKA_OAUTH_CLIENT_SECRET: 's%',
    KAFKA_OAUTH_SCOPE: 'kafka write',
  };
  const proxy = await startForwardProxy();
  t.teardown(proxy.stop);
  process.env.HTTP_PROXY = proxy.url;
  t.equal(await brokers(kafka.oauth, login), 1);
  delete process.env.HTTP_PROXY;
  t.same(proxy.requests, ['POST /token'], 'the token is asked for through the proxy');
  t.equal(asked[0]?.body, 'grant_type=client_credentials&scope=kafka+write');
  t.equal(asked.length, 1, 'one token for all connections of a client');
  await doctor(
    t,
    kafka.oauth,
    { ...login, KAFKA_OAUTH_CLIENT_SECRET: 'wrong' },
    /KAFKA_OAUTH_TOKEN_URL answers 401: invalid_client: check KAFKA_OAUTH_CLIENT_ID/,
  );
  const away = `http://127.0.0.1:${await freePort()}/token`;
  await doctor(
    t,
    kafka.oauth,
    { ...login, KAFKA_OAUTH_TOKEN_URL: away },
    /KAFKA_OAUTH_TOKEN_URL does not answer/,
  );
  await doctor(t, kafka.oauth, { ...login, KAFKA_OAUTH_CLIENT_ID: '' }, /set KAFKA_OAUTH_CLIENT_ID, too/);

  isDown = true;
  // Each connection needs a token of its own.
  life = 0.1;
  const KAFKA_TOPIC_PREFIX = 'oauth.';
  await createTopics(readConfig({ KAFKA_BROKERS: kafka.plain, KAFKA_TOPIC_PREFIX }, TOPICS_CONFIG), silent);
  const port = await freePort();
  const config = readConfig(
    {
      ...login,
      ...{ KAFKA_BROKERS: kafka.oauth, KAFKA_TOPIC_PREFIX },
      ...{ DATABASE_URL: database.url, PORT: String(port), METRICS_PORT: '0' },
    },
    WORKER_CONFIG,
  );
  const before = asked.length;
  const worker = await startWorker({ config, log: silent });
  t.teardown(worker.stop);
  let failure: unknown;
  worker.failed?.catch((error: unknown) => {
    failure = error;
  });
  const isMember = async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).status === 200;
  await until(async () => asked.length > before, 30_000);
  isDown = false;
  await until(isMember, 60_000);
  isDown = true;
  await kafka.restart();
  await until(async () => !(await isMember()), 60_000);
  isDown = false;
  await until(isMember, 60_000);
  t.equal(failure, undefined, 'a worker outlives its token endpoint, at the start and later');
});

t.test('Amazon MSK with IAM, as far as it goes without AWS', async (t) => {
  const env = { KAFKA_SASL_MECHANISM: 'aws-msk-iam', KAFKA_AWS_REGION: 'eu-central-1' };
  await doctor(t, kafka.oauth, { ...env, KAFKA_AWS_REGION: '' }, /set KAFKA_AWS_REGION, too/);
  // The SDK reads the process's environment; with this it asks no host outside of the machine.
  const settings = {
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: '/none',
    AWS_SHARED_CREDENTIALS_FILE: '/none',
    AWS_ACCESS_KEY_ID: undefined,
    AWS_SECRET_ACCESS_KEY: undefined,
    AWS_PROFILE: undefined,
  };
  const set = (values: Record<string, string | undefined>) => {
    for (const [name, value] of Object.entries(values)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  };
  const before = Object.fromEntries(Object.keys(settings).map((name) => [name, process.env[name]]));
  t.teardown(() => set(before));
  set(settings);
  await doctor(t, kafka.oauth, env, /KAFKA_SASL_MECHANISM is aws-msk-iam and AWS gives no credentials/);
  set({ AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'not-a-secret' });
  const sasl = saslOf(readConfig(env, KAFKA_SASL_CONFIG));
  const { value = '' } = (await (sasl as OauthbearerProviderOptions).oauthBearerProvider()) ?? {};
  const signed = new URL(Buffer.from(value, 'base64url').toString());
  t.equal(signed.host, 'kafka.eu-central-1.amazonaws.com');
  t.match(signed.searchParams.get('X-Amz-Credential'), /^AKIDEXAMPLE\/\d+\/eu-central-1\/kafka-cluster\//);
  await doctor(t, kafka.oauth, env, /refuses the token .*kafka-cluster:Connect/);
});

t.test('doctor asks no broker with a variable that is wrong', async (t) => {
  const env = { KAFKA_BROKERS: kafka.plain, KAFKA_AWS_REGION: 'Frankfurt' };
  const { json } = await operator(database.url, env)('doctor --json');
  t.match(
    json.find(({ check }) => check === 'configuration'),
    { status: 'fail', detail: /KAFKA_AWS_REGION is invalid/ },
  );
  t.match(
    json.find(({ check }) => check === 'brokers'),
    { status: 'skipped', detail: 'needs KAFKA_AWS_REGION' },
  );
});

const noIpv6 = kafka.ipv6 ? false : 'this machine has no IPv6 loopback address';
t.test('an IPv6 address', { skip: noIpv6 }, async (t) => {
  t.equal(await brokers(kafka.ipv6 ?? ''), 1);
});

t.test('a topic policy', async (t) => {
  const topics = (prefix: string, ...args: string[]) =>
    operator('', { KAFKA_BROKERS: kafka.plain, KAFKA_TOPIC_PREFIX: prefix })(['topics', ...args]);
  const closed = await topics('closed.');
  t.equal(closed.exitCode, 1);
  t.match(closed.err, 'Topics are created by the platform team: open a ticket at PLAT.');
  t.match(closed.err, /24 partitions each \(chart: migrations\.topics=false\)/);
  const bare = await topics('bare.');
  t.match(bare, { exitCode: 1, err: /Topic settings are not allowed/ });
  t.match(bare.err, /sso-link topics --minimal.*migrations\.topicsMinimal=true/);
  t.match(await topics('bare.', '--minimal'), { exitCode: 0 });
});

t.test('more replicas than brokers', async (t) => {
  const env = { KAFKA_BROKERS: kafka.plain, KAFKA_TOPIC_PREFIX: 'replicas.', KAFKA_TOPIC_REPLICATION: '3' };
  const answer = await operator('', env)('topics');
  t.match(answer, { exitCode: 1, err: /[Rr]eplication factor.*only 1 broker.*Set KAFKA_TOPIC_REPLICATION/ });
  t.notMatch(answer.err, /migrations\.topics=false/, 'the variable is the next step');
});

t.test('a user that may read the topics and not create them', async (t) => {
  await kafka.denyCreate('sso-link', 'denied.');
  const env = {
    KAFKA_BROKERS: kafka.password,
    KAFKA_TOPIC_PREFIX: 'denied.',
    KAFKA_SASL_MECHANISM: 'plain',
    KAFKA_SASL_USERNAME: 'sso-link',
    KAFKA_SASL_PASSWORD: 'right',
  };
  const answer = await operator('', env)('topics');
  t.match(answer, { exitCode: 1, err: /Grant this user the right Create.*migrations\.topics=false/ });
});

t.test('brokers that come a little later', async (t) => {
  const port = await freePort();
  const topics = (wait: string) =>
    operator('', { KAFKA_BROKERS: `127.0.0.1:${port}`, KAFKA_TOPIC_PREFIX: 'late.' })(
      `topics --wait ${wait}`,
    );
  t.match(await topics('2s'), { exitCode: 1, err: /no broker answers: check KAFKA_BROKERS/ });
  const waiting = topics('60s');
  const [host = '', to] = kafka.plain.split(':');
  const door = createServer((socket) => {
    const behind = connect(Number(to), host);
    socket.pipe(behind).pipe(socket);
    for (const end of [socket, behind]) end.on('error', () => socket.destroy() && behind.destroy());
  });
  door.listen(port, '127.0.0.1');
  t.teardown(() => door.close());
  t.match(await waiting, { exitCode: 0 });
});
